// Arrays, aligned to the cache line, 0 at the start if nothing else is said.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <limits>
#include <memory>
#include <new>
#include <utility>

#include "ml4pa/objective.hpp"

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace ml4pa {

// Cut from what calloc gives. Its small pieces are at hand, where its aligned sister must look for
// them, and the pages of its large ones are made 0 when they are first used, not all at once, which
// could not be interrupted. Large ones ask for large pages: what runs through several of them at
// once, or jumps about in one, would else miss the page tables (NumPy does the same).
enum class Fresh { zeros, anything };

template <class T>
class Buffer {
public:
    Buffer() = default;
    explicit Buffer(Index n, Fresh fresh = Fresh::zeros) {
        if (n <= 0) return;
        // Its size in bytes would wrap.
        if (n > std::numeric_limits<std::ptrdiff_t>::max() / static_cast<Index>(sizeof(T)))
            throw std::bad_alloc();
        constexpr std::size_t line = 64, page = std::size_t{1} << 21;
        const std::size_t lines = (static_cast<std::size_t>(n) * sizeof(T) + line - 1) / line;
        const std::size_t wanted = lines * line;
        const std::size_t unit = wanted >= 2 * page ? page : line;
        std::size_t room = (wanted + unit - 1) / unit * unit + unit;
        memory_.reset(fresh == Fresh::zeros ? std::calloc(room, 1) : std::malloc(room));
        if (!memory_) throw std::bad_alloc();
        void* first = memory_.get();
        data_ = static_cast<T*>(std::align(unit, wanted, first, room));
#ifdef __linux__
        if (unit == page) madvise(data_, room / unit * unit, MADV_HUGEPAGE);
#endif
    }
    T* data() { return data_; }
    const T* data() const { return data_; }

private:
    struct Free {
        void operator()(void* p) const { std::free(p); }
    };
    std::unique_ptr<void, Free> memory_;
    T* data_ = nullptr;
};

// A vector of doubles.
class Array {
public:
    Array() = default;
    explicit Array(Index n) : buffer_(n), n_(n) {}
    double* data() { return buffer_.data(); }
    const double* data() const { return buffer_.data(); }
    double& operator[](Index i) { return data()[i]; }
    double operator[](Index i) const { return data()[i]; }
    Index size() const { return n_; }
    friend void swap(Array& a, Array& b) noexcept {
        std::swap(a.buffer_, b.buffer_);
        std::swap(a.n_, b.n_);
    }

private:
    Buffer<double> buffer_;
    Index n_ = 0;
};

}  // namespace ml4pa

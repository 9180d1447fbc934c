// Arrays of doubles, aligned to the cache line.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <utility>

#include "ml4pa/objective.hpp"

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace ml4pa {

// Zero at the start. Large arrays ask for large pages: an update that runs through several of them
// at once would else miss the page tables (NumPy does the same).
class Array {
public:
    Array() = default;
    explicit Array(Index n) : n_(n) {
        if (n <= 0) return;
        constexpr std::size_t line = 64, page = std::size_t{1} << 21;
        const std::size_t wanted = static_cast<std::size_t>(n) * sizeof(double);
        const std::size_t unit = wanted >= 2 * page ? page : line;
        const std::size_t bytes = (wanted + unit - 1) / unit * unit;
        data_.reset(static_cast<double*>(std::aligned_alloc(unit, bytes)));
        if (!data_) throw std::bad_alloc();
#ifdef __linux__
        if (unit == page) madvise(data_.get(), bytes, MADV_HUGEPAGE);
#endif
        std::fill_n(data_.get(), n, 0.0);
    }
    double* data() { return data_.get(); }
    const double* data() const { return data_.get(); }
    double& operator[](Index i) { return data_.get()[i]; }
    double operator[](Index i) const { return data_.get()[i]; }
    Index size() const { return n_; }
    friend void swap(Array& a, Array& b) noexcept {
        std::swap(a.data_, b.data_);
        std::swap(a.n_, b.n_);
    }

private:
    struct Free {
        void operator()(double* p) const { std::free(p); }
    };
    std::unique_ptr<double[], Free> data_;
    Index n_ = 0;
};

}  // namespace ml4pa

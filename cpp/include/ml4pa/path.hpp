// The recorded path: every stride-th iterate, and the last.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#include "ml4pa/objective.hpp"

namespace ml4pa {

// Doubles that grow like std::vector's, but are not written before they are needed, and can be
// given away.
class Rows {
public:
    double* reserve(Index count) {
        if (count > capacity_) {
            const Index wanted = count > 2 * capacity_ ? count : 2 * capacity_;
            void* bigger =
                std::realloc(data_.get(), static_cast<std::size_t>(wanted) * sizeof(double));
            if (bigger == nullptr) throw std::bad_alloc();
            (void)data_.release();
            data_.reset(static_cast<double*>(bigger));
            capacity_ = wanted;
        }
        return data_.get();
    }
    // Gives the first `count` away.
    double* release(Index count) {
        const std::size_t bytes = static_cast<std::size_t>(count > 0 ? count : 1) * sizeof(double);
        void* data = data_.release();
        void* fitting = std::realloc(data, bytes);
        return static_cast<double*>(fitting != nullptr ? fitting : data);
    }

private:
    struct Free {
        void operator()(double* p) const { std::free(p); }
    };
    std::unique_ptr<double, Free> data_;
    Index capacity_ = 0;
};

class Path {
public:
    // stride 0 records nothing. Room for a run of known length is taken at once, where it is small.
    Path(Index n, std::int64_t stride, double max_iter) : n_(n), stride_(stride) {
        constexpr double small = 1 << 20;
        if (stride > 0 && max_iter * static_cast<double>(n) <= small) {
            const Index rows = static_cast<Index>(max_iter) / stride + 2;
            x_.reserve(rows * n);
            f_.reserve(rows);
        }
    }

    std::int64_t stride() const { return stride_; }
    bool wants(std::int64_t iteration) const { return stride_ > 0 && iteration % stride_ == 0; }
    Index rows() const { return rows_; }

    // Room for k more rows, to be written by the caller and then counted by `grow`.
    struct Place {
        double* x;
        double* f;
    };
    Place place(Index k) {
        return {x_.reserve((rows_ + k) * n_) + rows_ * n_, f_.reserve(rows_ + k) + rows_};
    }
    void grow(Index k) { rows_ += k; }

    void put(const double* x, double f) {
        const Place to = place(1);
        std::memcpy(to.x, x, static_cast<std::size_t>(n_) * sizeof(double));
        *to.f = f;
        grow(1);
    }

    double* release_x() { return x_.release(rows_ * n_); }
    double* release_f() { return f_.release(rows_); }

private:
    Index n_;
    std::int64_t stride_;
    Index rows_ = 0;
    Rows x_, f_;
};

}  // namespace ml4pa

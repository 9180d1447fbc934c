#pragma once

#include "ml4pa/landscapes/common.hpp"
#include "ml4pa/linalg.hpp"

namespace ml4pa::landscapes {

// sum (x_i^4 - 16x_i^2 + 5x_i) / 2; minimum -39.166 n at (-2.9035, ..., -2.9035).
struct StyblinskiTang {
    static constexpr Index dimension = 0;

    template <class T>
    static T value(const T* x, Index n) {
        return 0.5 * sum<T>(n, [&](Index i) {
                   const T x2 = x[i] * x[i];
                   return x2 * (x2 - 16.0) + 5.0 * x[i];
               });
    }

    template <class T>
    static T value_and_gradient(const T* x, Index n, T* g) {
        for (Index i = 0; i < n; ++i) g[i] = x[i] * (2.0 * (x[i] * x[i]) - 16.0) + 2.5;
        return value(x, n);
    }

    template <class T>
    static void hessian(const T* x, Index n, T* h) {
        diagonal(n, h, [&](Index i) { return 6.0 * (x[i] * x[i]) - 16.0; });
    }
};

}  // namespace ml4pa::landscapes

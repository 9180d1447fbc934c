#pragma once

#include "ml4pa/landscapes/common.hpp"
#include "ml4pa/linalg.hpp"

namespace ml4pa::landscapes {

// 10^6 x_1^2 + sum_{i > 1} x_i^2; minimum 0 at 0.
struct Discus {
    static constexpr Index dimension = 0;

    template <class T>
    static T value(const T* x, Index n) {
        return 1e6 * (x[0] * x[0]) + sum<T>(n - 1, [&](Index i) { return x[i + 1] * x[i + 1]; });
    }

    template <class T>
    static T value_and_gradient(const T* x, Index n, T* g) {
        g[0] = 2e6 * x[0];
        for (Index i = 1; i < n; ++i) g[i] = 2.0 * x[i];
        return value(x, n);
    }

    template <class T>
    static void hessian(const T*, Index n, T* h) {
        diagonal(n, h, [](Index i) { return T{} + (i == 0 ? 2e6 : 2.0); });
    }
};

}  // namespace ml4pa::landscapes

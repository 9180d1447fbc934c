#pragma once

#include "ml4pa/landscapes/common.hpp"
#include "ml4pa/linalg.hpp"

namespace ml4pa::landscapes {

// sum x_i^2; minimum 0 at 0.
struct Sphere {
    static constexpr Index dimension = 0;

    template <class T>
    static T value(const T* x, Index n) {
        return sum<T>(n, [&](Index i) { return x[i] * x[i]; });
    }

    template <class T>
    static T value_and_gradient(const T* x, Index n, T* g) {
        for (Index i = 0; i < n; ++i) g[i] = 2.0 * x[i];
        return value(x, n);
    }

    template <class T>
    static void hessian(const T*, Index n, T* h) {
        diagonal(n, h, [](Index) { return T{} + 2.0; });
    }
};

}  // namespace ml4pa::landscapes

#pragma once

#include <cmath>

#include "ml4pa/landscapes/common.hpp"
#include "ml4pa/linalg.hpp"

namespace ml4pa::landscapes {

// 10n + sum x_i^2 - 10 cos(2 pi x_i); minimum 0 at 0.
// Computed as sum x_i^2 + 20 sin^2(pi x_i), which cancels nothing near the minimum.
struct Rastrigin {
    static constexpr Index dimension = 0;

    template <class T>
    static T value(const T* x, Index n) {
        using std::sin;
        return sum<T>(n, [&](Index i) {
            const T s = sin(pi * x[i]);
            return x[i] * x[i] + 20.0 * (s * s);
        });
    }

    template <class T>
    static T value_and_gradient(const T* x, Index n, T* g) {
        using std::cos;
        using std::sin;
        return sum<T>(n, [&](Index i) {
            const T s = sin(pi * x[i]), c = cos(pi * x[i]), x2 = x[i] * x[i];
            g[i] = 2.0 * x[i] + (40.0 * pi) * (s * c);
            return x2 + 20.0 * (s * s);
        });
    }

    template <class T>
    static void hessian(const T* x, Index n, T* h) {
        using std::cos;
        diagonal(n, h, [&](Index i) { return (40.0 * pi * pi) * cos((2.0 * pi) * x[i]) + 2.0; });
    }
};

}  // namespace ml4pa::landscapes

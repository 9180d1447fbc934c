#pragma once

#include <cmath>

#include "ml4pa/landscapes/common.hpp"
#include "ml4pa/linalg.hpp"

namespace ml4pa::landscapes {

// 418.98 n - sum x_i sin(sqrt|x_i|); minimum 0 at (420.97, ..., 420.97) in [-500, 500]^n.
struct Schwefel {
    static constexpr Index dimension = 0;
    static constexpr double depth = 418.9828872724337;
    static constexpr double tiny = 1e-300;  // |x|^(3/2) of less has lost its digits

    template <class T>
    static T value(const T* x, Index n) {
        using std::abs;
        using std::sin;
        using std::sqrt;
        return sum<T>(n, [&](Index i) { return depth - x[i] * sin(sqrt(abs(x[i]))); });
    }

    template <class T>
    static T value_and_gradient(const T* x, Index n, T* g) {
        using std::abs;
        using std::cos;
        using std::sin;
        using std::sqrt;
        return sum<T>(n, [&](Index i) {
            const T xi = x[i], r = sqrt(abs(xi)), s = sin(r), c = cos(r);
            g[i] = -(s + (0.5 * r) * c);
            return depth - xi * s;
        });
    }

    template <class T>
    static void hessian(const T* x, Index n, T* h) {
        using std::abs;
        using std::cos;
        using std::sin;
        using std::sqrt;
        diagonal(n, h, [&](Index i) {
            const T magnitude = abs(x[i]), r = sqrt(magnitude), size = magnitude * r;
            const T close = magnitude > 0.0 ? x[i] / magnitude / r : T{};
            const T sign_over_r = size > tiny ? x[i] / size : close;
            return (0.25 * sign_over_r) * (r * sin(r) - 3.0 * cos(r));
        });
    }
};

}  // namespace ml4pa::landscapes

#pragma once

#include <cmath>

#include "ml4pa/landscapes/common.hpp"
#include "ml4pa/linalg.hpp"

namespace ml4pa::landscapes {

// With u = (x - 1) / 4 (the usual w is 1 + u, and sin(pi w) = -sin(pi u)):
//     sin^2(pi u_1) + sum_{i < n} u_i^2 (1 + 10 sin^2(pi u_i + 1)) + u_n^2 (1 + sin^2(2 pi u_n));
// minimum 0 at (1, ..., 1). A sum over the coordinates: the Hessian is diagonal.
struct Levy {
    static constexpr Index dimension = 0;

    template <class T>
    static T value(const T* x, Index n) {
        using std::sin;
        const T first = sin(pi * u(x[0])), u_n = u(x[n - 1]), last = sin((2.0 * pi) * u_n);
        const T inner = sum<T>(n - 1, [&](Index i) {
            const T v = u(x[i]), s = sin(pi * v + 1.0);
            return (v * v) * (1.0 + 10.0 * (s * s));
        });
        return first * first + (inner + (u_n * u_n) * (1.0 + last * last));
    }

    template <class T>
    static T value_and_gradient(const T* x, Index n, T* g) {
        using std::cos;
        using std::sin;
        const T inner = sum<T>(n - 1, [&](Index i) {
            const T v = u(x[i]), s = sin(pi * v + 1.0), c = cos(pi * v + 1.0);
            const T bracket = 1.0 + 10.0 * (s * s);
            g[i] = 0.25 * ((2.0 * v) * bracket + ((20.0 * pi) * (v * v)) * (s * c));
            return (v * v) * bracket;
        });
        const T v = u(x[n - 1]), s = sin((2.0 * pi) * v), c = cos((2.0 * pi) * v);
        const T bracket = 1.0 + s * s;
        g[n - 1] = 0.25 * ((2.0 * v) * bracket + ((4.0 * pi) * (v * v)) * (s * c));
        const T s_1 = sin(pi * u(x[0])), c_1 = cos(pi * u(x[0]));
        g[0] = g[0] + (0.5 * pi) * (s_1 * c_1);
        return s_1 * s_1 + (inner + (v * v) * bracket);
    }

    template <class T>
    static void hessian(const T* x, Index n, T* h) {
        using std::cos;
        using std::sin;
        diagonal(n, h, [&](Index i) {
            const bool last = i == n - 1;
            const T v = u(x[i]), angle = last ? (2.0 * pi) * v : pi * v + 1.0;
            const T s = sin(angle), c = cos(angle), sc = s * c, cc_ss = c * c - s * s;
            const double k0 = last ? 1.0 : 10.0, k1 = last ? 16.0 * pi : 80.0 * pi;
            const double k2 = last ? 8.0 * pi * pi : 20.0 * pi * pi;
            return (2.0 * (1.0 + k0 * (s * s)) + ((k1 * v) * sc + (k2 * (v * v)) * cc_ss)) / 16.0;
        });
        h[0] = h[0] + (0.125 * pi * pi) * cos((2.0 * pi) * u(x[0]));
    }

private:
    template <class T>
    static T u(T x) {
        return 0.25 * (x - 1.0);
    }
};

}  // namespace ml4pa::landscapes

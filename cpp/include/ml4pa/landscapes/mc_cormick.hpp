#pragma once

#include <cmath>

#include "ml4pa/objective.hpp"

namespace ml4pa::landscapes {

// sin(x + y) + (x - y)^2 - 1.5x + 2.5y + 1; minimum -1.9132 at (1/2 - pi/3, -1/2 - pi/3).
struct McCormick {
    static constexpr Index dimension = 2;

    template <class T>
    static T value(const T* p, Index) {
        using std::sin;
        const T x = p[0], y = p[1], d = x - y;
        return (sin(x + y) + d * d) + ((2.5 * y - 1.5 * x) + 1.0);
    }

    template <class T>
    static T value_and_gradient(const T* p, Index, T* g) {
        using std::cos;
        using std::sin;
        const T x = p[0], y = p[1], d = x - y, s = sin(x + y), c = cos(x + y);
        g[0] = c + (2.0 * d - 1.5);
        g[1] = c - (2.0 * d - 2.5);
        return (s + d * d) + ((2.5 * y - 1.5 * x) + 1.0);
    }

    template <class T>
    static void hessian(const T* p, Index, T* h) {
        using std::sin;
        const T s = sin(p[0] + p[1]);
        h[0] = h[3] = 2.0 - s;
        h[1] = h[2] = -2.0 - s;
    }
};

}  // namespace ml4pa::landscapes

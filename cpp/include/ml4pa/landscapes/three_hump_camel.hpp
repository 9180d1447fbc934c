#pragma once

#include "ml4pa/objective.hpp"

namespace ml4pa::landscapes {

// 2x^2 - 1.05x^4 + x^6/6 + xy + y^2; minimum 0 at 0, and two local ones.
struct ThreeHumpCamel {
    static constexpr Index dimension = 2;

    template <class T>
    static T value(const T* p, Index) {
        const T x = p[0], y = p[1], x2 = x * x;
        return x2 * (2.0 + x2 * (x2 / 6.0 - 1.05)) + y * (x + y);
    }

    template <class T>
    static T value_and_gradient(const T* p, Index, T* g) {
        const T x = p[0], y = p[1], x2 = x * x;
        g[0] = (4.0 * x + y) + (x * x2) * (x2 - 4.2);
        g[1] = x + 2.0 * y;
        return x2 * (2.0 + x2 * (x2 / 6.0 - 1.05)) + y * (x + y);
    }

    template <class T>
    static void hessian(const T* p, Index, T* h) {
        const T x2 = p[0] * p[0];
        h[0] = x2 * (5.0 * x2 - 12.6) + 4.0;
        h[1] = h[2] = T{} + 1.0;
        h[3] = T{} + 2.0;
    }
};

}  // namespace ml4pa::landscapes

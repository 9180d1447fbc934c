#pragma once

#include "ml4pa/objective.hpp"

namespace ml4pa::landscapes {

// (4 - 2.1x^2 + x^4/3) x^2 + xy + (4y^2 - 4) y^2; two global and four local minima.
struct SixHumpCamel {
    static constexpr Index dimension = 2;

    template <class T>
    static T value(const T* p, Index) {
        const T x = p[0], y = p[1], x2 = x * x, y2 = y * y;
        return x2 * (x2 * (x2 / 3.0 - 2.1) + 4.0) + (x * y + y2 * (4.0 * y2 - 4.0));
    }

    template <class T>
    static T value_and_gradient(const T* p, Index, T* g) {
        const T x = p[0], y = p[1], x2 = x * x, y2 = y * y;
        g[0] = (8.0 * x + y) + (x * x2) * (2.0 * x2 - 8.4);
        g[1] = x + (8.0 * y) * (2.0 * y2 - 1.0);
        return x2 * (x2 * (x2 / 3.0 - 2.1) + 4.0) + (x * y + y2 * (4.0 * y2 - 4.0));
    }

    template <class T>
    static void hessian(const T* p, Index, T* h) {
        const T x2 = p[0] * p[0], y2 = p[1] * p[1];
        h[0] = x2 * (10.0 * x2 - 25.2) + 8.0;
        h[1] = h[2] = T{} + 1.0;
        h[3] = 48.0 * y2 - 8.0;
    }
};

}  // namespace ml4pa::landscapes

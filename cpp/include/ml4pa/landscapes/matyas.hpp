#pragma once

#include "ml4pa/objective.hpp"

namespace ml4pa::landscapes {

// 0.26 (x^2 + y^2) - 0.48 xy; minimum 0 at 0.
struct Matyas {
    static constexpr Index dimension = 2;

    template <class T>
    static T value(const T* p, Index) {
        const T x = p[0], y = p[1];
        return 0.26 * (x * x + y * y) - 0.48 * (x * y);
    }

    template <class T>
    static T value_and_gradient(const T* p, Index n, T* g) {
        const T x = p[0], y = p[1];
        g[0] = 0.52 * x - 0.48 * y;
        g[1] = 0.52 * y - 0.48 * x;
        return value(p, n);
    }

    template <class T>
    static void hessian(const T*, Index, T* h) {
        h[0] = h[3] = T{} + 0.52;
        h[1] = h[2] = T{} - 0.48;
    }
};

}  // namespace ml4pa::landscapes

#pragma once

#include "ml4pa/objective.hpp"

namespace ml4pa::landscapes {

// (x + 2y - 7)^2 + (2x + y - 5)^2; minimum 0 at (1, 3).
struct Booth {
    static constexpr Index dimension = 2;

    template <class T>
    static T value(const T* p, Index) {
        const T x = p[0], y = p[1];
        const T u = (x + 2.0 * y) - 7.0, v = (2.0 * x + y) - 5.0;
        return u * u + v * v;
    }

    template <class T>
    static T value_and_gradient(const T* p, Index, T* g) {
        const T x = p[0], y = p[1];
        const T u = (x + 2.0 * y) - 7.0, v = (2.0 * x + y) - 5.0;
        g[0] = 2.0 * u + 4.0 * v;
        g[1] = 4.0 * u + 2.0 * v;
        return u * u + v * v;
    }

    template <class T>
    static void hessian(const T*, Index, T* h) {
        h[0] = h[3] = T{} + 10.0;
        h[1] = h[2] = T{} + 8.0;
    }
};

}  // namespace ml4pa::landscapes

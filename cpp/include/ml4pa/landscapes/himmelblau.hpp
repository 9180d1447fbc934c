#pragma once

#include "ml4pa/objective.hpp"

namespace ml4pa::landscapes {

// (x^2 + y - 11)^2 + (x + y^2 - 7)^2; four minima 0.
struct Himmelblau {
    static constexpr Index dimension = 2;

    template <class T>
    static T value(const T* p, Index) {
        const T x = p[0], y = p[1];
        const T u = x * x + (y - 11.0), v = y * y + (x - 7.0);
        return u * u + v * v;
    }

    template <class T>
    static T value_and_gradient(const T* p, Index, T* g) {
        const T x = p[0], y = p[1];
        const T u = x * x + (y - 11.0), v = y * y + (x - 7.0);
        g[0] = (4.0 * x) * u + 2.0 * v;
        g[1] = 2.0 * u + (4.0 * y) * v;
        return u * u + v * v;
    }

    template <class T>
    static void hessian(const T* p, Index, T* h) {
        const T x = p[0], y = p[1];
        h[0] = 12.0 * (x * x) + (4.0 * y - 42.0);
        h[1] = h[2] = 4.0 * (x + y);
        h[3] = 12.0 * (y * y) + (4.0 * x - 26.0);
    }
};

}  // namespace ml4pa::landscapes

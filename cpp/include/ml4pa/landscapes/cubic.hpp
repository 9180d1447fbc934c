#pragma once

#include "ml4pa/objective.hpp"

namespace ml4pa::landscapes {

// x^3 - 2x^2 + 2; local minimum 22/27 at 4/3, unbounded below.
struct Cubic {
    static constexpr Index dimension = 1;

    template <class T>
    static T value(const T* p, Index) {
        const T x = p[0];
        return (x * x) * (x - 2.0) + 2.0;
    }

    template <class T>
    static T value_and_gradient(const T* p, Index n, T* g) {
        const T x = p[0];
        g[0] = x * (3.0 * x - 4.0);
        return value(p, n);
    }

    template <class T>
    static void hessian(const T* p, Index, T* h) {
        h[0] = 6.0 * p[0] - 4.0;
    }
};

}  // namespace ml4pa::landscapes

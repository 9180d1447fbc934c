#pragma once

#include "ml4pa/objective.hpp"

namespace ml4pa::landscapes {

// x^4 - 2x^2; minima -1 at -1 and 1.
struct DoubleWell {
    static constexpr Index dimension = 1;

    template <class T>
    static T value(const T* p, Index) {
        const T x2 = p[0] * p[0];
        return x2 * (x2 - 2.0);
    }

    template <class T>
    static T value_and_gradient(const T* p, Index, T* g) {
        const T x = p[0], x2 = x * x;
        g[0] = (4.0 * x) * (x2 - 1.0);
        return x2 * (x2 - 2.0);
    }

    template <class T>
    static void hessian(const T* p, Index, T* h) {
        h[0] = 12.0 * (p[0] * p[0]) - 4.0;
    }
};

}  // namespace ml4pa::landscapes

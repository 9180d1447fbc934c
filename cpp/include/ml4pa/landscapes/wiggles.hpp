#pragma once

#include <cmath>

#include "ml4pa/objective.hpp"

namespace ml4pa::landscapes {

// sin(3x) + x^2/10; five unequal minima in [-5, 5].
struct Wiggles {
    static constexpr Index dimension = 1;

    template <class T>
    static T value(const T* p, Index) {
        using std::sin;
        const T x = p[0];
        return sin(3.0 * x) + 0.1 * (x * x);
    }

    template <class T>
    static T value_and_gradient(const T* p, Index, T* g) {
        using std::cos;
        using std::sin;
        const T x = p[0], s = sin(3.0 * x), c = cos(3.0 * x);
        g[0] = 3.0 * c + 0.2 * x;
        return s + 0.1 * (x * x);
    }

    template <class T>
    static void hessian(const T* p, Index, T* h) {
        using std::sin;
        h[0] = 0.2 - 9.0 * sin(3.0 * p[0]);
    }
};

}  // namespace ml4pa::landscapes

#pragma once

#include "ml4pa/objective.hpp"

namespace ml4pa::landscapes {

// x^3 - 3xy^2; at 0 gradient and Hessian vanish.
struct MonkeySaddle {
    static constexpr Index dimension = 2;

    template <class T>
    static T value(const T* p, Index) {
        const T x = p[0], y = p[1];
        return x * (x * x - 3.0 * (y * y));
    }

    template <class T>
    static T value_and_gradient(const T* p, Index, T* g) {
        const T x = p[0], y = p[1], x2 = x * x, y2 = y * y;
        g[0] = 3.0 * (x2 - y2);
        g[1] = (-6.0 * x) * y;
        return x * (x2 - 3.0 * y2);
    }

    template <class T>
    static void hessian(const T* p, Index, T* h) {
        const T x = p[0], y = p[1];
        h[0] = 6.0 * x;
        h[1] = h[2] = -6.0 * y;
        h[3] = -6.0 * x;
    }
};

}  // namespace ml4pa::landscapes

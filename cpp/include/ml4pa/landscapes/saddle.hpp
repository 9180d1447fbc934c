#pragma once

#include "ml4pa/objective.hpp"

namespace ml4pa::landscapes {

// ax^2 - by^2; a saddle at 0 where a, b > 0.
struct Saddle {
    static constexpr Index dimension = 2;
    double a, b;

    Saddle(const double* parameters, Index) : a(parameters[0]), b(parameters[1]) {}

    template <class T>
    T value(const T* p, Index) const {
        const T x = p[0], y = p[1];
        return a * (x * x) - b * (y * y);
    }

    // The lecture's slides print (ax, -by), without the factor 2.
    template <class T>
    T value_and_gradient(const T* p, Index n, T* g) const {
        const T x = p[0], y = p[1];
        g[0] = (2.0 * a) * x;
        g[1] = (-2.0 * b) * y;
        return value(p, n);
    }

    template <class T>
    void hessian(const T*, Index, T* h) const {
        h[0] = T{} + 2.0 * a;
        h[1] = h[2] = T{};
        h[3] = T{} - 2.0 * b;
    }
};

}  // namespace ml4pa::landscapes

#pragma once

#include <cmath>

#include "ml4pa/landscapes/common.hpp"

namespace ml4pa::landscapes {

// (y - bx^2 + cx - 6)^2 + 10 (1 - 1/(8 pi)) cos x + 10 with b = 5.1/(4 pi^2), c = 5/pi;
// three minima 5/(4 pi).
struct Branin {
    static constexpr Index dimension = 2;
    static constexpr double b = 5.1 / (4.0 * pi * pi), c = 5.0 / pi;
    static constexpr double k = 10.0 * (1.0 - 1.0 / (8.0 * pi));

    template <class T>
    static T value(const T* p, Index) {
        using std::cos;
        const T x = p[0], y = p[1];
        const T t = (y - 6.0) + x * (c - b * x);
        return (t * t + k * cos(x)) + 10.0;
    }

    template <class T>
    static T value_and_gradient(const T* p, Index, T* g) {
        using std::cos;
        using std::sin;
        const T x = p[0], y = p[1], sine = sin(x), cosine = cos(x);
        const T t = (y - 6.0) + x * (c - b * x);
        g[0] = (2.0 * t) * (c - (2.0 * b) * x) - k * sine;
        g[1] = 2.0 * t;
        return (t * t + k * cosine) + 10.0;
    }

    template <class T>
    static void hessian(const T* p, Index, T* h) {
        using std::cos;
        const T x = p[0], y = p[1];
        const T t = (y - 6.0) + x * (c - b * x), t_x = c - (2.0 * b) * x;
        h[0] = (2.0 * (t_x * t_x) - (4.0 * b) * t) - k * cos(x);
        h[1] = h[2] = 2.0 * t_x;
        h[3] = T{} + 2.0;
    }
};

}  // namespace ml4pa::landscapes

#pragma once

#include "ml4pa/objective.hpp"

namespace ml4pa::landscapes {

// A(u) B(v) with u = x + y, v = 2x - 3y,
//     A = 1 + (u + 1)^2 (3u^2 - 14u + 19),    A' = 12 (u + 1)(u - 1)(u - 2),
//     B = 30 + v^2 (3v^2 - 16v + 18),         B' = 12 v (v - 1)(v - 3),
// the usual formula in coordinates that part its factors. Both factors are positive, so that the
// minima are where u is -1 or 2 and v is 0 or 3: four, the least of them 3 at (0, -1).
struct GoldsteinPrice {
    static constexpr Index dimension = 2;

    template <class T>
    static T value(const T* p, Index) {
        const T u = p[0] + p[1], v = 2.0 * p[0] - 3.0 * p[1];
        return factor_a(u) * factor_b(v);
    }

    template <class T>
    static T value_and_gradient(const T* p, Index, T* g) {
        const T u = p[0] + p[1], v = 2.0 * p[0] - 3.0 * p[1];
        const T a = factor_a(u), b = factor_b(v);
        const T a1b = slope_a(u) * b, ab1 = a * slope_b(v);
        g[0] = a1b + 2.0 * ab1;
        g[1] = a1b - 3.0 * ab1;
        return a * b;
    }

    template <class T>
    static void hessian(const T* p, Index, T* h) {
        const T u = p[0] + p[1], v = 2.0 * p[0] - 3.0 * p[1];
        const T a = factor_a(u), b = factor_b(v);
        const T a2b = ((36.0 * u - 48.0) * u - 12.0) * b;
        const T a1b1 = slope_a(u) * slope_b(v);
        const T ab2 = a * ((36.0 * v - 96.0) * v + 36.0);
        h[0] = (a2b + 4.0 * a1b1) + 4.0 * ab2;
        h[1] = h[2] = (a2b - a1b1) - 6.0 * ab2;
        h[3] = (a2b - 6.0 * a1b1) + 9.0 * ab2;
    }

private:
    template <class T>
    static T factor_a(T u) {
        const T w = u + 1.0;
        return (w * w) * ((3.0 * u - 14.0) * u + 19.0) + 1.0;
    }
    template <class T>
    static T factor_b(T v) {
        return (v * v) * ((3.0 * v - 16.0) * v + 18.0) + 30.0;
    }
    template <class T>
    static T slope_a(T u) {
        return (12.0 * (u + 1.0)) * ((u - 1.0) * (u - 2.0));
    }
    template <class T>
    static T slope_b(T v) {
        return (12.0 * v) * ((v - 1.0) * (v - 3.0));
    }
};

}  // namespace ml4pa::landscapes

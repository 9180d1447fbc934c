#pragma once

#include <type_traits>

#include "ml4pa/objective.hpp"
#include "ml4pa/pack.hpp"

namespace ml4pa::landscapes {

// (1.5 - x + xy)^2 + (2.25 - x + xy^2)^2 + (2.625 - x + xy^3)^2; minimum 0 at (3, 1/2).
struct Beale {
    static constexpr Index dimension = 2;

    template <class T>
    static T value(const T* p, Index) {
        const T x = p[0], y = p[1], xy = x * y;
        const T t1 = (1.5 - x) + xy, t2 = (2.25 - x) + xy * y, t3 = (2.625 - x) + xy * (y * y);
        return t1 * t1 + t2 * t2 + t3 * t3;
    }

    // One descent is bound by latency: its terms are doubled early, and the last one is the only one
    // that waits for y^3. Many side by side are bound by the number of operations: there doubling
    // comes with a sum. It is exact, so the bits are the same.
    template <class T>
    static T value_and_gradient(const T* p, Index, T* g) {
        const T x = p[0], y = p[1], xy = x * y, y2 = y * y, xy2 = xy * y;
        const T t1 = (1.5 - x) + xy, t2 = (2.25 - x) + xy2, t3 = (2.625 - x) + xy * y2;
        if constexpr (std::is_same_v<T, double>) {
            g[0] = (t1 * (2.0 * y - 2.0) + t2 * (2.0 * y2 - 2.0)) + t3 * ((2.0 * y) * y2 - 2.0);
            g[1] = (t1 * (2.0 * x) + t2 * (4.0 * xy)) + t3 * (6.0 * xy2);
        } else {
            const T half = (t1 * (y - 1.0) + t2 * (y2 - 1.0)) + t3 * (y * y2 - 1.0);
            g[0] = half + half;
            g[1] = twice_plus(twice_plus(t2 * xy, t1 * x), t3 * (6.0 * xy2));
        }
        return t1 * t1 + t2 * t2 + t3 * t3;
    }

    template <class T>
    static void hessian(const T* p, Index, T* h) {
        const T x = p[0], y = p[1], xy = x * y, y2 = y * y, y3 = y * y2;
        const T t1 = (1.5 - x) + xy, t2 = (2.25 - x) + xy * y, t3 = (2.625 - x) + xy * y2;
        const T a1 = y - 1.0, a2 = y2 - 1.0, a3 = y3 - 1.0;  // dt/dx
        const T b1 = x, b2 = 2.0 * xy, b3 = 3.0 * (xy * y);  // dt/dy
        h[0] = 2.0 * (a1 * a1 + a2 * a2 + a3 * a3);
        h[1] = 2.0 * ((a1 * b1 + t1) + (a2 * b2 + t2 * (2.0 * y)) + (a3 * b3 + t3 * (3.0 * y2)));
        h[2] = h[1];
        h[3] = 2.0 * (b1 * b1 + (b2 * b2 + t2 * (2.0 * x)) + (b3 * b3 + t3 * (6.0 * xy)));
    }
};

}  // namespace ml4pa::landscapes

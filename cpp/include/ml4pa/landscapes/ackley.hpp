#pragma once

#include <cmath>

#include "ml4pa/landscapes/common.hpp"
#include "ml4pa/linalg.hpp"

namespace ml4pa::landscapes {

// 20 - 20 exp(-r/5) + e - exp(mean cos(2 pi x_i)), r^2 = mean x_i^2; minimum 0 at 0.
// 0 is the tip of a cone: `tiny` makes the gradient there 0 instead of 0/0, and the Hessian's
// diagonal, which has no limit, a huge number.
struct Ackley {
    static constexpr Index dimension = 0;
    static constexpr double e = 2.71828182845904523536;
    static constexpr double tiny = 1e-150;

    template <class T>
    static T value(const T* x, Index n) {
        using std::cos;
        using std::exp;
        const double m = static_cast<double>(n);
        const T cosines = sum<T>(n, [&](Index i) { return cos((2.0 * pi) * x[i]); });
        return (20.0 - 20.0 * exp(-0.2 * radius(x, n))) + (e - exp(cosines / m));
    }

    template <class T>
    static T value_and_gradient(const T* x, Index n, T* g) {
        using std::cos;
        using std::exp;
        using std::sin;
        const double m = static_cast<double>(n);
        const T cosines = sum<T>(n, [&](Index i) {
            const T angle = (2.0 * pi) * x[i];
            g[i] = sin(angle);
            return cos(angle);
        });
        const T r = radius(x, n), e1 = 20.0 * exp(-0.2 * r), e2 = exp(cosines / m);
        const T p = 0.2 * e1 / (m * r + tiny), q = (2.0 * pi) * e2 / m;
        for (Index i = 0; i < n; ++i) g[i] = p * x[i] + q * g[i];
        return (20.0 - e1) + (e - e2);
    }

    // H_ij = delta_ij (p + 2 pi q cos_i) - p n (1 + r/5) d_i d_j - 2 pi q sin_i sin_j / n with
    // d = x / (n r). The last row keeps the sines until its turn.
    template <class T>
    static void hessian(const T* x, Index n, T* h) {
        using std::cos;
        using std::exp;
        using std::sin;
        const double m = static_cast<double>(n);
        T* sines = h + (n - 1) * n;
        const T cosines = sum<T>(n, [&](Index i) {
            const T angle = (2.0 * pi) * x[i];
            sines[i] = sin(angle);
            return cos(angle);
        });
        const T r = radius(x, n), mr = m * r + tiny;
        const T p = 0.2 * (20.0 * exp(-0.2 * r)) / mr, q = (2.0 * pi) * exp(cosines / m) / m;
        const T p2 = (p * m) * (1.0 + 0.2 * r), q2 = (2.0 * pi) * q / m;
        for (Index i = 0; i < n; ++i) {
            const T p2d = p2 * (x[i] / mr), q2s = q2 * sines[i];
            for (Index j = 0; j < n; ++j) h[i * n + j] = 0.0 - (p2d * (x[j] / mr) + q2s * sines[j]);
            h[i * n + i] = h[i * n + i] + (p + (2.0 * pi) * (q * cos((2.0 * pi) * x[i])));
        }
    }

private:
    template <class T>
    static T radius(const T* x, Index n) {
        using std::sqrt;
        return sqrt(sum<T>(n, [&](Index i) { return x[i] * x[i]; }) / static_cast<double>(n));
    }
};

}  // namespace ml4pa::landscapes

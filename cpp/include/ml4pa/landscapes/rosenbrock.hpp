#pragma once

#include "ml4pa/landscapes/common.hpp"
#include "ml4pa/linalg.hpp"

namespace ml4pa::landscapes {

// sum_{i < n} b (x_{i+1} - x_i^2)^2 + (a - x_i)^2; minimum 0 at (a, a^2) for n = 2.
struct Rosenbrock {
    static constexpr Index dimension = 0;
    static constexpr bool steps_on_two = true;  // are compiled, see small.hpp
    double a, b;

    Rosenbrock(const double* parameters, Index) : a(parameters[0]), b(parameters[1]) {}

    template <class T>
    T value(const T* x, Index n) const {
        if (n == 2) return term(x[0], x[1]);  // the same bits, without the partial sums
        return sum<T>(n - 1, [&](Index i) { return term(x[i], x[i + 1]); });
    }

    template <class T>
    T value_and_gradient(const T* x, Index n, T* g) const {
        const double b2 = 2.0 * b, b4 = 4.0 * b;
        const Index last = n - 1;
        g[0] = -((b4 * x[0]) * (x[1] - x[0] * x[0]) + 2.0 * (a - x[0]));
        for (Index i = 1; i < last; ++i)
            g[i] = b2 * (x[i] - x[i - 1] * x[i - 1]) -
                   ((b4 * x[i]) * (x[i + 1] - x[i] * x[i]) + 2.0 * (a - x[i]));
        g[last] = b2 * (x[last] - x[last - 1] * x[last - 1]);
        return value(x, n);
    }

    template <class T>
    void hessian(const T* x, Index n, T* h) const {
        const double b2 = 2.0 * b, b4 = 4.0 * b, b12 = 12.0 * b;
        diagonal(n, h, [&](Index i) {
            const T below = i > 0 ? T{} + b2 : T{};
            return i < n - 1 ? ((b12 * (x[i] * x[i]) - b4 * x[i + 1]) + 2.0) + below : below;
        });
        for (Index i = 0; i + 1 < n; ++i) h[i * n + i + 1] = h[(i + 1) * n + i] = -b4 * x[i];
    }

private:
    template <class T>
    T term(T x, T next) const {
        const T t = next - x * x, d = a - x;
        return b * (t * t) + d * d;
    }
};

}  // namespace ml4pa::landscapes

#pragma once

#include <cmath>
#include <vector>

#include "ml4pa/landscapes/common.hpp"
#include "ml4pa/linalg.hpp"

namespace ml4pa::landscapes {

// sum c^(i/(n-1)) x_i^2, i = 0, ..., n - 1, with the condition number c; minimum 0 at 0.
struct Ellipsoid {
    static constexpr Index dimension = 0;
    std::vector<double> w;

    Ellipsoid(const double* parameters, Index n) : w(n, 1.0) {
        for (Index i = 1; i < n; ++i)
            w[i] = std::pow(parameters[0], static_cast<double>(i) / static_cast<double>(n - 1));
    }

    template <class T>
    T value(const T* x, Index n) const {
        return sum<T>(n, [&](Index i) { return w[i] * (x[i] * x[i]); });
    }

    template <class T>
    T value_and_gradient(const T* x, Index n, T* g) const {
        for (Index i = 0; i < n; ++i) g[i] = (2.0 * w[i]) * x[i];
        return value(x, n);
    }

    template <class T>
    void hessian(const T*, Index n, T* h) const {
        diagonal(n, h, [&](Index i) { return T{} + 2.0 * w[i]; });
    }
};

}  // namespace ml4pa::landscapes

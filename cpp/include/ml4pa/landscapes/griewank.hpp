#pragma once

#include <cmath>
#include <vector>

#include "ml4pa/landscapes/common.hpp"
#include "ml4pa/linalg.hpp"

namespace ml4pa::landscapes {

// sum x_i^2 / 4000 + 1 - prod cos(x_i / sqrt(i)), i = 1, ..., n; minimum 0 at 0.
// The product without its factor i is product / cos_i: the cosine of a double is never 0.
struct Griewank {
    static constexpr Index dimension = 0;
    std::vector<double> w;  // 1 / sqrt(i)

    Griewank(const double*, Index n) : w(n) {
        for (Index i = 0; i < n; ++i) w[i] = 1.0 / std::sqrt(static_cast<double>(i + 1));
    }

    template <class T>
    T value(const T* x, Index n) const {
        using std::cos;
        T product = T{} + 1.0;
        for (Index i = 0; i < n; ++i) product = product * cos(w[i] * x[i]);
        return bowl(x, n) + (1.0 - product);
    }

    template <class T>
    T value_and_gradient(const T* x, Index n, T* g) const {
        const T product = tangents(x, n, g);
        for (Index i = 0; i < n; ++i) g[i] = x[i] / 2000.0 + product * g[i];
        return bowl(x, n) + (1.0 - product);
    }

    // The last row keeps the tangents until its turn.
    template <class T>
    void hessian(const T* x, Index n, T* h) const {
        T* t = h + (n - 1) * n;
        const T product = tangents(x, n, t);
        for (Index i = 0; i < n; ++i) {
            const T row = product * t[i];
            for (Index j = 0; j < n; ++j) h[i * n + j] = 0.0 - row * t[j];
            h[i * n + i] = product * (w[i] * w[i]) + 1.0 / 2000.0;
        }
    }

private:
    template <class T>
    static T bowl(const T* x, Index n) {
        return sum<T>(n, [&](Index i) { return x[i] * x[i]; }) / 4000.0;
    }

    // t_i = w_i tan(w_i x_i); the product of the cosines.
    template <class T>
    T tangents(const T* x, Index n, T* t) const {
        using std::cos;
        using std::sin;
        T product = T{} + 1.0;
        for (Index i = 0; i < n; ++i) {
            const T angle = w[i] * x[i], s = sin(angle), c = cos(angle);
            t[i] = w[i] * (s / c);
            product = product * c;
        }
        return product;
    }
};

}  // namespace ml4pa::landscapes

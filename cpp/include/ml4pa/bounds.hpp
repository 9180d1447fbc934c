// Bounds: which coordinates they hold, and what is left of a Hessian then.
#pragma once

#include <algorithm>
#include <vector>

#include "ml4pa/objective.hpp"

namespace ml4pa {

struct Bounds {
    std::vector<double> low, high;  // empty: unbounded
    explicit operator bool() const { return !low.empty(); }
    double clip(Index i, double x) const {
        const auto k = static_cast<std::size_t>(i);
        return std::min(std::max(x, low[k]), high[k]);
    }
    // Whether a coordinate at x lies on one of its bounds.
    bool at(Index i, double x) const {
        const auto k = static_cast<std::size_t>(i);
        return x <= low[k] || x >= high[k];
    }
    // Whether a step along -v would take a coordinate at x beyond the bound on which it lies, or
    // two equal ones leave it no step: differences do not move it then, so its slope may be 0.
    bool hold(Index i, double x, double v) const {
        const auto k = static_cast<std::size_t>(i);
        const bool on_low = x <= low[k], on_high = x >= high[k];
        return (on_low && v > 0.0) || (on_high && v < 0.0) || (on_low && on_high);
    }
    // The gradient x - clip(x - g), where g is not lost to rounding beside a large x.
    double project(Index i, double x, double g) const {
        const auto k = static_cast<std::size_t>(i);
        return std::min(std::max(g, x - high[k]), x - low[k]);
    }
    // The bound that a step along -v leads to.
    double ahead(Index i, double v) const {
        const auto k = static_cast<std::size_t>(i);
        return v > 0.0 ? low[k] : high[k];
    }
};

// The rows and columns of what is held become those of the identity, in h (n, n).
template <class Held>
void restrict_to_free(Index n, double* h, Held held) {
    for (Index i = 0; i < n; ++i)
        for (Index j = 0; j < n; ++j)
            if (held(i) || held(j)) h[i * n + j] = i == j ? 1.0 : 0.0;
}

}  // namespace ml4pa

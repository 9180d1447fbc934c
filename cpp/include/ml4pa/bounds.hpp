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
    // Whether a step along -v would take a coordinate at x beyond the bound on which it lies.
    bool hold(Index i, double x, double v) const {
        const auto k = static_cast<std::size_t>(i);
        return (x <= low[k] && v > 0.0) || (x >= high[k] && v < 0.0);
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

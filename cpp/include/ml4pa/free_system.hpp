// The equations for a direction in the coordinates that no bound holds.
#pragma once

#include <algorithm>
#include <vector>

#include "ml4pa/bounds.hpp"
#include "ml4pa/gradient_run.hpp"
#include "ml4pa/linear_system.hpp"
#include "ml4pa/memory.hpp"
#include "ml4pa/stopping/registry.hpp"

namespace ml4pa {

// The gradient tolerance with limit 0.
constexpr Stop at_rest{place<stopping::GradientTolerance>(static_cast<Rules*>(nullptr)), 0.0, 0.0};

class FreeSystem {
public:
    FreeSystem(const Bounds& bounds, Index n, bool wants_hessian)
        : n_(n), g_(bounds ? n : 0), h_(bounds && wants_hessian ? n * n : 0) {}

    // Writes v at x, by solve(g, h, v), 0 where a bound holds the coordinate. Those that v would
    // take beyond a bound, against their own gradients, are held as well.
    template <class Solve>
    Solved solve(const Bounds& bounds, const double* x, const double* g, const double* h, double* v,
                 Solve solve) {
        if (!bounds) return solve(g, h, v);
        std::vector<char> held(static_cast<std::size_t>(n_));
        const auto is_held = [&](Index i) { return held[static_cast<std::size_t>(i)] != 0; };
        const auto hold = [&](Index i, bool beyond) {
            held[static_cast<std::size_t>(i)] = beyond;
            g_[i] = beyond ? 0.0 : g[i];
            return beyond;
        };
        for (Index i = 0; i < n_; ++i) hold(i, bounds.hold(i, x[i], g[i]));
        while (true) {
            if (h_.size() > 0) {
                std::copy_n(h, n_ * n_, h_.data());
                restrict_to_free(n_, h_.data(), is_held);
            }
            const Solved solved = solve(g_.data(), h_.data(), v);
            if (!solved.exists) return solved;
            bool more = false;
            for (Index i = 0; i < n_; ++i)
                if (!is_held(i)) more |= hold(i, bounds.hold(i, x[i], v[i]));
            if (!more) return solved;
        }
    }

    // Whether the gradient is 0 where no bound holds the coordinate.
    bool rests(const Bounds& bounds, const double* x, const double* g) const {
        for (Index i = 0; i < n_; ++i)
            if (g[i] != 0.0 && !(bounds && bounds.hold(i, x[i], g[i]))) return false;
        return true;
    }

private:
    Index n_;
    Array g_, h_;  // of the coordinates that no bound holds
};

}  // namespace ml4pa

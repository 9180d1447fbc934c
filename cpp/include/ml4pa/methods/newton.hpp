#pragma once

#include <algorithm>

#include "ml4pa/direction_run.hpp"
#include "ml4pa/methods/newton_step.hpp"

namespace ml4pa::methods {

// Solve (H + lambda I) v = g;  theta <- theta - eta v. By Cholesky's factors where the matrix is
// positive definite; where it is not, the step is the one to the stationary point of the model,
// by Gauss elimination, and is counted: it may lead to a saddle or a maximum. In one or two
// dimensions the elimination is written out, so that fleets have the same bits.
class Newton final : public Direction {
public:
    static constexpr const char* name = "newton";

    explicit Newton(double damping) : damping_(damping) {}

    bool wants_hessian() const override { return true; }
    bool leads_to_minimum() const override { return damping_ == 0.0; }

    Solved solve(Index n, const double* g, const double* h, double* v) override {
        return n == 1 ? solve<1>(g, h, v) : n == 2 ? solve<2>(g, h, v) : solve_any(n, g, h, v);
    }

private:
    template <int d>
    Solved solve(const double* g, const double* h, double* v) {
        double a[d * d], step[d];
        std::copy_n(h, d * d, a);
        for (int i = 0; i < d; ++i) a[i * d + i] += damping_;
        eliminate<d>(a, g, step);
        bool definite = a[0] > 0.0;
        if constexpr (d == 2) definite = definite && a[3] - (a[2] / a[0]) * a[1] > 0.0;
        if (!std::all_of(step, step + d, finite)) return {false, definite};
        std::copy_n(step, d, v);
        return {true, definite};
    }

    Solved solve_any(Index n, const double* g, const double* h, double* v);
    double damping_;
};

}  // namespace ml4pa::methods

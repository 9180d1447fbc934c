// Restarts: IPOP (A. Auger, N. Hansen, CEC 2005, 1769) and BIPOP (N. Hansen, GECCO 2009, 2389).
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "ml4pa/cmaes/strategy.hpp"
#include "ml4pa/random.hpp"

namespace ml4pa::cmaes {

enum class Restarts { none, ipop, bipop };
enum Regime : std::int64_t { first = 0, large = 1, small = 2 };

// A descent as it begins.
struct Descent {
    std::int64_t regime = first;
    Index population_size = 0;
    double sigma_start = 0.0;
    std::int64_t generation_limit = 0;  // 0: none
};

// 100 + 150 (n + 3)^2/sqrt(lambda), a descent's own budget where there are restarts: pycma's maxiter.
inline std::int64_t generation_limit(Index n, Index size) {
    const double m = static_cast<double>(n) + 3.0;
    return static_cast<std::int64_t>(
        std::floor(100.0 + 150.0 * (m * m) / std::sqrt(static_cast<double>(size))));
}

struct Ledger {
    static constexpr std::uint32_t stream_number = 1;

    std::int64_t restart = 0, doublings = 0;
    std::int64_t small_evaluations = 0, large_evaluations = 0, last_large = 0;

    // The evaluations of the descent that ends; the first one counts as small.
    void account(std::int64_t regime, std::int64_t evaluations) {
        (regime == large ? large_evaluations : small_evaluations) += evaluations;
        if (regime == large) last_large = evaluations;
    }

    // The descent after this one.
    Descent follow(Restarts kind, Key key, Index n, Index size0, double sigma0) const {
        if (kind == Restarts::bipop && small_evaluations < large_evaluations) {
            double u[2];
            uniforms(stream(key, stream_number), static_cast<std::uint64_t>(restart), 1, u, 2);
            const double ratio = 0.5 * std::pow(2.0, static_cast<double>(doublings));
            const auto drawn = static_cast<Index>(
                std::floor(static_cast<double>(size0) * std::pow(ratio, u[0] * u[0])));
            const Index size = std::max(size0, drawn);
            const auto half = static_cast<std::int64_t>(
                std::floor(0.5 * static_cast<double>(last_large) / static_cast<double>(size)));
            return {small, size, sigma0 * std::pow(10.0, -2.0 * u[1]),
                    std::max<std::int64_t>(1, std::min(half, generation_limit(n, size)))};
        }
        const Index size = size0 << (doublings + 1);
        return {large, size, sigma0, generation_limit(n, size)};
    }

    // Uniform in the region, else between two finite bounds, else N(x0, deviations^2); by
    // coordinate. `region` is that of the restarts, or the bounds.
    void new_start(Key key, const double* x0, const std::vector<double>& deviations,
                   const Bounds& region, const Bounds& bounds, double* x) const {
        const auto n = static_cast<Index>(deviations.size());
        const Key domain = stream(key, stream_number);
        const auto which = static_cast<std::uint64_t>(restart);
        std::vector<double> u(deviations.size());
        normals(domain, which, 2, x, n);
        uniforms(domain, which, 0, u.data(), n);
        for (Index j = 0; j < n; ++j) {
            const auto k = static_cast<std::size_t>(j);
            x[j] = x0[j] + deviations[k] * x[j];
            if (!region) continue;
            const double low = region.low[k], high = region.high[k];
            if (finite(low) && finite(high)) x[j] = low + u[k] * (high - low);
            if (bounds) x[j] = bounds.clip(j, x[j]);
        }
    }

    void visit(Visitor& v) {
        v.integer("restart", restart);
        v.integer("doublings", doublings);
        v.integer("small_evaluations", small_evaluations);
        v.integer("large_evaluations", large_evaluations);
        v.integer("last_large", last_large);
    }
};

}  // namespace ml4pa::cmaes

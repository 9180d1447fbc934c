// The strategy parameters of one descent: what ml4pa/methods/cmaes/parameters.py computes, with the
// equation numbers of N. Hansen, "The CMA evolution strategy: a tutorial", arXiv:1604.00772 (2023).
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "ml4pa/population_run.hpp"

namespace ml4pa::cmaes {

enum class Mode { full, diagonal, limited };

inline Mode mode_of(const Parameters& given) {
    const std::string& word = given.word("covariance");
    return word == "full" ? Mode::full : word == "diagonal" ? Mode::diagonal : Mode::limited;
}

inline Index default_population_size(Index n) {
    return 4 + static_cast<Index>(std::floor(3.0 * std::log(static_cast<double>(n))));  // (48)
}

inline Index first_population_size(const Parameters& given, Index n) {
    return given.has("population_size") ? given.integer("population_size")
                                        : default_population_size(n);
}

// sqrt(c (2 - c) mu_eff), with which a path of normal steps stays normal.
inline double path_gain(double c, double mu_eff) { return std::sqrt(c * (2.0 - c) * mu_eff); }

struct Strategy {
    Index n = 0, population_size = 0;
    std::vector<double> weights;  // from the best point to the worst
    double weight_sum = 0.0;
    double mu_eff = 0.0, c_sigma = 0.0, d_sigma = 0.0, c_c = 0.0, c_1 = 0.0, c_mu = 0.0, c_m = 0.0;
    double chi_n = 0.0;
    std::vector<double> c_d, c_directions;  // of the limited mode: c_d and c_c of each direction
    Index refresh = 1;

    // What remains of C in eq. (47).
    double keep(double h_sigma) const {
        const double delta = (1.0 - h_sigma) * c_c * (2.0 - c_c);
        return 1.0 + c_1 * delta - c_1 - c_mu * weight_sum;
    }
};

namespace detail {

// (sum |w|)^2 / sum w^2, eq. (8)
inline double effective(const std::vector<double>& w) {
    double total = 0.0, squares = 0.0;
    for (double v : w) {
        total += std::fabs(v);
        squares += v * v;
    }
    return squares > 0.0 ? total * total / squares : 0.0;
}

inline std::vector<double> raw_weights(const Parameters& given, Index size) {
    if (given.has("weights")) return given.vector("weights");
    const double half =
        given.has("mu") ? given.number("mu") + 0.5 : 0.5 * static_cast<double>(size + 1);
    std::vector<double> raw;
    for (Index i = 1; i <= size; ++i)
        raw.push_back(std::log(half) - std::log(static_cast<double>(i)));  // (49)
    return raw;
}

// d_sigma - 1 - c_sigma, from s = sqrt((mu_eff - 1)/(n + 1)). Our own for the larger populations of
// restarts, which else have hardly more damping than the first one while s is below 1.
inline double damping(double mu_eff, double n, bool enlarged) {
    const double s = std::sqrt((mu_eff - 1.0) / (n + 1.0));
    return std::max(enlarged ? s : 0.0, 2.0 * (s - 1.0));  // (55)
}

inline void set_weights(Strategy& s, const std::vector<double>& raw, bool active, bool given) {
    std::vector<double> negative(raw);
    double up = 0.0, down = 0.0;
    for (double& w : negative) {
        up += std::max(w, 0.0);
        w = std::min(w, 0.0);
        down -= w;
    }
    double scale = 0.0;
    if (active && s.c_mu > 0.0 && down > 0.0) {
        const double n = static_cast<double>(s.n);
        const double alpha =
            std::min({1.0 + s.c_1 / s.c_mu,                                    // (50)
                      1.0 + 2.0 * effective(negative) / (s.mu_eff + 2.0),      // (51)
                      std::max(0.0, (1.0 - s.c_1 - s.c_mu) / (n * s.c_mu))});  // (52)
        scale = given ? 1.0 / up : alpha / down;
    }
    s.weights.clear();
    for (double w : raw) s.weights.push_back(w > 0.0 ? w / up : w * scale);  // (53)
    s.weight_sum = 0.0;
    for (double w : s.weights) s.weight_sum += w;
}

}  // namespace detail

inline Strategy make_strategy(const Parameters& given, Index n_, Index size) {
    Strategy s;
    s.n = n_;
    s.population_size = size;
    const Mode mode = mode_of(given);
    const double n = static_cast<double>(n_), lambda = static_cast<double>(size);
    const std::vector<double> raw = detail::raw_weights(given, size);
    std::vector<double> positive(raw);
    for (double& w : positive) w = std::max(w, 0.0);
    s.mu_eff = detail::effective(positive);
    const auto choose = [&](const char* name, double value) {
        return given.has(name) ? given.number(name) : value;
    };
    if (mode == Mode::limited) {
        // Loshchilov, Glasmachers & Beyer (2019), algorithm 3.
        s.c_sigma = choose("c_sigma", std::min(2.0 * lambda / n, 0.5));
        s.d_sigma = choose("d_sigma", 2.0);
        s.c_c = choose("c_c", 0.0);
        s.c_1 = choose("c_1", 0.0);
        s.c_mu = choose("c_mu", std::min(1.0 - s.c_1, 0.0));
        for (Index i = 0; i < default_population_size(n_); ++i) {
            s.c_d.push_back(std::min(0.5, 1.0 / (std::pow(1.5, static_cast<double>(i)) * n)));
            s.c_directions.push_back(
                std::min(1.0, lambda / (std::pow(4.0, static_cast<double>(i)) * n)));
        }
    } else {
        const double m = s.mu_eff;
        s.c_sigma = choose("c_sigma", (m + 2.0) / (n + m + 5.0));  // (55)
        const bool enlarged =
            given.words.count("restarts") != 0 && size > first_population_size(given, n_);
        s.d_sigma = choose("d_sigma", 1.0 + detail::damping(m, n, enlarged) + s.c_sigma);
        s.c_c = choose("c_c", (4.0 + m / n) / (n + 4.0 + 2.0 * m / n));                // (56)
        double c_1 = 2.0 / ((n + 1.3) * (n + 1.3) + m);                                // (57)
        double c_mu = 2.0 * (0.25 + m + 1.0 / m - 2.0) / ((n + 2.0) * (n + 2.0) + m);  // (58)
        if (mode == Mode::diagonal) {  // Ros & Hansen (2008)
            c_1 = std::min(1.0, c_1 * (n + 2.0) / 3.0);
            c_mu = c_mu * (n + 2.0) / 3.0;
        }
        s.c_1 = choose("c_1", c_1);
        s.c_mu = choose("c_mu", std::min(1.0 - s.c_1, c_mu));
    }
    s.c_m = given.number("mean_lr");
    s.chi_n = std::sqrt(n) * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n));
    const bool active = given.number("active") != 0.0 && mode != Mode::limited;
    detail::set_weights(s, raw, active, given.has("weights"));
    // The factor of C is computed anew when C has changed by some 30 %.
    const double change = n * (s.c_1 + s.c_mu);
    if (change > 0.0)
        s.refresh = std::max(Index{1}, static_cast<Index>(std::floor(std::min(0.3 / change, 1e9))));
    return s;
}

}  // namespace ml4pa::cmaes

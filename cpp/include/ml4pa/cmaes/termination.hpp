// When a descent of CMA-ES has done what it can; the tests of ml4pa/methods/cmaes/termination.py.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "ml4pa/cmaes/shape.hpp"

namespace ml4pa::cmaes {

// Python's Status has the same numbers.
enum End : int {
    tolfun = 50,
    tolx = 51,
    no_effect_axis = 52,
    no_effect_coordinate = 53,
    flat_fitness = 54,
    condition = 55,
    tolxup = 56,
    stagnation = 57,
    descent_limit = 58,
    behind = 59,
    resolution = 60
};

struct Tolerances {
    double fun, x, xup, condition;
};

// The distribution, as the tests see it.
struct Distribution {
    const double* mean;
    double sigma, sigma_start;
    std::int64_t generation_limit;  // 0: there are no restarts
    double best;                    // the best value of the run
};

class Termination {
public:
    static constexpr std::int64_t memory = 20'000, every = 10, stagnation_every = 50;
    // Of what a descent is above the best value of the run.
    static constexpr double share = 1e-4;
    // Roundings of f by which values that are all but equal may differ: 16 eps |f|.
    static constexpr double roundings = 16.0 * std::numeric_limits<double>::epsilon();

    void begin(const Strategy& strategy) {
        n_ = strategy.n;
        window_ = 10 + part(strategy, 30.0);
        longest_ = 120 + part(strategy, 30.0 * std::sqrt(static_cast<double>(n_)));
        generation_ = 0;
        best_.clear();
        middle_.clear();
        axis_.resize(static_cast<std::size_t>(n_));
    }
    std::int64_t generation() const { return generation_; }

    // The best and the middle value of a generation.
    void remember(double best, double middle) {
        put(best_, best);
        put(middle_, std::isnan(middle) ? std::numeric_limits<double>::infinity() : middle);
        ++generation_;
    }

    // The first reason to end the descent; `spread` is that of the generation's values.
    Stop why(const Tolerances& tol, const Distribution& d, Shape& shape, double spread) {
        const bool settled = generation_ >= window_;
        const Stop flat = is_flat(settled ? spread : std::numeric_limits<double>::infinity());
        const double limit = std::max(tol.fun, lag(d));
        if (settled && spread <= limit) {
            const std::int64_t count = flat ? std::min(n_ + 6, generation_) : window_;
            spread = std::max(spread, range_of_bests(std::min(count, memory)));
            if (spread <= tol.fun) return {tolfun, spread, tol.fun};
            if (spread <= limit) return {behind, spread, limit};
        }
        if (d.generation_limit > 0 && generation_ >= d.generation_limit)
            return {descent_limit, static_cast<double>(generation_),
                    static_cast<double>(d.generation_limit)};
        const Stop stop = flat || generation_ % every == 0 ? of_shape(tol, d, shape) : Stop{};
        return stop ? stop : flat;
    }

    void visit(Visitor& v) {
        v.integer("generation", generation_);
        // Before the arrays, which a descent of any length must fit.
        const std::size_t size = static_cast<std::size_t>(std::min(generation_, memory));
        best_.resize(size);
        middle_.resize(size);
        v.array("best_values", best_.data(), static_cast<Index>(size));
        v.array("middle_values", middle_.data(), static_cast<Index>(size));
    }

private:
    static std::int64_t part(const Strategy& s, double factor) {
        return static_cast<std::int64_t>(
            std::ceil(factor * static_cast<double>(s.n) / static_cast<double>(s.population_size)));
    }
    static double at(const std::vector<double>& values, std::int64_t t) {
        return values[static_cast<std::size_t>(t % memory)];
    }
    void put(std::vector<double>& values, double f) const {
        if (generation_ < memory)
            values.push_back(f);
        else
            values[static_cast<std::size_t>(generation_ % memory)] = f;
    }

    // How far apart the newest `count` best values are.
    double range_of_bests(std::int64_t count) const {
        double least = at(best_, generation_ - 1), most = least;
        for (std::int64_t t = generation_ - count; t < generation_; ++t) {
            least = std::min(least, at(best_, t));
            most = std::max(most, at(best_, t));
        }
        return most - least;
    }

    // The spread below which a descent that is above the best value would need ten thousand times
    // the generations of its window to come down to it: it makes room for the next one.
    double lag(const Distribution& d) const {
        if (d.generation_limit == 0 || !std::isfinite(d.best)) return 0.0;
        return share * (at(best_, generation_ - 1) - d.best);
    }

    // In more than a third of the last n + 6 generations, and in this one, half of the values are
    // the best; Hansen (GECCO 2009) has a quarter, and n generations, which are few for small n.
    // With a spread of some roundings of f, which are above tolfun where f is large, this is the
    // bottom of a minimum.
    Stop is_flat(double spread) const {
        const auto level = [&](std::int64_t t) { return at(best_, t) == at(middle_, t); };
        if (!level(generation_ - 1)) return {};
        const std::int64_t count = std::min({generation_, n_ + 6, memory});
        std::int64_t flat = 0;
        for (std::int64_t t = generation_ - count; t < generation_; ++t) flat += level(t);
        if (3 * flat <= n_ + 6) return {};
        spread = std::max(spread, range_of_bests(count));
        const double limit = roundings * std::fabs(at(best_, generation_ - 1));
        if (spread <= limit) return {resolution, spread, limit};
        return {flat_fitness, static_cast<double>(flat), static_cast<double>(count)};
    }

    // Whether the distribution is too small, too wide or too thin, or the values stagnate; sizes and
    // shape are in units of the deviations at the start.
    Stop of_shape(const Tolerances& tol, const Distribution& d, Shape& shape) {
        double widest = 0.0, path = 0.0;
        const double* p_c = shape.path();
        for (Index i = 0; i < n_; ++i) {
            widest = std::max(widest, d.sigma * shape.deviation(i) / shape.start[i]);
            if (p_c != nullptr) path = std::max(path, std::fabs(p_c[i]) / shape.start[i]);
        }
        const double moving = std::max(widest, d.sigma * path), limit = tol.x * d.sigma_start;
        if (moving <= limit) return {tolx, moving, limit};
        if (shape.narrow_axis(axis_.data())) {
            bool still = true;
            for (Index i = 0; i < n_ && still; ++i)
                still = d.mean[i] + 0.1 * d.sigma * axis_[static_cast<std::size_t>(i)] == d.mean[i];
            if (still) return {no_effect_axis, d.sigma * shape.narrowest(), 0.0};
        }
        for (Index i = 0; i < n_; ++i) {
            const double deviation = d.sigma * shape.deviation(i);
            if (d.mean[i] + 0.2 * deviation == d.mean[i])
                return {no_effect_coordinate, deviation, static_cast<double>(i)};
        }
        shape.measure();
        if (const double number = shape.condition(); !(number <= tol.condition))
            return {condition, number, tol.condition};
        const double rise = widest / d.sigma_start;
        if (!(rise <= tol.xup)) return {tolxup, rise, tol.xup};
        return generation_ % stagnation_every == 0 ? stagnates() : Stop{};
    }

    // Over the last fifth of the run, but at least 120 + 30 n^1.5/lambda generations, the newest
    // 30 % of the best and of the middle values have no better median than the oldest 30 %.
    Stop stagnates() {
        const auto fifth =
            static_cast<std::int64_t>(std::ceil(0.2 * static_cast<double>(generation_)));
        const std::int64_t count = std::min(std::max(fifth, longest_), memory);
        if (generation_ < count) return {};
        const std::int64_t size = 3 * count / 10;
        for (const std::vector<double>* values : {&best_, &middle_})
            if (median(*values, generation_ - size, size) <
                median(*values, generation_ - count, size))
                return {};
        return {stagnation, static_cast<double>(generation_), static_cast<double>(count)};
    }

    // The upper middle of `size` values from the generation `first` on.
    double median(const std::vector<double>& values, std::int64_t first, std::int64_t size) {
        part_.clear();
        for (std::int64_t t = first; t < first + size; ++t) part_.push_back(at(values, t));
        const auto middle = part_.begin() + size / 2;
        std::nth_element(part_.begin(), middle, part_.end());
        return *middle;
    }

    Index n_ = 0;
    std::int64_t window_ = 0, longest_ = 0, generation_ = 0;
    std::vector<double> best_, middle_, part_, axis_;
};

}  // namespace ml4pa::cmaes

// A run of a method that goes along one direction v a step, theta <- theta - eta v: gradient
// descent, where eta is searched for, and Newton's method.
#pragma once

#include <functional>
#include <vector>

#include "ml4pa/gradient_run.hpp"
#include "ml4pa/linalg.hpp"
#include "ml4pa/line_search.hpp"

namespace ml4pa {

// The direction from gradient and Hessian.
class Direction {
public:
    virtual ~Direction() = default;
    virtual bool wants_hessian() const = 0;
    // Writes v. Where there is none, the Hessian being singular, leaves it and returns false.
    virtual bool solve(Index n, const double* g, const double* h, double* v) = 0;
    virtual void visit(Visitor&) {}
};

class SteepestDescent final : public Direction {
public:
    bool wants_hessian() const override { return false; }
    bool solve(Index n, const double* g, const double*, double* v) override {
        std::copy_n(g, n, v);
        return true;
    }
};

class DirectionRun final : public Run {
public:
    // A search that has not ended after so many trials has no step to find.
    static constexpr std::int64_t most_trials = 100;

    DirectionRun(std::unique_ptr<Direction> direction, std::unique_ptr<LineSearch> search,
                 GradientOptions options, const double* x0, Index n, Bounds bounds)
        : Run(x0, n, std::move(bounds)),
          direction_(std::move(direction)),
          search_(std::move(search)),
          options_(std::move(options)),
          point_(n),
          v_(n),
          noisy_(options_.plain() ? 0 : n) {
        std::copy_n(x0, n, point_.data());
    }

    const double* ask() const override { return point_.data(); }
    bool wants_hessian() const override { return direction_->wants_hessian(); }
    bool accepts(double f, const double* g) const override {
        return trials_ == 0 || search_->accepts(eta_, f, slope(g));
    }

    void tell(double f, const double* g, const double* h) override {
        note(f);
        if (trials_ > 0 && !search_->accepts(eta_, f, slope(g))) {
            if (trials_ >= most_trials) return halt({Reason::line_search, eta_, 0.0});
            ++trials_;
            return go(search_->next(eta_, f, slope(g)));
        }
        if (!finite(f)) return halt({Reason::diverged, f, 0.0});
        if (trials_ > 0) ++iteration_;  // the accepted trial is the next iterate
        std::copy_n(point_.data(), n_, theta_.data());
        const double* noisy = perturbed(options_, iteration_, g, n_, noisy_.data());
        if (!direction_->solve(n_, noisy, h, v_.data())) return halt({Reason::singular, f, 0.0});
        if (!search_) {
            go(options_.rate(iteration_));
            ++iteration_;
            return;
        }
        const double slope0 = slope(g);
        if (!(slope0 < 0.0)) return halt({Reason::line_search, slope0, 0.0});
        trials_ = 1;
        go(search_->begin(f, slope0));
    }

    void move(const double* x) override {
        std::copy_n(x, n_, point_.data());
        trials_ = 0;
    }

    void visit(Visitor& v) override {
        Run::visit(v);
        v.array("point", point_.data(), n_);
        v.array("direction", v_.data(), n_);
        v.number("eta", eta_);
        v.integer("trials", trials_);
        auto key = static_cast<std::int64_t>(options_.key);
        v.integer("key", key);
        options_.key = static_cast<std::uint64_t>(key);
        if (search_) search_->visit(v);
        direction_->visit(v);
    }

private:
    // d/d eta of f(theta - eta v), in which a coordinate held by its bound does not move
    double slope(const double* g) const {
        return -sum<double>(n_, [=, this](Index i) { return held(i) ? 0.0 : g[i] * v_[i]; });
    }
    bool held(Index i) const {
        if (!bounds_) return false;
        const auto k = static_cast<std::size_t>(i);
        return v_[i] > 0.0 ? point_[i] <= bounds_.low[k] : point_[i] >= bounds_.high[k];
    }

    void go(double eta) {
        eta_ = eta;
        double zero = 0.0;
        for (Index i = 0; i < n_; ++i) {
            const double x = theta_[i] - eta * v_[i];
            zero += x * 0.0;
            point_[i] = bounds_ ? bounds_.clip(i, x) : x;
        }
        if (zero != 0.0) return halt({Reason::diverged, best_f_, 0.0});
        // A trial so short that it rounds to the start of the search would be taken for ever.
        if (search_ && std::equal(point_.data(), point_.data() + n_, theta_.data()))
            halt({Reason::line_search, eta, 0.0});
    }

    std::unique_ptr<Direction> direction_;
    std::unique_ptr<LineSearch> search_;
    GradientOptions options_;
    Array point_, v_, noisy_;
    double eta_ = 0.0;
    std::int64_t trials_ = 0;
};

}  // namespace ml4pa

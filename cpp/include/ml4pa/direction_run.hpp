// A run of a method that goes along one direction v a step, theta <- theta - eta v: gradient
// descent, where eta is searched for, and Newton's method.
#pragma once

#include <algorithm>
#include <functional>

#include "ml4pa/free_system.hpp"
#include "ml4pa/gradient_run.hpp"
#include "ml4pa/linalg.hpp"
#include "ml4pa/line_search.hpp"

namespace ml4pa {

// The direction from gradient and Hessian.
class Direction {
public:
    virtual ~Direction() = default;
    virtual bool wants_hessian() const = 0;
    // Whether v itself is the step to the stationary point of a model.
    virtual bool leads_to_minimum() const { return false; }
    // Writes v, or leaves it where there is none, the Hessian being singular. Whoever listens may
    // throw.
    virtual Solved solve(Index n, const double* g, const double* h, double* v) = 0;
};

class SteepestDescent final : public Direction {
public:
    bool wants_hessian() const override { return false; }
    Solved solve(Index n, const double* g, const double*, double* v) override {
        std::copy_n(g, n, v);
        return {true, true};
    }
};

class DirectionRun final : public Run {
public:
    // A search that has not ended after so many trials has no step to find.
    static constexpr std::int64_t most_trials = 100;
    // What is lost to rounding: of f that Newton's step would gain, of x that it would move.
    static constexpr double gain_rounding = 16.0 * std::numeric_limits<double>::epsilon();
    static constexpr double step_rounding = 4.0 * std::numeric_limits<double>::epsilon();

    DirectionRun(std::unique_ptr<Direction> direction, std::unique_ptr<LineSearch> search,
                 GradientOptions options, const double* x0, Index n, Bounds bounds)
        : Run(x0, n, std::move(bounds)),
          direction_(std::move(direction)),
          search_(std::move(search)),
          options_(std::move(options)),
          point_(n),
          v_(n),
          next_v_(n),
          noisy_(options_.plain() ? 0 : n),
          ends_there_(bounds_ && search_ && (wants_hessian() || !search_->bends())),
          free_(bounds_, n, wants_hessian()) {
        std::copy_n(x0, n, point_.data());
    }

    const double* ask() const override { return point_.data(); }
    bool wants_hessian() const override { return direction_->wants_hessian(); }
    bool accepts(double f, const double* g) const override {
        return !search_ || trials_ == 0 || search_->accepts(eta_, f, trial_slope(g));
    }

    void tell(double f, const double* g, const double* h) override {
        note(f);
        if (!accepts(f, g)) {
            if (trials_ >= most_trials) return fail(eta_);
            ++trials_;
            return go(search_->next(eta_, f, trial_slope(g)));
        }
        if (!finite(f)) return halt({Reason::diverged, f, 0.0});
        const std::int64_t step =
            iteration_ + (trials_ > 0);  // an accepted trial is the next iterate
        const bool bent = !wants_hessian() || std::all_of(h, h + n_ * n_, finite);
        Solved solved{};
        if (bent) solved = solve(perturbed(options_, step, g, n_, noisy_.data()), h);
        // Only now: who listens to the solution may throw, and then the same is told again.
        iteration_ = step;
        std::copy_n(point_.data(), n_, theta_.data());
        if (!bent) return halt({Reason::diverged, f, second_derivative});
        if (!solved.definite) ++indefinite_;
        if (!solved.exists) return halt({Reason::singular, f, 0.0});
        std::swap(v_, next_v_);
        if (!search_) {
            go(options_.rate(iteration_));
            ++iteration_;
            return;
        }
        const double slope0 = slope(g);
        if (!(slope0 < 0.0))
            return halt(free_.rests(bounds_, point_.data(), g)
                            ? at_rest
                            : Stop{Reason::line_search, slope0, 0.0});
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
        v.key(options_.key);
        if (search_) search_->visit(v);
        if (wants_hessian()) v.integer("indefinite", indefinite_);
    }

private:
    // d/d eta of f(theta - eta v)
    double slope(const double* g) const { return -dot(g, v_.data(), n_); }
    // The slope at a trial: 0 where f still falls at the bound that ends the step.
    double trial_slope(const double* g) const {
        const double at = slope(g);
        return at < 0.0 && ends_there_ && eta_ >= first_reach() ? 0.0 : at;
    }

    // The next v, 0 where a bound holds the coordinate.
    Solved solve(const double* g, const double* h) {
        return free_.solve(bounds_, point_.data(), g, h, next_v_.data(),
                           [this](const double* free_g, const double* free_h, double* v) {
                               return direction_->solve(n_, free_g, free_h, v);
                           });
    }

    // The eta at which a coordinate meets its bound, infinite where it never does.
    double reach(Index i) const {
        if (v_[i] == 0.0) return std::numeric_limits<double>::infinity();
        return (theta_[i] - bounds_.ahead(i, v_[i])) / v_[i];
    }
    double first_reach() const {
        double least = std::numeric_limits<double>::infinity();
        for (Index i = 0; i < n_; ++i) least = std::min(least, reach(i));
        return least;
    }

    void go(double eta) {
        if (ends_there_) eta = std::min(eta, first_reach());
        eta_ = eta;
        double zero = 0.0;
        for (Index i = 0; i < n_; ++i) {
            double x = theta_[i] - eta * v_[i];
            // On the bound itself, not a rounding before it.
            if (ends_there_ && reach(i) <= eta) x = bounds_.ahead(i, v_[i]);
            zero += x * 0.0;
            point_[i] = bounds_ ? bounds_.clip(i, x) : x;
        }
        if (zero != 0.0) return halt({Reason::diverged, best_f_, 0.0});
        // A trial so short that it rounds to the start of the search would be taken for ever.
        if (search_ && std::equal(point_.data(), point_.data() + n_, theta_.data())) fail(eta);
    }

    // The search has found no step: at a minimum, to rounding, there is none to find. Newton's full
    // step v leads to the minimum of the model, and gains half of its slope there.
    void fail(double eta) {
        halt({Reason::line_search, eta, 0.0});
        if (!direction_->leads_to_minimum() || !options_.plain()) return;
        const double gain = -0.5 * search_->slope0();
        const double least = gain_rounding * std::fabs(search_->f0());
        double step = 0.0;
        for (Index i = 0; i < n_; ++i)
            if (v_[i] != 0.0) step = std::max(step, std::fabs(v_[i] / theta_[i]));
        if (gain <= least)
            halt({Reason::no_gain, gain, least});
        else if (step <= step_rounding)
            halt({Reason::no_step, step, step_rounding});
    }

    std::unique_ptr<Direction> direction_;
    std::unique_ptr<LineSearch> search_;
    GradientOptions options_;
    Array point_, v_, next_v_, noisy_;
    bool ends_there_;
    FreeSystem free_;
    std::int64_t indefinite_ = 0;  // systems that were not positive definite
    double eta_ = 0.0;
    std::int64_t trials_ = 0;
};

}  // namespace ml4pa

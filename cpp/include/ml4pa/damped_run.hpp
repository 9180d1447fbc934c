// A run that asks for trial points, with more and more damping, until one gains: Levenberg's and
// Marquardt's.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "ml4pa/free_system.hpp"
#include "ml4pa/gradient_run.hpp"
#include "ml4pa/methods/levenberg_marquardt.hpp"
#include "ml4pa/methods/newton.hpp"

namespace ml4pa {

class DampedRun final : public Run {
    using Damping = methods::LevenbergMarquardt;

public:
    // What is lost to rounding where a trial fails: of f that the undamped step would gain, of theta
    // that it would move.
    static constexpr double gain_rounding = 0x1p-32, step_rounding = 0x1p-26;
    // A gain that no value can show, so that no trial is made for it.
    static constexpr double unseen = 0x1p-52;
    // The least normal number: below it a gain has lost its digits, whatever f is.
    static constexpr double lost = 0x1p-1022;
    // Of one step: lambda has left the finite numbers long before.
    static constexpr std::int64_t most_trials = 100;

    DampedRun(double damping, GradientOptions options, const double* x0, Index n, Bounds bounds)
        : Run(x0, n, std::move(bounds)),
          options_(std::move(options)),
          damping_{std::max(damping, Damping::least)},
          free_(bounds_, n, true),
          point_(n),
          next_point_(n),
          g_(n),
          b_(n * n),
          scale_(n),
          next_scale_(n),
          noisy_(options_.plain() ? 0 : n),
          v_(n),
          damped_(n * n) {
        std::copy_n(x0, n, point_.data());
    }

    const double* ask() const override { return point_.data(); }
    bool wants_hessian() const override { return true; }
    bool accepts(double f, const double* g) const override {
        return trials_ == 0 || (f < f_ && std::all_of(g, g + n_, finite));
    }

    // A learning rate may throw, and whoever listens to the solutions; then the same is told again.
    // So all that changes is worked out first.
    void tell(double f, const double* g, const double* h) override {
        note(f);
        if (!accepts(f, g)) return fail(f);
        if (!finite(f)) return halt({Reason::diverged, f, 0.0});
        Search next{iteration_, damping_};
        if (trials_ > 0) {
            next.damping.gained((f_ - f) / predicted_);
            ++next.iteration;  // the accepted trial is the next iterate
        }
        next.eta = options_.rate(next.iteration);
        const bool bent = std::all_of(h, h + n_ * n_, finite);
        const double* noisy = perturbed(options_, next.iteration, g, n_, noisy_.data());
        const Model here{point_.data(), f, noisy, h, next_scale_.data()};
        const bool rests = bent && free_.rests(bounds_, point_.data(), g);
        if (bent) {
            for (Index i = 0; i < n_; ++i)
                next_scale_[i] = Damping::scaled(scale_[i], h[i * n_ + i]);
            if (!rests) seek(here, next);
        }
        std::copy_n(point_.data(), n_, theta_.data());
        if (bent) {
            f_ = f;
            std::copy_n(noisy, n_, g_.data());
            std::copy_n(h, n_ * n_, b_.data());
            swap(scale_, next_scale_);
        }
        if (!bent) next.stop = {Reason::diverged, f, second_derivative};
        if (rests) next.stop = at_rest;
        take(next);
    }

    void move(const double* x) override {
        std::copy_n(x, n_, point_.data());
        trials_ = 0;
    }

    void visit(Visitor& v) override {
        Run::visit(v);
        v.array("point", point_.data(), n_);
        v.number("value", f_);
        v.array("gradient", g_.data(), n_);
        v.matrix("curvature", b_.data(), n_, n_);
        v.array("scale", scale_.data(), n_);
        v.number("damping", damping_.lambda);
        v.number("growth", damping_.growth);
        v.number("predicted", predicted_);
        v.integer("trials", trials_);
        v.key(options_.key);
    }

private:
    // Value, gradient, curvature and scale at x, from where trials are made.
    struct Model {
        const double* x;
        double f;
        const double *g, *b, *scale;
    };
    // What the next trial, which stands in next_point_, makes of the run.
    struct Search {
        std::int64_t iteration;
        Damping damping;
        std::int64_t trials = 0;
        double eta = 0.0;
        bool tried = false;
        double predicted = 0.0;
        Stop stop{};
    };

    void take(const Search& next) {
        iteration_ = next.iteration;
        damping_ = next.damping;
        trials_ = next.trials;
        if (next.tried) {
            predicted_ = next.predicted;
            swap(point_, next_point_);
        }
        if (next.stop) halt(next.stop);
    }

    // A trial has not gained: at a minimum, to rounding, there is no more to gain.
    void fail(double f) {
        const Model here{theta_.data(), f_, g_.data(), b_.data(), scale_.data()};
        Search next{iteration_, damping_, trials_, options_.rate(iteration_)};
        if (const Stop end = at_minimum(here, std::fabs(f - f_))) return halt(end);
        next.damping.failed();
        seek(here, next);
        take(next);
    }

    // The next trial for which the model predicts a gain.
    void seek(const Model& from, Search& next) {
        while (finite(next.damping.lambda) && next.trials < most_trials) {
            ++next.trials;
            if (direction(from, next.damping.lambda) && go(from, next)) {
                if (next.predicted <= unseen * std::fabs(from.f))
                    next.stop = at_minimum(from, 0.0, unseen);
                return;
            }
            if ((next.stop = at_minimum(from, 0.0))) return;
            next.damping.failed();
        }
        next.stop = {Reason::no_descent, from.f, 0.0};
    }

    // Writes v, 0 where a bound holds the coordinate; false where the damped model has no minimum.
    bool direction(const Model& from, double lambda) {
        const Solved solved =
            free_.solve(bounds_, from.x, from.g, from.b, v_.data(),
                        [&](const double* g, const double* b, double* v) {
                            std::copy_n(b, n_ * n_, damped_.data());
                            for (Index i = 0; i < n_; ++i)
                                damped_[i * n_ + i] += lambda * Damping::unit(from.scale[i]);
                            return methods::Newton(0.0).solve(n_, g, damped_.data(), v);
                        });
        return solved.exists && solved.definite;
    }

    // theta - eta v, within the bounds; true where the model predicts a gain there.
    bool go(const Model& from, Search& next) {
        for (Index i = 0; i < n_; ++i) {
            const double x = from.x[i] - next.eta * v_[i];
            next_point_[i] = bounds_ ? bounds_.clip(i, x) : x;
            v_[i] = next_point_[i] - from.x[i];
        }
        next.predicted = Damping::predicted(n_, from.g, from.b, v_.data());
        next.tried = true;
        // Neither, nor NaN, of a point that is not finite.
        return next.predicted > 0.0 && finite(next.predicted);
    }

    // Whether a trial that changes f by so much fails by rounding alone, of a part of f.
    Stop at_minimum(const Model& at, double change, double part = gain_rounding) {
        if (!options_.plain() || !direction(at, 0.0)) return {};
        // Negative where the equations have lost their solution to rounding.
        const double gain = std::fabs(0.5 * dot(at.g, v_.data(), n_));
        const double least = std::max(part * std::fabs(at.f), lost);
        if (gain <= least && change <= least) return {Reason::no_gain, gain, least};
        const auto square = [&](const double* a) {
            return sum<double>(n_,
                               [&](Index i) { return Damping::unit(at.scale[i]) * (a[i] * a[i]); });
        };
        const double x2 = square(at.x), v2 = square(v_.data());
        const double step = x2 > 0.0 ? std::sqrt(v2 / x2) : std::numeric_limits<double>::infinity();
        return step <= step_rounding ? Stop{Reason::no_step, step, step_rounding} : Stop{};
    }

    GradientOptions options_;
    Damping damping_;
    FreeSystem free_;
    Array point_, next_point_;
    double f_ = std::numeric_limits<double>::infinity();  // at theta, from where trials are made
    Array g_, b_, scale_, next_scale_, noisy_, v_, damped_;
    double predicted_ = 0.0;
    std::int64_t trials_ = 0;
};

}  // namespace ml4pa

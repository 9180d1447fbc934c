// A run of a method that updates each coordinate by itself.
#pragma once

#include <cstring>

#include "ml4pa/linalg.hpp"
#include "ml4pa/methods/registry.hpp"
#include "ml4pa/random.hpp"
#include "ml4pa/run.hpp"
#include "ml4pa/schedule.hpp"
#include "ml4pa/small_state.hpp"

namespace ml4pa {

// What every gradient method takes beside its own hyper-parameters.
struct GradientOptions {
    Rate rate;
    double noise = 0.0;  // standard deviation of the Gaussian noise added to the gradient
    double clip = std::numeric_limits<double>::infinity();  // largest gradient norm
    std::uint64_t key = 0;                                  // of the noise

    bool plain() const { return noise == 0.0 && clip == std::numeric_limits<double>::infinity(); }
};

// g + noise z, then scaled down to the largest norm allowed. It is written to `out` where it is not g.
inline const double* perturbed(const GradientOptions& options, std::int64_t iteration,
                               const double* g, Index n, double* out) {
    if (options.plain()) return g;
    if (options.noise > 0.0) {
        normals(Key(options.key), static_cast<std::uint64_t>(iteration), 0, out, n);
        for (Index i = 0; i < n; ++i) out[i] = g[i] + options.noise * out[i];
    } else {
        std::copy_n(g, n, out);
    }
    const double length = norm2(out, n);
    if (length > options.clip) {
        const double factor = options.clip / length;
        for (Index i = 0; i < n; ++i) out[i] *= factor;
    }
    return out;
}

// One step of all coordinates. Returns false where one, or a kept vector, has left the finite
// numbers.
template <class M>
bool update_all(const typename M::Step& step, Index n, const double* __restrict g,
                double* __restrict theta, double* const* slots) {
    constexpr int p = static_cast<int>(M::slots.size());
    static_assert(p <= 2);
    // Adding one to an exponent of all ones, infinite or NaN, carries into the sign.
    constexpr std::uint64_t exponent = 0x7ff0000000000000u, one = 0x0010000000000000u;
    auto overflow = [](double a) { return (std::bit_cast<std::uint64_t>(a) & exponent) + one; };
    std::uint64_t carry = 0;
    double* __restrict slot0 = p > 0 ? slots[0] : nullptr;
    double* __restrict slot1 = p > 1 ? slots[1] : nullptr;
    for (Index i = 0; i < n; ++i) {
        double kept[p > 0 ? p : 1];
        if constexpr (p > 0) kept[0] = slot0[i];
        if constexpr (p > 1) kept[1] = slot1[i];
        double x = theta[i];
        M::update(step, g[i], x, kept);
        theta[i] = x;
        carry |= overflow(x);
        if constexpr (p > 0) {
            slot0[i] = kept[0];
            carry |= overflow(kept[0]);
        }
        if constexpr (p > 1) {
            slot1[i] = kept[1];
            carry |= overflow(kept[1]);
        }
    }
    return (carry >> 63) == 0;
}

// The place of M in the registry.
template <class M, class... Ms>
constexpr int place(std::tuple<Ms...>*) {
    int i = 0;
    (void)((std::is_same_v<M, Ms> || (++i, false)) || ...);
    return i;
}

// What does not depend on the method.
class CoordinateRun : public Run {
public:
    CoordinateRun(GradientOptions options, const double* x0, Index n, Bounds bounds)
        : Run(x0, n, std::move(bounds)), options_(std::move(options)) {}

    const GradientOptions& options() const { return options_; }

    // For the loop that keeps a run on one or two parameters in registers: what it begins with, and
    // what it leaves. `asked` is the point evaluated last.
    virtual SmallState small_state() const = 0;
    virtual void resume(const SmallState& state, std::int64_t iteration, const double* asked) = 0;
    void take_best(const double* x, double f) {
        best_f_ = f;
        set_best(x);
    }

protected:
    GradientOptions options_;
};

template <class M>
class GradientRun final : public CoordinateRun {
public:
    static constexpr int slot_count = static_cast<int>(M::slots.size());
    static constexpr int scalar_count = static_cast<int>(M::scalars.size());
    static constexpr bool looks_ahead = LooksAhead<M>;

    GradientRun(const M& method, GradientOptions options, const double* x0, Index n, Bounds bounds)
        : CoordinateRun(std::move(options), x0, n, std::move(bounds)),
          method_(method),
          point_(looks_ahead ? n : 0),
          noisy_(options_.plain() ? 0 : n) {
        for (int i = 0; i < slot_count; ++i) slots_[i] = Array(n);
        if constexpr (looks_ahead) look_ahead();
    }

    const M& method() const { return method_; }

    const double* ask() const override { return looks_ahead ? point_.data() : theta_.data(); }

    int small_loop() const override {
        return options_.plain() && options_.rate.pure() && !bounds_
                   ? place<M>(static_cast<Methods*>(nullptr))
                   : -1;
    }

    void tell(double f, const double* g, const double*) override {
        if (!finite(f)) return diverge(f);
        note(f);
        step(f, g);
    }

    bool advances() const override { return true; }
    void advance(const double* g) override { step(std::numeric_limits<double>::quiet_NaN(), g); }

    void move(const double* x) override {
        if constexpr (looks_ahead) {
            // theta such that the look-ahead is x
            for (Index i = 0; i < n_; ++i) {
                const double v = slots_[0][i];
                theta_[i] = x[i] + (theta_[i] - method_.look_ahead(theta_[i], &v));
            }
            std::copy_n(x, n_, point_.data());
        } else {
            std::copy_n(x, n_, theta_.data());
        }
    }

    void visit(Visitor& v) override {
        Run::visit(v);
        for (int i = 0; i < slot_count; ++i)
            v.array(M::slots[static_cast<std::size_t>(i)], slots_[i].data(), n_);
        for (int i = 0; i < scalar_count; ++i)
            v.number(M::scalars[static_cast<std::size_t>(i)], scalars_[i]);
        v.key(options_.key);
        if constexpr (looks_ahead) v.array("point", point_.data(), n_);
    }

    SmallState small_state() const override {
        SmallState state;
        std::copy_n(theta_.data(), n_, state.theta);
        for (int s = 0; s < slot_count; ++s) std::copy_n(slots_[s].data(), n_, state.slots[s]);
        std::copy_n(scalars_, scalar_count, state.scalars);
        return state;
    }
    void resume(const SmallState& state, std::int64_t iteration, const double* asked) override {
        std::copy_n(state.theta, n_, theta_.data());
        for (int s = 0; s < slot_count; ++s) std::copy_n(state.slots[s], n_, slots_[s].data());
        std::copy_n(state.scalars, scalar_count, scalars_);
        resume(iteration, asked);
    }

    // For other loops that keep a run in registers.
    double* theta() { return theta_.data(); }
    double* slot(int i) { return slots_[i].data(); }
    double* scalars() { return scalars_; }
    // Goes on from there; `asked` is the point evaluated last.
    void resume(std::int64_t iteration, const double* asked) {
        iteration_ = iteration;
        if constexpr (looks_ahead) {
            bool sound = true;  // not where the last step has left the finite numbers
            for (Index i = 0; i < n_; ++i) sound &= finite(theta_[i]) && finite(slots_[0][i]);
            if (sound)
                look_ahead();
            else
                std::copy_n(asked, n_, point_.data());
        }
    }

private:
    void step(double f, const double* g) {
        g = perturbed(options_, iteration_, g, n_, noisy_.data());
        const typename M::Step step = method_.begin(options_.rate(iteration_), scalars_);
        double* slots[slot_count > 0 ? slot_count : 1] = {};
        for (int i = 0; i < slot_count; ++i) slots[i] = slots_[i].data();
        if (!update_all<M>(step, n_, g, theta_.data(), slots)) return diverge(f);
        if (bounds_)
            for (Index i = 0; i < n_; ++i) theta_[i] = bounds_.clip(i, theta_[i]);
        ++iteration_;
        if constexpr (looks_ahead) look_ahead();
    }

    void diverge(double f) { stop_ = {Reason::diverged, f, 0.0}; }

    void look_ahead() {
        for (Index i = 0; i < n_; ++i) {
            const double v = slots_[0][i];
            const double x = method_.look_ahead(theta_[i], &v);
            point_[i] = bounds_ ? bounds_.clip(i, x) : x;
        }
    }

    M method_;
    Array slots_[slot_count > 0 ? slot_count : 1];
    double scalars_[scalar_count > 0 ? scalar_count : 1] = {};
    Array point_;  // the look-ahead
    Array noisy_;
};

}  // namespace ml4pa

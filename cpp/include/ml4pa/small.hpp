// The steps of a gradient method on a landscape of one or two dimensions, compiled together: point,
// gradient and method stay in registers. The loop that takes them is in minimize_small.hpp.
#pragma once

#include <type_traits>

#include "ml4pa/gradient_run.hpp"
#include "ml4pa/landscape.hpp"
#include "ml4pa/pack.hpp"

namespace ml4pa {

// A plain run of method M on d parameters. Both go into one pack where M has it so.
template <class M, int d>
class SmallRun {
public:
    SmallRun(const M& method, const SmallState& state) : method_(method) {
        for (int i = 0; i < d; ++i) {
            set(theta_, i, state.theta[i]);
            for (int s = 0; s < p; ++s) set(slots_[s], i, state.slots[s][i]);
        }
        for (int i = 0; i < q; ++i) scalars_[i] = state.scalars[i];
    }

    void put(SmallState& state) const {
        for (int i = 0; i < d; ++i) {
            state.theta[i] = get(theta_, i);
            for (int s = 0; s < p; ++s) state.slots[s][i] = get(slots_[s], i);
        }
        for (int i = 0; i < q; ++i) state.scalars[i] = scalars_[i];
    }

    // The asked point.
    double point(int i) const {
        if constexpr (LooksAhead<M>) {
            double v[p];
            for (int s = 0; s < p; ++s) v[s] = get(slots_[s], i);
            return method_.look_ahead(get(theta_, i), v);
        } else {
            return get(theta_, i);
        }
    }

    void step(double eta, const double (&g)[d]) {
        const typename M::Step step = method_.begin(eta, scalars_);
        for (int k = 0; k < packs; ++k) {
            T kept[p > 0 ? p : 1], slope{};
            for (int j = 0; j < width; ++j) set(&slope, j, g[k * width + j]);
            for (int s = 0; s < p; ++s) kept[s] = slots_[s][k];
            M::update(step, slope, theta_[k], kept);
            for (int s = 0; s < p; ++s) slots_[s][k] = kept[s];
        }
    }

private:
    static constexpr int p = static_cast<int>(M::slots.size());
    static constexpr int q = static_cast<int>(M::scalars.size());
    static constexpr int width = M::packs && d == 2 ? 2 : 1, packs = d / width;
    using T = std::conditional_t<width == 2, Pack<2>, double>;

    static double get(const T* v, int i) {
        if constexpr (width == 1)
            return v[i];
        else
            return v[0][i];
    }
    static void set(T* v, int i, double a) {
        if constexpr (width == 1)
            v[i] = a;
        else
            v[0].v[i] = a;
    }

    M method_;
    T theta_[packs], slots_[p > 0 ? p : 1][packs];
    double scalars_[q > 0 ? q : 1];
};

// Everything is inlined into this one function, and works on copies: that keeps them in registers.
template <class M, class L, int d>
[[gnu::flatten]] void small_steps(const Run& run, const Objective& objective, SmallState& state,
                                  const SmallRows& rows, Index count) {
    const L landscape = static_cast<const LandscapeObjective<L>&>(objective).landscape();
    SmallRun<M, d> at(static_cast<const GradientRun<M>&>(run).method(), state);
    const SmallRows to = rows;
    for (Index k = 0; k < count; ++k) {
        double x[d], g[d];
        for (int i = 0; i < d; ++i) x[i] = at.point(i);
        to.f[k] = landscape.value_and_gradient(x, d, g);
        for (int i = 0; i < d; ++i) to.x[k * d + i] = x[i];
        for (int i = 0; i < d; ++i) to.g[i][k] = g[i];
        at.step(to.rates[k], g);
    }
    at.put(state);
}

// For each method.
template <class L, int d, class... M>
const SmallSteps* small_steps(std::tuple<M...>*) {
    static constexpr SmallSteps all[] = {&small_steps<M, L, d>...};
    return all;
}

template <class L>
class SmallLandscape final : public LandscapeObjective<L> {
public:
    using LandscapeObjective<L>::LandscapeObjective;
    static constexpr int d = L::dimension > 0 ? static_cast<int>(L::dimension) : 2;
    const SmallSteps* small_steps() const override {
        if (this->n() != d) return nullptr;
        return ml4pa::small_steps<L, d>(static_cast<Methods*>(nullptr));
    }
};

// A row of the registry for a landscape with steps of its own.
template <class L>
LandscapeEntry small_entry(const char* name) {
    return {name, [](const double* parameters, Index n) -> std::unique_ptr<Objective> {
                return std::make_unique<SmallLandscape<L>>(parameters, n);
            }};
}

}  // namespace ml4pa

// The kernels of fleets: a method on a landscape of one or two dimensions.
#pragma once

#include "ml4pa/fleet/block.hpp"
#include "ml4pa/fleet/lane.hpp"
#include "ml4pa/landscape.hpp"
#include "ml4pa/method.hpp"

namespace ml4pa::fleet {

template <class M>
concept Solves = std::is_same_v<M, methods::NewtonStep>;

// What a step of `kernel` and one of `brief` have in common: the point asked, and the update.
template <class M, class L, class T>
struct Descent {
    static constexpr int d = static_cast<int>(L::dimension), p = static_cast<int>(M::slots.size());
    T theta[d], x[d], g[d], slot[d][p > 0 ? p : 1];

    [[gnu::always_inline]] void load_from(const M& method, const Block& now, int k) {
        for (int i = 0; i < d; ++i) {
            theta[i] = load<T>(now.theta[i] + k);
            for (int s = 0; s < p; ++s) slot[i][s] = load<T>(now.slot[s][i] + k);
            if constexpr (LooksAhead<M>)
                x[i] = method.look_ahead(theta[i], slot[i]);
            else
                x[i] = theta[i];
        }
    }
    [[gnu::always_inline]] void update(const typename M::Step& step) {
        for (int i = 0; i < d; ++i) M::update(step, g[i], theta[i], slot[i]);
    }
    [[gnu::always_inline]] void store_to(Block& to, int k) const {
        for (int i = 0; i < d; ++i) {
            store(to.theta[i] + k, theta[i]);
            for (int s = 0; s < p; ++s) store(to.slot[s][i] + k, slot[i][s]);
        }
    }
};

// State is kept in memory, not in registers: the processor then has the steps of many lanes in
// flight at once, and so hides the latency of each. T is a pack of lanes, or a single one, where
// each has a method of its own.
template <class M, class L, class T>
[[gnu::always_inline]] inline void advance(const L& landscape, const M& method,
                                           const typename M::Step& step, const Block& now,
                                           Block& to, int k, double* row) {
    Descent<M, L, T> at;
    at.load_from(method, now, k);
    constexpr int d = at.d;
    auto &x = at.x, &g = at.g;
    const T f = landscape.value_and_gradient(x, d, g);
    store(to.total + k, load<T>(now.total + k) + f);
    const T size = max_magnitude(g[0], g[d - 1]), least = load<T>(now.least + k);
    store(to.least + k, select(size < least, size, least));
    const T best = load<T>(now.best_f + k);
    const auto better = f < best;
    store(to.best_f + k, select(better, f, best));
    for (int i = 0; i < d; ++i)
        store(to.best_x[i] + k, select(better, x[i], load<T>(now.best_x[i] + k)));
    if (row != nullptr) {
        for (int i = 0; i < d; ++i) store(row + i * most_lanes + k, x[i]);
        for (int i = 0; i < d; ++i) store(row + (d + i) * most_lanes + k, g[i]);
        store(row + 2 * d * most_lanes + k, f);
    }
    if constexpr (Solves<M>) {
        T h[d * d], v[d];
        landscape.hessian(x, d, h);
        M::template move<d>(step, g, h, at.theta, v);
        for (int i = 0; i < d; ++i) at.slot[i][0] = v[i];
    } else {
        at.update(step);
    }
    at.store_to(to, k);
}

// The same step, of which less is kept.
template <bool gradient, class M, class L>
[[gnu::always_inline]] inline void advance_brief(const L& landscape, const M& method,
                                                 const typename M::Step& step, const Block& now,
                                                 Block& to, int k) {
    Descent<M, L, Lane> at;
    at.load_from(method, now, k);
    const Lane f = landscape.value_and_gradient(at.x, at.d, at.g);
    store(to.total + k, Lane::load(now.total + k) + f);
    if constexpr (gradient) store(to.least + k, min_magnitude(at.g[0], Lane::load(now.least + k)));
    const Lane best = Lane::load(now.best_f + k);
    if constexpr (keeps_points<M>) {
        const auto better = f < best;
        store(to.best_f + k, select(better, f, best));
        for (int i = 0; i < at.d; ++i)
            store(to.best_x[i] + k, select(better, at.x[i], Lane::load(now.best_x[i] + k)));
    } else {
        store(to.best_f + k, min(best, f));
    }
    at.update(step);
    at.store_to(to, k);
}

// work(step), which is compiled once more for a step whose eps is known to be 0: the loop over
// lanes then has no branch.
template <class Step, class Work>
[[gnu::always_inline]] inline void for_eps(Step step, const Work& work) {
    if constexpr (requires { step.eps; }) {
        if (step.eps == 0.0) {
            step.eps = 0.0;
            return work(step);
        }
    } else if constexpr (requires { step.eps_hat; }) {
        if (step.eps_hat == 0.0) {
            step.eps_hat = 0.0;
            return work(step);
        }
    }
    work(step);
}

template <class M, class L>
void kernel(const Objective& objective, const Steps& steps, const Block& from, Block& to, int first,
            int last, Index count, double* rows) {
    const L landscape = static_cast<const LandscapeObjective<L>&>(objective).landscape();
    const M* methods = static_cast<const M*>(steps.methods);
    const auto* step = static_cast<const typename M::Step*>(steps.steps);
    for (Index t = 0; t < count; ++t) {
        const Block& now = t == 0 ? from : to;
        double* row = rows == nullptr ? nullptr : rows + t * row_size(L::dimension);
        if (steps.shared) {
            const M method = *methods;
            const typename M::Step here = step[t];
            for (int k = first; k < last; k += width)
                advance<M, L, Lane>(landscape, method, here, now, to, k, row);
        } else {
            for (int k = first; k < last; ++k)
                advance<M, L, double>(landscape, methods[k], step[t * most_lanes + k], now, to, k,
                                      row);
        }
    }
}

template <class M, class L, bool gradient>
void brief(const Objective& objective, const Steps& steps, const Block& from, Block& to, int first,
           int last, Index count, double*) {
    const L landscape = static_cast<const LandscapeObjective<L>&>(objective).landscape();
    const M method = *static_cast<const M*>(steps.methods);
    const auto* step = static_cast<const typename M::Step*>(steps.steps);
    for (Index t = 0; t < count; ++t) {
        const Block& now = t == 0 ? from : to;
        for_eps(step[t], [&](const auto& here) __attribute__((always_inline)) {
            for (int k = first; k < last; k += width)
                advance_brief<gradient>(landscape, method, here, now, to, k);
        });
    }
}

template <class M, class L>
constexpr Kernel kernel_of() {
    if constexpr (Solves<M>)
        return {&kernel<M, L>, nullptr, nullptr};
    else
        return {&kernel<M, L>, &brief<M, L, true>, &brief<M, L, false>};
}

template <class L, class... M>
const Kernel* find_kernels(const Objective& objective, std::tuple<M...>*) {
    static constexpr Kernel all[] = {kernel_of<M, L>()...};
    return dynamic_cast<const LandscapeObjective<L>*>(&objective) != nullptr ? all : nullptr;
}

}  // namespace ml4pa::fleet

// The same descent for a gradient method and a linear model of up to four parameters: the compiler
// keeps them and the method in registers, for an update is bound by the latency of this chain.
#pragma once

#include <array>
#include <tuple>

#include "ml4pa/batches.hpp"
#include "ml4pa/gradient_run.hpp"
#include "ml4pa/losses/loss.hpp"

namespace ml4pa {

inline constexpr int most_few = 4;

// Whether `descend_few` is the same as the general loop.
inline bool is_few(const Run& run, const Batches& batches) {
    return run.n() <= most_few && batches.size <= costs::block_rows && run.small_loop() >= 0;
}

// A plain run of method M on n parameters. They stand in the order of a row of the block: the
// variables', then the intercept.
template <class M, int n>
class Few {
public:
    static constexpr int p = static_cast<int>(M::slots.size());
    static constexpr int q = static_cast<int>(M::scalars.size());

    Few(GradientRun<M>& run, bool intercept) : method_(run.method()), shift_(intercept) {
        for (int j = 0; j < n; ++j) {
            theta_[j] = run.theta()[at(j)];
            for (int s = 0; s < p; ++s) slot_[j][s] = run.slot(s)[at(j)];
        }
        for (int i = 0; i < q; ++i) scalars_[i] = run.scalars()[i];
    }

    void commit(GradientRun<M>& run, std::int64_t iteration) const {
        double asked[n];
        for (int j = 0; j < n; ++j) {
            run.theta()[at(j)] = theta_[j];
            for (int s = 0; s < p; ++s) run.slot(s)[at(j)] = slot_[j][s];
            asked[at(j)] = theta_[j];
        }
        for (int i = 0; i < q; ++i) run.scalars()[i] = scalars_[i];
        run.resume(iteration, asked, std::numeric_limits<double>::infinity(), asked);
    }

    // The place of parameter j in the run.
    int at(int j) const { return shift_ ? (j + 1) % n : j; }

    double point(int j) const {
        if constexpr (LooksAhead<M>)
            return method_.look_ahead(theta_[j], slot_[j]);
        else
            return theta_[j];
    }

    void step(double eta, const double (&g)[n]) {
        const typename M::Step step = method_.begin(eta, scalars_);
        for (int j = 0; j < n; ++j) M::update(step, g[j], theta_[j], slot_[j]);
    }

    bool sound() const {
        bool all = true;
        for (int j = 0; j < n; ++j) {
            all &= finite(theta_[j]);
            for (int s = 0; s < p; ++s) all &= finite(slot_[j][s]);
        }
        return all;
    }

private:
    M method_;
    int shift_;
    double theta_[n], slot_[n][p > 0 ? p : 1] = {}, scalars_[q > 0 ? q : 1] = {};
};

// Rows [from, to) of the block, `size` a step. The rows of the visit from `next` on are asked for
// meanwhile: the memory works while the chain waits.
template <class M, int n, class Loss>
[[gnu::noinline, gnu::flatten]] void step_through(Few<M, n>& shared, const costs::Block& block,
                                                  Index from, Index to, Index size,
                                                  const double* mask, const Reduction& reduction,
                                                  const Rate& rate, std::int64_t iteration,
                                                  const costs::Visit& visit, Index next) {
    Few<M, n> few = shared;
    const double constant = rate.constant() ? rate(0) : 0.0;
    const bool varies = !rate.constant(), penalised = reduction.l1 != 0.0 || reduction.l2 != 0.0;
    const double *w = block.w(), *y = block.y();
    for (Index i = from; i < to; i += size) {
        const Index end = std::min(i + size, to);
        double theta[n], g[n] = {};
        for (int j = 0; j < n; ++j) theta[j] = few.point(j);
        for (Index k = i; k < end; ++k) {
            block.ask(visit, next + k);
            const double* x = block.x() + k * lanes;
            double s[most_few] = {};
            for (int j = 0; j < n; ++j) s[j] = theta[j] * x[j];
            const double score = n > 2 ? (s[0] + s[2]) + (s[1] + s[3]) : s[0] + s[1];
            double slope = Loss::at(score, y[k]).slope;
            if (w != nullptr) slope *= w[k];
            for (int j = 0; j < n; ++j) g[j] += slope * x[j];
        }
        if (size > 1 || !reduction.mean) {
            const double scale = reduction.scale(end - i);
            for (int j = 0; j < n; ++j) g[j] *= scale;
        }
        if (penalised) {
            costs::Penalty<double> penalty = reduction.penalty(end - i);
            penalty.mask = mask;
            penalty.add(theta, n, g);
        }
        few.step(varies ? rate(iteration) : constant, g);
        ++iteration;
    }
    shared = few;
}

// What is not finite stays so: one look after a block tells whether every step was sound. If not,
// the block is gone through again by single steps.
template <class M, int n, class Loss>
void descend_few(GradientRun<M>& run, costs::Block& block, bool intercept, const Batches& batches,
                 const costs::Visit& visit, const Reduction& reduction, Watch& watch) {
    Few<M, n> few(run, intercept);
    double mask[n];
    for (int j = 0; j < n; ++j) mask[j] = reduction.mask[static_cast<std::size_t>(few.at(j))];
    const Rate& rate = run.options().rate;
    const Index size = batches.size, room = costs::block_rows / size * size;
    std::int64_t iteration = run.iteration();
    Index first = 0;
    const auto step = [&](Index from, Index to) {
        step_through<M, n, Loss>(few, block, from, to, size, mask, reduction, rate, iteration,
                                 visit, first + room);
    };
    for (; first < visit.count; first += room) {
        const Index rows = std::min(room, visit.count - first);
        block.fill(visit, first, rows, 0);
        const Few<M, n> before = few;
        step(0, rows);
        if (!few.sound()) {
            few = before;
            for (Index i = 0; few.sound(); i += size, ++iteration)
                step(i, std::min(i + size, rows));
            few.commit(run, iteration - 1);
            return run.halt({Reason::diverged, std::numeric_limits<double>::quiet_NaN(), 0.0});
        }
        iteration += (rows + size - 1) / size;
        if (!watch.go(rows * n)) break;
    }
    few.commit(run, iteration);
}

// The method of the run, by its place in the registry, and the number of its parameters.
template <class Loss, int n, class... M>
void descend_few(std::tuple<M...>*, Run& run, costs::Block& block, bool intercept,
                 const Batches& batches, const costs::Visit& visit, const Reduction& reduction,
                 Watch& watch) {
    int method = run.small_loop();
    (void)((method-- == 0 && (descend_few<M, n, Loss>(static_cast<GradientRun<M>&>(run), block,
                                                      intercept, batches, visit, reduction, watch),
                              true)) ||
           ...);
}

template <class Loss>
void descend_few(Run& run, costs::Block& block, bool intercept, const Batches& batches,
                 const costs::Visit& visit, const Reduction& reduction, Watch& watch) {
    const auto loop = [&]<int n>(std::integral_constant<int, n>) {
        descend_few<Loss, n>(static_cast<Methods*>(nullptr), run, block, intercept, batches, visit,
                             reduction, watch);
    };
    switch (run.n()) {
        case 1:
            return loop(std::integral_constant<int, 1>());
        case 2:
            return loop(std::integral_constant<int, 2>());
        case 3:
            return loop(std::integral_constant<int, 3>());
        case 4:
            return loop(std::integral_constant<int, 4>());
    }
}

}  // namespace ml4pa

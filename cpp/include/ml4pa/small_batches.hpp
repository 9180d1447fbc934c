// The same descent for a gradient method and a linear model of up to four parameters: the compiler
// keeps them and the method in registers, for an update is bound by the latency of this chain.
#pragma once

#include <array>
#include <tuple>

#include "ml4pa/batches.hpp"
#include "ml4pa/few.hpp"
#include "ml4pa/gradient_run.hpp"
#include "ml4pa/losses/squared_error.hpp"

namespace ml4pa {

// A plain run of method M on n parameters. They stand in the order of a row: the variables', then
// the intercept.
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
        run.resume(iteration, asked);
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

// The slope of a loss at the sum of the terms, less a factor: of the square, y is taken from the
// last term, which is ready early, and the factor 2 goes to the row, so that the chain is shorter.
template <class Loss>
struct Slope {
    static constexpr double factor = 1.0;
    template <int n>
    static double sum(const double (&t)[n]) {
        if constexpr (n == 1) return t[0];
        if constexpr (n == 2) return t[0] + t[1];
        if constexpr (n == 3) return (t[0] + t[2]) + t[1];
        if constexpr (n == 4) return (t[0] + t[2]) + (t[1] + t[3]);
    }
    template <int n>
    static double at(const double (&terms)[n], double y) {
        return Loss::at(sum(terms), y).slope;
    }
};

template <>
struct Slope<losses::SquaredError<models::Identity>> {
    static constexpr double factor = 2.0;
    template <int n>
    static double at(double (&terms)[n], double y) {
        terms[n - 1] -= y;
        return Slope<void>::sum(terms);
    }
};

// Whether a step is of one row, at a constant rate, without weights or penalties.
inline bool is_plain(const costs::Records& rows, Index size, const Reduction& reduction,
                     const Rate& rate) {
    return size == 1 && reduction.mean && reduction.l1 == 0.0 && reduction.l2 == 0.0 &&
           !rows.weighted && rate.constant();
}

// Rows [from, to) of the records in that case: the operations of `step_through` but for those that
// change nothing, whose instructions take longer than the chain of the others.
template <bool intercept, class M, int n, class Loss>
[[gnu::always_inline]] inline void step_by_row(Few<M, n>& few, const costs::Records& rows,
                                               Index from, Index to, double eta,
                                               const costs::Changes<costs::Pair<double>>& changes) {
    constexpr int features = intercept ? n - 1 : n;
    constexpr Index units = (features + 2) / 2;  // of a record, with y
    for (Index k = from; k < to; ++k) {
        if (k < changes.count) changes.make(k, units);
        const double* row = rows.at + k * rows.width;
        double terms[n], g[n];
        for (int j = 0; j < features; ++j) terms[j] = few.point(j) * row[j];
        if constexpr (intercept) terms[features] = few.point(features);
        const double slope = Slope<Loss>::at(terms, row[features]);
        for (int j = 0; j < features; ++j) g[j] = slope * (Slope<Loss>::factor * row[j]);
        if constexpr (intercept) g[features] = slope * Slope<Loss>::factor;
        few.step(eta, g);
    }
}

// Rows [from, to) of the records, `size` a step. The changes are made meanwhile: there is time
// while the chain waits.
template <class M, int n, class Loss>
[[gnu::noinline, gnu::flatten]] void step_through(
    Few<M, n>& shared, const costs::Records& rows, Index from, Index to, Index size,
    const double* mask, const Reduction& reduction, const Rate& rate, std::int64_t iteration,
    const costs::Changes<costs::Pair<double>>& changes) {
    Few<M, n> few = shared;
    if (is_plain(rows, size, reduction, rate)) {
        if (rows.features < n)
            step_by_row<true, M, n, Loss>(few, rows, from, to, rate(0), changes);
        else
            step_by_row<false, M, n, Loss>(few, rows, from, to, rate(0), changes);
        shared = few;
        return;
    }
    const double constant = rate.constant() ? rate(0) : 0.0;
    const bool varies = !rate.constant(), penalised = reduction.l1 != 0.0 || reduction.l2 != 0.0;
    const bool ones = rows.features < n;
    for (Index i = from; i < to; i += size) {
        const Index end = std::min(i + size, to);
        double theta[n], g[n] = {};
        for (int j = 0; j < n; ++j) theta[j] = few.point(j);
        for (Index k = i; k < end; ++k) {
            changes.make(k);
            const double* row = rows.at + k * rows.width;
            double x[n], terms[n];
            for (int j = 0; j < n; ++j) x[j] = j == n - 1 && ones ? 1.0 : row[j];
            for (int j = 0; j < n; ++j) terms[j] = theta[j] * x[j];
            double slope = Slope<Loss>::at(terms, row[rows.features]);
            if (rows.weighted) slope *= row[rows.features + 1];
            for (int j = 0; j < n; ++j) {
                const double pull = slope * (Slope<Loss>::factor * x[j]);
                g[j] = k == i ? pull : g[j] + pull;
            }
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
void descend_few(GradientRun<M>& run, costs::Feed& feed, bool intercept, const Batches& batches,
                 const Reduction& reduction, Watch& watch) {
    Few<M, n> few(run, intercept);
    double mask[n];
    for (int j = 0; j < n; ++j) mask[j] = reduction.mask[static_cast<std::size_t>(few.at(j))];
    const Rate& rate = run.options().rate;
    const Index size = batches.size, room = costs::block_rows / size * size;
    const Index count = batches.stop - batches.start;
    std::int64_t iteration = run.iteration();
    for (Index first = 0; first < count; first += room) {
        const Index m = std::min(room, count - first);
        const costs::Records rows = feed.take(first, m);
        const auto step = [&](Index from, Index to,
                              const costs::Changes<costs::Pair<double>>& changes) {
            step_through<M, n, Loss>(few, rows, from, to, size, mask, reduction, rate, iteration,
                                     changes);
        };
        const Few<M, n> before = few;
        step(0, m, feed.changes(std::min(room, count - first - m)));
        if (!few.sound()) {
            few = before;
            for (Index i = 0; few.sound(); i += size, ++iteration)
                step(i, std::min(i + size, m), {});
            few.commit(run, iteration - 1);
            return run.halt({Reason::diverged, std::numeric_limits<double>::quiet_NaN(), 0.0});
        }
        iteration += (m + size - 1) / size;
        if (!watch.go(m * n)) break;
    }
    few.commit(run, iteration);
}

// The method of the run, by its place in the registry, and the number of its parameters.
template <class Loss, int n, class... M>
void descend_few(std::tuple<M...>*, Run& run, costs::Feed& feed, bool intercept,
                 const Batches& batches, const Reduction& reduction, Watch& watch) {
    int method = run.small_loop();
    (void)((method-- == 0 && (descend_few<M, n, Loss>(static_cast<GradientRun<M>&>(run), feed,
                                                      intercept, batches, reduction, watch),
                              true)) ||
           ...);
}

template <class Loss>
void descend_few(Run& run, costs::Feed& feed, bool intercept, const Batches& batches,
                 const Reduction& reduction, Watch& watch) {
    const auto loop = [&]<int n>(std::integral_constant<int, n>) {
        descend_few<Loss, n>(static_cast<Methods*>(nullptr), run, feed, intercept, batches,
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

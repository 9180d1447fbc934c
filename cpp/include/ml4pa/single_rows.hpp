// The descent of a linear model by single rows: score, slope and update are one loop over packs, and
// nothing is copied in between. Its operations are those of the general loop.
#pragma once

#include <algorithm>
#include <limits>
#include <tuple>

#include "ml4pa/gradient_run.hpp"
#include "ml4pa/lanes.hpp"
#include "ml4pa/pack.hpp"
#include "ml4pa/rows.hpp"

namespace ml4pa {

// A plain run of method M, its parameters and vectors in the order of a row, filled up with zeros.
template <class M>
class Padded {
public:
    static constexpr int p = static_cast<int>(M::slots.size());
    static constexpr int q = static_cast<int>(M::scalars.size());

    Padded(GradientRun<M>& run, Index width, bool intercept)
        : method_(run.method()),
          n_(run.n()),
          width_(width),
          shift_(intercept),
          memory_((1 + p) * width),
          real_(width) {
        std::fill_n(real_.data(), n_, 1.0);
        turn(run.theta(), shift_, theta());
        for (int s = 0; s < p; ++s) turn(run.slot(s), shift_, slot(s));
        for (int i = 0; i < q; ++i) scalars_[i] = run.scalars()[i];
    }

    void commit(GradientRun<M>& run, std::int64_t iteration) {
        const Index back = n_ - shift_;
        Array points(width_), asked(n_);
        for (Index c = 0; c < width_; c += lanes) store(points.data() + c, point(c));
        turn(points.data(), back, asked.data());
        turn(theta(), back, run.theta());
        for (int s = 0; s < p; ++s) turn(slot(s), back, run.slot(s));
        for (int i = 0; i < q; ++i) run.scalars()[i] = scalars_[i];
        run.resume(iteration, asked.data());
    }

    // The other has the same width.
    void take(const Padded& other) {
        std::copy_n(other.memory_.data(), (1 + p) * width_, memory_.data());
        std::copy_n(other.scalars_, q, scalars_);
    }

    double score(const double* x) {
        Lanes<double> s = load(x) * point(0);
        for (Index c = lanes; c < width_; c += lanes) s += load(x + c) * point(c);
        return sum_of<double>(s);
    }

    // The gradient is slope times x.
    void step(double eta, double slope, const double* x) {
        using T = RegisterPack;
        const typename M::Step step = method_.begin(eta, scalars_);
        for (Index c = 0; c < width_; c += register_width) {
            T at = T::load(theta() + c), kept[p > 0 ? p : 1];
            for (int s = 0; s < p; ++s) kept[s] = T::load(slot(s) + c);
            M::update(step, slope * T::load(x + c), at, kept);
            // With eps = 0 the padding became 0/0.
            if (c + register_width > n_) at.v = T::load(real_.data() + c).v != 0.0 ? at.v : T{}.v;
            store(theta() + c, at.v);
            for (int s = 0; s < p; ++s) store(slot(s) + c, kept[s].v);
        }
    }

    // What is not finite stays so.
    bool sound() {
        double zero = 0.0;
        for (Index i = 0; i < (1 + p) * width_; ++i) zero += memory_.data()[i] * 0.0;
        return zero == 0.0;
    }

private:
    double* theta() { return memory_.data(); }
    double* slot(int s) { return memory_.data() + (1 + s) * width_; }

    // The intercept, first of the parameters, is the last number of a row.
    void turn(const double* from, Index first, double* to) const {
        std::rotate_copy(from, from + first, from + n_, to);
    }

    Lanes<double> point(Index c) {
        if constexpr (LooksAhead<M>) {
            Lanes<double> kept[p];
            for (int s = 0; s < p; ++s) kept[s] = load(slot(s) + c);
            return method_.look_ahead(load(theta() + c), kept);
        } else {
            return load(theta() + c);
        }
    }

    M method_;
    Index n_, width_, shift_;
    Array memory_, real_;  // real_: 1 for a parameter, 0 for padding
    double scalars_[q > 0 ? q : 1] = {};
};

// One look after a block tells whether every step was sound. If not, the block is gone through again
// up to the step that was not.
template <class Loss, class M>
void descend_by_row(GradientRun<M>& run, RowBlocks& blocks, bool intercept, const Batches& batches,
                    Watch& watch) {
    const Index count = batches.stop - batches.start, n = run.n();
    const Index width = (n + lanes - 1) / lanes * lanes;
    Padded<M> now(run, width, intercept), before(run, width, intercept);
    const Rate& rate = run.options().rate;
    std::int64_t iteration = run.iteration();
    for (Index first = 0; first < count; first += costs::block_rows) {
        const Index m = std::min(costs::block_rows, count - first);
        const RowBlock rows = blocks.take(first, m);
        const auto step = [&](Index i) {
            const double* x = rows.x + i * width;
            double slope = Loss::at(now.score(x), rows.y[i]).slope;
            if (rows.w != nullptr) slope *= rows.w[i];
            now.step(rate(iteration + i), slope, x);
        };
        before.take(now);
        for (Index i = 0; i < m; ++i) step(i);
        if (!now.sound()) {
            now.take(before);
            Index i = 0;
            for (; now.sound(); ++i) step(i);
            now.commit(run, iteration + i - 1);
            return run.halt({Reason::diverged, std::numeric_limits<double>::quiet_NaN(), 0.0});
        }
        iteration += m;
        if (!watch.go(m * n)) break;
    }
    now.commit(run, iteration);
}

// The method of the run, by its place in the registry.
template <class Loss, class... M>
void descend_by_row(std::tuple<M...>*, Run& run, RowBlocks& rows, bool intercept,
                    const Batches& batches, Watch& watch) {
    int method = run.small_loop();
    (void)((method-- == 0 && (descend_by_row<Loss>(static_cast<GradientRun<M>&>(run), rows,
                                                   intercept, batches, watch),
                              true)) ||
           ...);
}

}  // namespace ml4pa

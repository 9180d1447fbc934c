// The same loop for a plain gradient run on a landscape of one or two dimensions. Its steps, compiled
// with the landscape, are taken many at a time and leave rows. What need not be known at every step
// is looked for in the rows afterwards: the best point, a rule that is met, and what is not finite.
// Where one of the last two is found, the steps are taken again one by one, to stop where it is.
#pragma once

#include <algorithm>
#include <limits>
#include <type_traits>
#include <vector>

#include "ml4pa/minimize.hpp"
#include "ml4pa/pack.hpp"

namespace ml4pa {

// combine(total, f) of m numbers, in any order: four partial results side by side hide the latency.
template <class Combine>
double gather(const double* f, Index m, double total, Combine combine) {
    using Lane = RegisterPack;
    constexpr int width = register_width;
    Lane parts[4] = {total, total, total, total};
    Index k = 0;
    for (; k + 4 * width <= m; k += 4 * width)
        for (int i = 0; i < 4; ++i) parts[i] = combine(parts[i], Lane::load(f + k + i * width));
    const Lane all = combine(combine(parts[0], parts[1]), combine(parts[2], parts[3]));
    for (int i = 0; i < width; ++i) total = combine(total, all[i]);
    for (; k < m; ++k) total = combine(total, f[k]);
    return total;
}

// The smallest of m numbers that are not NaN, infinity where there is none.
inline double smallest(const double* f, Index m) {
    return gather(f, m, std::numeric_limits<double>::infinity(), [](auto least, auto a) {
        if constexpr (std::is_same_v<decltype(a), double>)
            return a < least ? a : least;
        else
            return min(least, a);
    });
}

// Whether m numbers are finite: 0 times such a number is 0, else NaN.
inline bool all_finite(const double* f, Index m) {
    return gather(f, m, 0.0, [](auto zero, auto a) { return zero + a * 0.0; }) == 0.0;
}

// A row as the rules see it. The one before it can be read too, where there is one.
template <int d>
struct SmallRow {
    const SmallRows& rows;
    Index k;
    std::int64_t place;  // in the run

    static constexpr Index n() { return d; }
    static constexpr Norm norm() { return Norm::max; }
    double f() const { return rows.f[k]; }
    double f_before() const { return rows.f[k - 1]; }
    double g(Index i) const { return rows.g[i][k]; }
    double dx(Index i) const { return rows.x[k * d + i] - rows.x[(k - 1) * d + i]; }
    std::int64_t iteration() const { return place; }
    std::int64_t nfev() const { return place + 1; }
    static constexpr std::int64_t last_cost() { return 1; }
    static constexpr bool waits() { return false; }

    bool sound() const {
        double zero = f() * 0.0;
        for (Index i = 0; i < d; ++i) zero += g(i) * 0.0;
        return zero == 0.0;
    }
};

// Whether a rule that is no budget is met at one of `count` rows, none of them the first of a run.
template <int d>
[[gnu::flatten]] bool any_met(const Rules& rules, const SmallRows& rows, Index count) {
    const SmallRows these = rows;
    std::int64_t any = 0;  // as wide as a double: the compiler takes several rows at once
    auto ask = [&](const auto rule) {
        if constexpr (!is_counted<std::decay_t<decltype(rule)>>)
            if (rule.limit == rule.limit)
                for (Index k = 0; k < count; ++k)
                    any |= std::int64_t{rule.met(SmallRow<d>{these, k, 1})};
    };
    std::apply([&](const auto&... rule) { (ask(rule), ...); }, rules);
    return any != 0;
}

template <int d>
class SmallLoop {
public:
    SmallLoop(CoordinateRun& run, const Objective& objective, const Options& options, Path& path,
              Progress& progress)
        : run_(run),
          objective_(objective),
          steps_(objective.small_steps()[run.small_loop()]),
          rules_(options.rules),
          path_(path),
          progress_(progress),
          started_(run.iteration()),
          last_(last_iteration(rules_, row(0))) {
        progress.x = Array(d);
        progress.g = Array(d);
        progress.best_g = Array(d);
    }

    // So many iterates more, or until the run ends. The first of all is to be taken alone: the
    // others then have one before them.
    void advance(Index count) {
        count = static_cast<Index>(std::clamp<std::int64_t>(last_ - done_, 1, count));
        place(count);
        const SmallState before = state();
        SmallState after = before;
        if (done_ > 0 && done_ < last_) {
            take(after, 0, count);
            written_ = count;
            if (sound(after) && all_finite(rows_.f, count) && !any_met<d>(rules_, rows_, count))
                return commit(after);
            after = before;
        }
        progress_.stop = one_by_one(after, count);
        commit(after);
    }

private:
    SmallState state() const { return run_.small_state(); }
    SmallRow<d> row(Index k) const { return {rows_, k, done_ + k}; }

    // Room for the next iterates, and their learning rates.
    void place(Index count) {
        if (path_.stride() == 1) {
            const Path::Place to = path_.place(count);
            rows_.x = to.x;
            rows_.f = to.f;
        } else {
            rows_.x = scratch_.reserve((count + 1) * (d + 1)) + d;
            rows_.f = rows_.x + count * d + 1;
            std::copy_n(progress_.x.data(), d, rows_.x - d);
            rows_.f[-1] = progress_.f;
        }
        rows_.g[0] = gradients_.reserve(count * d);
        rows_.g[1] = rows_.g[0] + (d - 1) * count;
        const Rate& rate = run_.options().rate;
        const auto size = static_cast<std::size_t>(count);
        if (rate.constant()) {
            if (rates_.size() < size) rates_.resize(size, rate(0));
        } else {
            rates_.resize(size);
            for (Index k = 0; k < count; ++k)
                rates_[static_cast<std::size_t>(k)] = rate(started_ + done_ + k);
        }
        rows_.rates = rates_.data();
    }

    void take(SmallState& state, Index from, Index count) const {
        const SmallRows to{rows_.x + from * d,
                           rows_.f + from,
                           {rows_.g[0] + from, rows_.g[1] + from},
                           rows_.rates + from};
        steps_(run_, objective_, state, to, count);
    }

    Stop one_by_one(SmallState& state, Index count) {
        for (Index k = 0; k < count; ++k) {
            const SmallState before = state;
            take(state, k, 1);
            written_ = k + 1;
            Stop stop{Reason::diverged, row(k).f(), 0.0};
            if (row(k).sound()) stop = first_met(rules_, row(k));
            if (stop) {
                state = before;  // the last point is not told
                return stop;
            }
            if (!sound(state)) return {Reason::diverged, row(k).f(), 0.0};
        }
        return {};
    }

    // What is infinite or NaN stays so, in the point and in the kept vectors.
    static bool sound(const SmallState& state) {
        return all_finite(state.theta, 2) && all_finite(&state.slots[0][0], 4);
    }

    // The rows written become the run's, the path's and the observer's.
    void commit(const SmallState& state) {
        const Index last = written_ - 1;
        const double* x = rows_.x + last * d;
        progress_.iteration = done_ + last;
        progress_.count = {done_ + written_, done_ + written_, 0};
        progress_.f = rows_.f[last];
        for (int i = 0; i < d; ++i) progress_.x[i] = x[i], progress_.g[i] = rows_.g[i][last];
        const Index best = best_row(finite(progress_.f) ? written_ : last);
        if (best >= 0) run_.take_best(rows_.x + best * d, rows_.f[best]);
        run_.resume(state, started_ + progress_.iteration + (progress_.stop ? 0 : 1), x);
        const std::int64_t stride = path_.stride();
        if (stride == 1)
            path_.grow(written_);
        else if (stride > 1)
            for (Index k = (stride - done_ % stride) % stride; k < written_; k += stride)
                path_.put(rows_.x + k * d, rows_.f[k]);
        done_ += written_;
    }

    // The best of the rows, -1 where none is better than the run's best. Which iterate is the best
    // can hardly be predicted, so the steps do not ask.
    Index best_row(Index rows) const {
        constexpr Index block = 64;
        double least = run_.fun();
        Index place = -1;  // of the block of rows with the best
        for (Index k = 0; k < rows; k += block)
            if (const double f = smallest(rows_.f + k, std::min(block, rows - k)); f < least) {
                least = f;
                place = k;
            }
        if (place < 0) return -1;
        const double* first = rows_.f + place;
        return std::find(first, first + std::min(block, rows - place), least) - rows_.f;
    }

    CoordinateRun& run_;
    const Objective& objective_;
    SmallSteps steps_;
    const Rules& rules_;
    Path& path_;
    Progress& progress_;
    std::int64_t started_, done_ = 0;  // iterates
    SmallRows rows_{};
    Index written_ = 0;
    std::int64_t last_;  // the iterate at which a budget is spent
    Rows scratch_;       // for iterates that the path does not want all of
    Rows gradients_;
    std::vector<double> rates_;
};

template <int d>
void minimize_small(Run& run, const Objective& objective, const Options& options, Path& path,
                    Progress& progress, Observer& observer) {
    SmallLoop<d> loop(static_cast<CoordinateRun&>(run), objective, options, path, progress);
    Clock clock(options, run, progress, observer);
    for (Index count = 1; !progress.stop;) {
        loop.advance(count);
        if (const Stop told = clock.tick(); told && !progress.stop) progress.stop = told;
        count = std::clamp<Index>(2 * count, 64, 512);  // a short run pays for no long chunk
    }
    if (path.stride() > 0 && !path.wants(progress.iteration))
        path.put(progress.x.data(), progress.f);
    if (finite(run.fun())) objective.value_and_gradient(run.x(), progress.best_g.data());
}

}  // namespace ml4pa

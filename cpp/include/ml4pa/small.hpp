// The same loop for a gradient method on a landscape of one or two dimensions: the compiler keeps
// point, gradient and method in registers.
#pragma once

#include "ml4pa/landscape.hpp"
#include "ml4pa/minimize.hpp"
#include "ml4pa/pack.hpp"

namespace ml4pa {

// A plain gradient run on a landscape of one or two dimensions.
template <class M, class L>
class SmallView {
public:
    static constexpr int d = static_cast<int>(L::dimension);
    static constexpr int p = static_cast<int>(M::slots.size());
    static constexpr int q = static_cast<int>(M::scalars.size());
    using T = std::conditional_t<M::packs && d == 2, Pack<2>, double>;
    static constexpr int lanes = sizeof(T) / sizeof(double);

    SmallView(GradientRun<M>& run, const L& landscape, const Rules& rules)
        : landscape_(&landscape), method_(run.method()), last_(last_iteration(rules, *this)) {
        for (int i = 0; i < d; ++i) {
            set(theta_, i, run.theta()[i]);
            for (int s = 0; s < p; ++s) set(slot_[s], i, run.slot(s)[i]);
        }
        for (int i = 0; i < q; ++i) scalars_[i] = run.scalars()[i];
        start_ = run.iteration();
    }

    void commit(GradientRun<M>& run) const {
        for (int i = 0; i < d; ++i) {
            run.theta()[i] = get(theta_, i);
            for (int s = 0; s < p; ++s) run.slot(s)[i] = get(slot_[s], i);
        }
        for (int i = 0; i < q; ++i) run.scalars()[i] = scalars_[i];
        run.resume(start_ + iteration_, best_x_, best_f_, x_);
    }

    // Where the next iterates are written; where their gradients are, at most `most`, all of one
    // coordinate together; and their learning rates: one for each, or one for all.
    void rows(Path::Place place, double* gradients, Index most, const double* rates,
              Index rate_stride) {
        rows_ = place;
        for (int i = 0; i < d; ++i) gradients_[i] = gradients + i * most;
        rates_ = rates;
        rate_stride_ = rate_stride;
        row_ = 0;
    }
    Index rows_written() const { return row_; }
    // How many more rows there can be.
    std::int64_t most_rows() const { return std::max<std::int64_t>(last_ - iteration_, 1); }
    // The best of the rows. Which iterate is the best can hardly be predicted, so the loop does
    // not ask.
    void keep_best() {
        const Index rows = row_ > 0 && !finite(rows_.f[row_ - 1]) ? row_ - 1 : row_;
        Index place = -1;  // of the block of rows with the best
        for (Index k = 0; k < rows; k += block)
            if (const double f = smallest(rows_.f + k, std::min(block, rows - k)); f < best_f_) {
                best_f_ = f;
                place = k;
            }
        if (place < 0) return;
        const double* first = rows_.f + place;
        const Index best =
            std::find(first, first + std::min(block, rows - place), best_f_) - rows_.f;
        std::copy_n(rows_.x + best * d, d, best_x_);
    }

    // `count` steps at which nothing is asked, nor kept beside the rows.
    void stride(Index count) {
        const Index first = row_;
        for (Index k = first; k < first + count; ++k) {
            rows_.f[k] = evaluate();
            for (int i = 0; i < d; ++i) rows_.x[k * d + i] = x_[i];
            for (int i = 0; i < d; ++i) gradients_[i][k] = g_[i];
            step(rates_[k * rate_stride_]);
        }
        row_ += count;
        iteration_ += count;
        f_ = f_before_ = rows_.f[row_ - 1];
        for (int i = 0; i < d; ++i) before_[i] = x_[i];
    }
    // How many of the next points no budget ends at.
    std::int64_t unspent() const { return last_ - iteration_ - 1; }
    // Whether a rule is met at one of the rows from `first` on; none of them is the first of all.
    bool met_since(Index first, const Rules& rules) const {
        std::int64_t any = 0;  // as wide as a double: the compiler takes several rows at once
        auto ask = [&](const auto rule) {
            if constexpr (!is_counted<std::decay_t<decltype(rule)>>)
                if (rule.limit == rule.limit)
                    for (Index k = first, end = row_; k < end; ++k)
                        any |= rule.met(Row(*this, k)) ? 1 : 0;
        };
        std::apply([&](const auto&... rule) { (ask(rule), ...); }, rules);
        return any != 0;
    }

    double evaluate() {
        for (int i = 0; i < d; ++i) {
            if constexpr (LooksAhead<M>) {
                double v[p];
                for (int s = 0; s < p; ++s) v[s] = get(slot_[s], i);
                x_[i] = method_.look_ahead(get(theta_, i), v);
            } else {
                x_[i] = get(theta_, i);
            }
        }
        return landscape_->value_and_gradient(x_, d, g_);
    }
    bool accepts(double) const { return true; }
    void keep(double f) {
        ++iteration_;
        for (int i = 0; i < d; ++i) rows_.x[row_ * d + i] = x_[i];
        rows_.f[row_] = f;
        f_ = f;
        ++row_;
    }
    bool ends(const Rules& rules) const {
        return iteration_ >= last_ || any_met_uncounted(rules, *this);
    }
    Stop reason(const Rules& rules) const {
        return point_sound() ? first_met(rules, *this) : Stop{Reason::diverged, f_, 0.0};
    }
    static Stop spent(const Rules&) { return {}; }
    void end(double) {}
    bool tell(double f) {
        f_before_ = f;
        for (int i = 0; i < d; ++i) before_[i] = x_[i];
        step(rates_[(row_ - 1) * rate_stride_]);
        return true;  // advance_soundly looks
    }
    void step(double eta) {
        const typename M::Step step = method_.begin(eta, scalars_);
        for (int k = 0; k < d / lanes; ++k) {
            T kept[p > 0 ? p : 1], g{};
            if constexpr (lanes == 1) {
                g = g_[k];
            } else {
                g = T(typename T::Vector{g_[0], g_[1]});
            }
            for (int s = 0; s < p; ++s) kept[s] = slot_[s][k];
            M::update(step, g, theta_[k], kept);
            for (int s = 0; s < p; ++s) slot_[s][k] = kept[s];
        }
    }
    Stop stop() const { return {Reason::diverged, f_before_, 0.0}; }

    void report(Progress& progress) const {
        progress.iteration = iteration_;
        progress.count = {iteration_ + 1, iteration_ + 1, 0};
        std::copy_n(x_, d, progress.x.data());
        std::copy_n(g_, d, progress.g.data());
        progress.f = row_ > 0 ? rows_.f[row_ - 1] : progress.f;
    }
    void gradient_at(const double* x, double* g) const { landscape_->value_and_gradient(x, d, g); }

    // A row with one before it, as the rules see it.
    struct Row {
        Row(const SmallView& view, Index k) : f_(view.rows_.f[k]), f_before_(view.rows_.f[k - 1]) {
            for (int i = 0; i < d; ++i) {
                g_[i] = view.gradients_[i][k];
                dx_[i] = view.rows_.x[k * d + i] - view.rows_.x[(k - 1) * d + i];
            }
        }
        static constexpr Index n() { return d; }
        static constexpr Norm norm() { return Norm::max; }
        double f() const { return f_; }
        double f_before() const { return f_before_; }
        double g(Index i) const { return g_[i]; }
        double dx(Index i) const { return dx_[i]; }
        static constexpr std::int64_t iteration() { return 1; }

    private:
        double f_, f_before_, g_[d], dx_[d];
    };

    // Whether all values written, and where the run stands now, are finite.
    bool sound() const {
        bool all = all_finite(rows_.f, row_);
        for (int i = 0; i < d; ++i) {
            all &= finite(get(theta_, i));
            for (int s = 0; s < p; ++s) all &= finite(get(slot_[s], i));
        }
        return all;
    }

    // The iterate, as the rules see it.
    static constexpr Index n() { return d; }
    static constexpr Norm norm() { return Norm::max; }
    double f() const { return f_; }
    double f_before() const { return f_before_; }
    double g(Index i) const { return g_[i]; }
    double dx(Index i) const { return x_[i] - before_[i]; }
    std::int64_t iteration() const { return iteration_; }
    std::int64_t nfev() const { return iteration_ + 1; }
    std::int64_t last_cost() const { return 1; }

private:
    bool point_sound() const {
        double zero = f_ * 0.0;
        for (int i = 0; i < d; ++i) zero += g_[i] * 0.0;
        return zero == 0.0;
    }

    static constexpr Index block = 64;

    // The smallest of m numbers that are not NaN, infinity where there is none.
    static double smallest(const double* f, Index m) {
        Pack<4> least0(std::numeric_limits<double>::infinity()), least1 = least0;
        Index k = 0;
        for (; k + 8 <= m; k += 8) {
            least0 = min(Pack<4>::load(f + k), least0);
            least1 = min(Pack<4>::load(f + k + 4), least1);
        }
        least0 = min(least1, least0);
        double least = least0[0];
        for (int j = 1; j < 4; ++j) least = least0[j] < least ? least0[j] : least;
        for (; k < m; ++k) least = f[k] < least ? f[k] : least;
        return least;
    }
    // Whether m numbers are finite: 0 times such a number is 0, else NaN.
    static bool all_finite(const double* f, Index m) {
        Pack<4> zero0, zero1;
        Index k = 0;
        for (; k + 8 <= m; k += 8) {
            zero0 += Pack<4>::load(f + k) * 0.0;
            zero1 += Pack<4>::load(f + k + 4) * 0.0;
        }
        zero0 += zero1;
        double zero = zero0[0] + zero0[1] + zero0[2] + zero0[3];
        for (; k < m; ++k) zero += f[k] * 0.0;
        return zero == 0.0;
    }

    static constexpr int slots = p > 0 ? p : 1;
    static double get(const T* v, int i) {
        if constexpr (lanes == 1)
            return v[i];
        else
            return v[0][i];
    }
    static void set(T* v, int i, double a) {
        if constexpr (lanes == 1)
            v[i] = a;
        else
            v[0].v[i] = a;
    }

    const L* landscape_;
    M method_;
    T theta_[d / lanes], slot_[slots][d / lanes];
    double scalars_[q > 0 ? q : 1];
    double x_[d], g_[d], before_[d] = {}, best_x_[d] = {};
    double f_ = 0.0, f_before_ = 0.0, best_f_ = std::numeric_limits<double>::infinity();
    std::int64_t start_ = 0, iteration_ = -1;
    Path::Place rows_{};
    double* gradients_[d] = {};
    const double* rates_ = nullptr;
    Index rate_stride_ = 0;
    Index row_ = 0;
    std::int64_t last_;  // the iteration at which a budget is spent
};

// What is infinite or NaN stays so, in the point and in the kept vectors: one look after a chunk
// tells whether every step was sound. If not, the chunk is gone through again by single steps, to
// stop where it ceased to be.
template <class View>
Stop advance_soundly(View& view, const Options& options, std::int64_t budget) {
    const View before = view;
    Stop stop = advance(view, options, budget);
    if (view.sound()) return stop;
    view = before;
    do {
        stop = advance(view, options, 1);
    } while (!stop && view.sound());
    return stop ? stop : view.stop();
}

// The steps themselves. As `advance`, it works on a copy, and is not inlined into its caller.
template <class View>
[[gnu::noinline, gnu::flatten]] void stride(View& shared, Index count) {
    View run = shared;
    run.stride(count);
    shared = run;
}

// As advance_soundly. Asking the rules at every step would double the instructions between two
// iterates, so they are asked of all rows together, and where one is met the chunk is gone through
// again to stop there. The first point is asked alone: the others then have one before them.
template <class View>
Stop advance_in_strides(View& view, const Options& options, std::int64_t budget) {
    if (const Stop stop = advance_soundly(view, options, 1)) return stop;
    const std::int64_t count = std::min(budget - 1, view.unspent());
    if (count <= 0) return {};
    const View before = view;
    stride(view, static_cast<Index>(count));
    if (view.sound() && !view.met_since(before.rows_written(), options.rules)) return {};
    view = before;
    return advance_soundly(view, options, count);
}

template <class M, class L>
void minimize_small(Run& run, const Objective& objective, const Options& options, Path& path,
                    Progress& progress, Observer& observer) {
    auto& mine = static_cast<GradientRun<M>&>(run);
    const L& landscape = static_cast<const LandscapeObjective<L>&>(objective).landscape();
    constexpr Index n = L::dimension;
    constexpr std::int64_t most = 1024;
    progress.x = Array(n);
    progress.g = Array(n);
    progress.best_g = Array(n);
    SmallView<M, L> view(mine, landscape, options.rules);
    Clock clock(options, run, progress, observer);
    Rows scratch;  // for iterates that the path does not want all of
    Rows gradients;
    if (path.stride() != 1) scratch.reserve(std::min(view.most_rows(), most) * (n + 1));
    const Rate& rate = mine.options().rate;
    const std::int64_t started = run.iteration();
    std::vector<double> rates;
    std::int64_t budget = 64;
    while (!progress.stop) {
        const std::int64_t first = progress.iteration + (progress.count.nfev > 0 ? 1 : 0);
        Path::Place rows;
        if (path.stride() == 1) {
            budget = std::min(budget, view.most_rows());
            rows = path.place(budget);
        } else {
            rows.x = scratch.reserve(budget * (n + 1));
            rows.f = rows.x + budget * n;
        }
        rates.resize(rate.constant() ? 1 : static_cast<std::size_t>(budget));
        for (std::size_t k = 0; k < rates.size(); ++k)
            rates[k] = rate(started + first + static_cast<std::int64_t>(k));
        view.rows(rows, gradients.reserve(budget * n), budget, rates.data(),
                  rate.constant() ? 0 : 1);
        progress.stop = advance_in_strides(view, options, budget);
        view.keep_best();
        view.report(progress);
        if (path.stride() == 1)
            path.grow(view.rows_written());
        else
            for (Index i = 0; i < view.rows_written(); ++i)
                if (path.wants(first + i)) path.put(rows.x + i * n, rows.f[i]);
        if (const Stop told = clock.tick(); told && !progress.stop) progress.stop = told;
        budget = std::min(2 * budget, most);  // a short run does not pay for a long chunk
    }
    if (path.stride() > 0 && !path.wants(progress.iteration))
        path.put(progress.x.data(), progress.f);
    view.commit(mine);
    if (finite(run.fun())) view.gradient_at(run.x(), progress.best_g.data());
}

// One loop for each method on a landscape of one or two dimensions.
template <class L, class... M>
const SmallLoop* small_loops(std::tuple<M...>*) {
    static constexpr SmallLoop loops[] = {&minimize_small<M, L>...};
    return loops;
}

template <class L>
class SmallLandscape final : public LandscapeObjective<L> {
public:
    using LandscapeObjective<L>::LandscapeObjective;
    const SmallLoop* small_loops() const override {
        return ml4pa::small_loops<L>(static_cast<Methods*>(nullptr));
    }
};

// A row of the registry for a landscape of one or two dimensions.
template <class L>
LandscapeEntry small_entry(const char* name) {
    return {name, [](const double* parameters, Index n) -> std::unique_ptr<Objective> {
                return std::make_unique<SmallLandscape<L>>(parameters, n);
            }};
}

}  // namespace ml4pa

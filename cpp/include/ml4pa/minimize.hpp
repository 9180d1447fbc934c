// The loop: ask, evaluate, record, ask the stopping rules, tell. It is written once, for two kinds
// of run: any Run with any Objective, and a small gradient run on a small landscape, which the
// compiler keeps in registers.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <type_traits>

#include "ml4pa/gradient_run.hpp"
#include "ml4pa/landscape.hpp"
#include "ml4pa/methods/registry.hpp"
#include "ml4pa/pack.hpp"
#include "ml4pa/path.hpp"
#include "ml4pa/stopping/registry.hpp"

namespace ml4pa {

struct Options {
    Rules rules;
    Norm norm = Norm::max;
    double max_time = std::numeric_limits<double>::infinity();  // seconds
    std::int64_t stride = 0;                                    // of the recorded path; 0: none
};

// Where a run stands: all that changes while it is minimised, beside the Run itself.
struct Progress {
    std::int64_t iteration = 0;  // of the last iterate
    Counters count;
    Stop stop;
    Array x, g;         // the last iterate, and its gradient
    double f = std::numeric_limits<double>::quiet_NaN();
    Array best_g;       // the gradient at run.x()
    Array h;            // the Hessian at the last iterate, where the method wants it
};

// Who listens: to every iterate (callbacks), or every 20 ms (Ctrl-C, progress bars).
class Observer {
public:
    virtual ~Observer() = default;
    virtual bool every_iterate() const { return false; }
    // Both return false to end the run.
    virtual bool iterate(const Run&, const Progress&) { return true; }
    virtual bool poll(const Run&, const Progress&) { return true; }
};

// Iterates until a rule is met or `budget` points are evaluated. View has value semantics: the loop
// works on a copy of it, which may be registers.
//
//     evaluate()    the value f at the asked point, whose gradient the view keeps
//     accepts(f)    whether that point is an iterate, and not a trial of a line search
//     keep(f)       counts and records the iterate
//     ends(rules)   whether a rule is met, or value or gradient is not finite
//     reason(rules) why
//     end(f)        the last point, which is not told
//     tell(f)       the update; false where the run stops by itself, stop() then says why
template <class View>
Stop advance(View& shared, const Options& options, std::int64_t budget) {
    View run = shared;
    const Rules rules = options.rules;
    bool ends = false, fails = false;
    double f = 0.0;
    for (; budget > 0; --budget) {
        f = run.evaluate();
        if (run.accepts(f)) {
            run.keep(f);
            ends = run.ends(rules);
            if (ends) [[unlikely]] break;
        }
        fails = !run.tell(f);
        if (fails) [[unlikely]] break;
    }
    // Only from here on is the view in memory: nothing above takes its address.
    shared = run;
    if (ends) {
        shared.end(f);
        return shared.reason(rules);
    }
    return fails ? shared.stop() : Stop{};
}

// Any run, any objective.
class GeneralView {
public:
    GeneralView(Run& run, const Objective& objective, Norm norm, Progress& progress, Path& path)
        : run_(&run), objective_(&objective), progress_(&progress), path_(&path), norm_(norm) {
        const Index n = run.n();
        progress.x = Array(n);
        progress.g = Array(n);
        progress.best_g = Array(n);
        before_ = std::make_shared<Array>(n);
        told_ = std::make_shared<Array>(n);
        hessian_ = std::make_shared<Array>(run.wants_hessian() ? n * n : 0);
        progress.h = Array(hessian_->size());
        progress.iteration = -1;
    }

    double evaluate() {
        Progress& p = *progress_;
        const std::int64_t nfev = p.count.nfev;
        const double f =
            objective_->evaluate(run_->ask(), told_->data(), hessian_->data(), p.count);
        last_cost_ = p.count.nfev - nfev;
        if (finite(f) && f < run_->fun()) std::copy_n(told_->data(), run_->n(), p.best_g.data());
        return f;
    }
    bool accepts(double f) const { return run_->accepts(f, told_->data()); }
    void keep(double f) {
        Progress& p = *progress_;
        ++p.iteration;
        f_before_ = p.f;
        p.f = f;
        swap(p.x, *before_);
        std::copy_n(run_->ask(), run_->n(), p.x.data());
        std::copy_n(told_->data(), run_->n(), p.g.data());
        std::copy_n(hessian_->data(), hessian_->size(), p.h.data());
        if (path_->wants(p.iteration)) path_->put(p.x.data(), f);
    }
    bool ends(const Rules& rules) { return !sound() || (project(), any_met(rules, *this)); }
    Stop reason(const Rules& rules) const {
        return sound() ? first_met(rules, *this) : Stop{Reason::diverged, f(), 0.0};
    }
    void end(double f) { run_->note(f); }
    bool tell(double f) {
        run_->tell(f, told_->data(), hessian_->data());
        return !run_->stop();
    }
    Stop stop() const { return run_->stop(); }

    // The iterate, as the rules see it.
    Index n() const { return run_->n(); }
    Norm norm() const { return norm_; }
    double f() const { return progress_->f; }
    double f_before() const { return f_before_; }
    double g(Index i) const { return progress_->g[i]; }
    double dx(Index i) const { return progress_->x[i] - (*before_)[i]; }
    std::int64_t iteration() const { return progress_->iteration; }
    std::int64_t nfev() const { return progress_->count.nfev; }
    std::int64_t last_cost() const { return last_cost_; }

private:
    bool sound() const {
        double zero = f() * 0.0;  // NaN where anything is infinite or NaN
        for (Index i = 0; i < n(); ++i) zero += (*told_)[i] * 0.0;
        return zero == 0.0;
    }
    // The gradient that the rules see, where there are bounds: x - clip(x - g).
    void project() {
        Progress& p = *progress_;
        if (const Bounds& bounds = run_->bounds())
            for (Index i = 0; i < n(); ++i) p.g[i] = p.x[i] - bounds.clip(i, p.x[i] - p.g[i]);
    }

    Run* run_;
    const Objective* objective_;
    Progress* progress_;
    Path* path_;
    Norm norm_;
    std::shared_ptr<Array> before_, told_, hessian_;
    double f_before_ = 0.0;
    std::int64_t last_cost_ = 1;
};

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
        run.resume(start_ + iteration_, best_x_, best_f_);
    }

    // Where the next iterates are written, and their learning rates: one for each, or one for all.
    void rows(Path::Place place, const double* rates, Index rate_stride) {
        rows_ = place;
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
        for (Index k = 0; k < rows; k += 64) {
            const Index end = std::min(k + 64, rows);
            const double f = smallest(rows_.f + k, end - k);
            if (!(f < best_f_)) continue;
            best_f_ = f;
            const Index best = std::find(rows_.f + k, rows_.f + end, f) - rows_.f;
            std::copy_n(rows_.x + best * d, d, best_x_);
        }
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
        return sound() ? first_met(rules, *this) : Stop{Reason::diverged, f_, 0.0};
    }
    void end(double) {}
    bool tell(double f) {
        f_before_ = f;
        const typename M::Step step = method_.begin(rates_[(row_ - 1) * rate_stride_], scalars_);
        double zero = f * 0.0;  // stays 0 while everything is finite
        for (int i = 0; i < d; ++i) before_[i] = x_[i];
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
            T z = theta_[k] * 0.0;
            for (int s = 0; s < p; ++s) z += kept[s] * 0.0;
            if constexpr (lanes == 1) {
                zero += z;
            } else {
                zero += z[0] + z[1];
            }
        }
        return zero == 0.0;
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
    bool sound() const {
        double zero = f_ * 0.0;
        for (int i = 0; i < d; ++i) zero += g_[i] * 0.0;
        return zero == 0.0;
    }

    // The smallest of m numbers that are not NaN, infinity where there is none.
    static double smallest(const double* f, Index m) {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        double least[8];
        std::fill_n(least, 8, infinity);
        Index k = 0;
        for (; k + 8 <= m; k += 8)
            for (int j = 0; j < 8; ++j) least[j] = f[k + j] < least[j] ? f[k + j] : least[j];
        for (; k < m; ++k) least[0] = f[k] < least[0] ? f[k] : least[0];
        for (int j = 1; j < 8; ++j) least[0] = least[j] < least[0] ? least[j] : least[0];
        return least[0];
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
    const double* rates_ = nullptr;
    Index rate_stride_ = 0;
    Index row_ = 0;
    std::int64_t last_;  // the iteration at which a budget is spent
};

// The clock of a loop: it is read after every few points, so that the observer is polled every
// 20 ms and a chunk of points takes some 5 ms.
class Clock {
public:
    using Time = std::chrono::steady_clock;

    Clock(const Options& options, const Run& run, Progress& progress, Observer& observer)
        : max_time_(options.max_time), run_(&run), progress_(&progress), observer_(&observer) {}

    std::int64_t budget() const { return budget_; }

    // What the time, or the observer, says after a chunk.
    Stop tick() {
        const Time::time_point now = Time::now();
        const double chunk = seconds(now - last_);
        last_ = now;
        const double factor = std::clamp(5e-3 / std::max(chunk, 1e-9), 1e-6, 2.0);
        budget_ = std::clamp<std::int64_t>(
            static_cast<std::int64_t>(static_cast<double>(budget_) * factor), 1, 1 << 20);
        if (const double spent = seconds(now - start_); spent >= max_time_)
            return {Reason::time_spent, spent, max_time_};
        if (seconds(now - polled_) >= 20e-3) {
            polled_ = now;
            if (!observer_->poll(*run_, *progress_)) return {Reason::callback, 0.0, 0.0};
        }
        return {};
    }

private:
    static double seconds(Time::duration d) { return std::chrono::duration<double>(d).count(); }

    double max_time_;
    const Run* run_;
    Progress* progress_;
    Observer* observer_;
    std::int64_t budget_ = 1;
    Time::time_point start_ = Time::now(), last_ = start_, polled_ = start_;
};

inline void minimize_general(Run& run, const Objective& objective, const Options& options,
                             Path& path, Progress& progress, Observer& observer) {
    GeneralView view(run, objective, options.norm, progress, path);
    Clock clock(options, run, progress, observer);
    while (!progress.stop) {
        const std::int64_t before = progress.iteration;
        progress.stop = advance(view, options, observer.every_iterate() ? 1 : clock.budget());
        if (observer.every_iterate() && progress.iteration > before &&
            !observer.iterate(run, progress) && !progress.stop)
            progress.stop = {Reason::callback, 0.0, 0.0};
        if (const Stop told = clock.tick(); told && !progress.stop) progress.stop = told;
    }
    if (path.stride() > 0 && !path.wants(progress.iteration)) path.put(progress.x.data(), progress.f);
}

template <class M, class L>
void minimize_small(Run& run, const Objective& objective, const Options& options, Path& path,
                    Progress& progress, Observer& observer) {
    auto& mine = static_cast<GradientRun<M>&>(run);
    const L& landscape = static_cast<const LandscapeObjective<L>&>(objective).landscape();
    constexpr Index n = L::dimension;
    constexpr std::int64_t most = 4096;
    progress.x = Array(n);
    progress.g = Array(n);
    progress.best_g = Array(n);
    SmallView<M, L> view(mine, landscape, options.rules);
    Clock clock(options, run, progress, observer);
    Rows scratch;  // for iterates that the path does not want all of
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
        view.rows(rows, rates.data(), rate.constant() ? 0 : 1);
        progress.stop = advance(view, options, budget);
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
    if (path.stride() > 0 && !path.wants(progress.iteration)) path.put(progress.x.data(), progress.f);
    view.commit(mine);
    view.gradient_at(run.x(), progress.best_g.data());
}

// One loop for each method on a landscape of one or two dimensions.
template <class L, class... M>
const SmallLoop* small_loops(std::tuple<M...>*) {
    static constexpr SmallLoop loops[] = {&minimize_small<M, L>...};
    return loops;
}

template <class L>
class RegisteredLandscape final : public LandscapeObjective<L> {
public:
    using LandscapeObjective<L>::LandscapeObjective;
    const SmallLoop* small_loops() const override {
        if constexpr (L::dimension == 1 || L::dimension == 2)
            return ml4pa::small_loops<L>(static_cast<Methods*>(nullptr));
        else
            return nullptr;
    }
};

template <class L>
LandscapeEntry landscape_entry(const char* name) {
    return {name, [](const double* parameters, Index n) -> std::unique_ptr<Objective> {
                return std::make_unique<RegisteredLandscape<L>>(parameters, n);
            }};
}

inline void minimize(Run& run, const Objective& objective, const Options& options, Path& path,
                     Progress& progress, Observer& observer) {
    const SmallLoop* loops = observer.every_iterate() || options.norm != Norm::max ? nullptr
                                                                          : objective.small_loops();
    if (loops != nullptr && run.small_loop() >= 0)
        loops[run.small_loop()](run, objective, options, path, progress, observer);
    else
        minimize_general(run, objective, options, path, progress, observer);
}

}  // namespace ml4pa

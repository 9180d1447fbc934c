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
//     sound(f)      whether value and gradient are finite
//     iterate(f)    the iterate as the rules see it
//     end(f)        the last point, which is not told
//     tell(f)       the update; false where the run stops by itself, stop() then says why
template <class View>
Stop advance(View& shared, const Options& options, std::int64_t budget) {
    View run = shared;
    const Rules rules = options.rules;
    const Norm norm = options.norm;
    Stop stop;
    for (; budget > 0 && !stop; --budget) {
        const double f = run.evaluate();
        if (run.accepts(f)) {
            run.keep(f);
            stop = run.sound(f) ? first_met(rules, run.iterate(f, norm))
                                : Stop{Reason::diverged, f, 0.0};
        }
        if (stop)
            run.end(f);
        else if (!run.tell(f))
            stop = run.stop();
    }
    shared = run;
    return stop;
}

// Any run, any objective.
class GeneralView {
public:
    GeneralView(Run& run, const Objective& objective, Progress& progress, Path& path)
        : run_(&run), objective_(&objective), progress_(&progress), path_(&path) {
        const Index n = run.n();
        progress.x = Array(n);
        progress.g = Array(n);
        progress.best_g = Array(n);
        before_ = std::make_shared<Array>(n);
        told_ = std::make_shared<Array>(n);
        hessian_ = std::make_shared<Array>(run.wants_hessian() ? n * n : 0);
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
        if (path_->wants(p.iteration)) path_->put(p.x.data(), f);
    }
    bool sound(double f) const {
        double zero = f * 0.0;  // NaN where anything is infinite or NaN
        for (Index i = 0; i < run_->n(); ++i) zero += (*told_)[i] * 0.0;
        return zero == 0.0;
    }
    Iterate iterate(double f, Norm norm) {
        Progress& p = *progress_;
        if (const Bounds& bounds = run_->bounds())
            for (Index i = 0; i < run_->n(); ++i)
                p.g[i] = p.x[i] - bounds.clip(i, p.x[i] - p.g[i]);  // the projected gradient
        return {run_->n(), p.x.data(),  f,            p.g.data(), before_->data(),
                f_before_, p.iteration, p.count.nfev, last_cost_, norm};
    }
    void end(double f) { run_->note(f); }
    bool tell(double f) {
        run_->tell(f, told_->data(), hessian_->data());
        return !run_->stop();
    }
    Stop stop() const { return run_->stop(); }

private:
    Run* run_;
    const Objective* objective_;
    Progress* progress_;
    Path* path_;
    std::shared_ptr<Array> before_, told_, hessian_;
    double f_before_ = 0.0;
    std::int64_t last_cost_ = 1;
};

// A plain gradient run on a landscape of one or two dimensions.
template <class M, class L>
class SmallView {
public:
    static constexpr int n = static_cast<int>(L::dimension);
    static constexpr int p = static_cast<int>(M::slots.size());
    static constexpr int q = static_cast<int>(M::scalars.size());
    using T = std::conditional_t<M::packs && n == 2, Pack<2>, double>;
    static constexpr int lanes = sizeof(T) / sizeof(double);

    SmallView(GradientRun<M>& run, const L& landscape)
        : landscape_(&landscape), rate_(&run.options().rate), method_(run.method()) {
        for (int i = 0; i < n; ++i) {
            set(theta_, i, run.theta()[i]);
            for (int s = 0; s < p; ++s) set(slot_[s], i, run.slot(s)[i]);
        }
        for (int i = 0; i < q; ++i) scalars_[i] = run.scalars()[i];
        start_ = run.iteration();
    }

    void commit(GradientRun<M>& run) const {
        for (int i = 0; i < n; ++i) {
            run.theta()[i] = get(theta_, i);
            for (int s = 0; s < p; ++s) run.slot(s)[i] = get(slot_[s], i);
        }
        for (int i = 0; i < q; ++i) run.scalars()[i] = scalars_[i];
        run.resume(start_ + iteration_, best_x_, best_f_);
    }

    // Where the next iterates are written, and which of them have been.
    void rows(Path::Place place) {
        rows_ = place;
        row_ = 0;
        best_row_ = -1;
    }
    Index rows_written() const { return row_; }
    void keep_best() {
        if (best_row_ >= 0) std::copy_n(rows_.x + best_row_ * n, n, best_x_);
    }

    double evaluate() {
        for (int i = 0; i < n; ++i) {
            if constexpr (LooksAhead<M>) {
                double v[p];
                for (int s = 0; s < p; ++s) v[s] = get(slot_[s], i);
                x_[i] = method_.look_ahead(get(theta_, i), v);
            } else {
                x_[i] = get(theta_, i);
            }
        }
        return landscape_->value_and_gradient(x_, n, g_);
    }
    bool accepts(double) const { return true; }
    void keep(double f) {
        ++iteration_;
        for (int i = 0; i < n; ++i) rows_.x[row_ * n + i] = x_[i];
        rows_.f[row_] = f;
        // Without a branch: which iterate is the best can hardly be predicted.
        const Index mask = -static_cast<Index>(f < best_f_);
        best_row_ ^= (best_row_ ^ row_) & mask;
        best_f_ = f < best_f_ ? f : best_f_;
        ++row_;
    }
    bool sound(double f) const {
        double zero = f * 0.0;
        for (int i = 0; i < n; ++i) zero += g_[i] * 0.0;
        return zero == 0.0;
    }
    Iterate iterate(double f, Norm norm) const {
        return {n, x_, f, g_, before_, f_before_, iteration_, iteration_ + 1, 1, norm};
    }
    void end(double) {}
    bool tell(double f) {
        f_before_ = f;
        const typename M::Step step = method_.begin((*rate_)(start_ + iteration_), scalars_);
        double zero = 0.0;
        for (int i = 0; i < n; ++i) before_[i] = x_[i];
        for (int k = 0; k < n / lanes; ++k) {
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
        std::copy_n(x_, n, progress.x.data());
        std::copy_n(g_, n, progress.g.data());
        progress.f = row_ > 0 ? rows_.f[row_ - 1] : progress.f;
    }
    void gradient_at(const double* x, double* g) const { landscape_->value_and_gradient(x, n, g); }

private:
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
    const Rate* rate_;
    M method_;
    T theta_[n / lanes], slot_[slots][n / lanes];
    double scalars_[q > 0 ? q : 1];
    double x_[n], g_[n], before_[n] = {}, best_x_[n] = {};
    double f_before_ = 0.0, best_f_ = std::numeric_limits<double>::infinity();
    std::int64_t start_ = 0, iteration_ = -1;
    Path::Place rows_{};
    Index row_ = 0, best_row_ = -1;
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
    GeneralView view(run, objective, progress, path);
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
    constexpr Index n = L::dimension, most = 4096;
    progress.x = Array(n);
    progress.g = Array(n);
    progress.best_g = Array(n);
    SmallView<M, L> view(mine, landscape);
    Clock clock(options, run, progress, observer);
    Rows scratch;  // for iterates that the path does not want all of
    while (!progress.stop) {
        const std::int64_t budget = std::clamp<std::int64_t>(clock.budget(), 1024, most);
        const std::int64_t first = progress.iteration + (progress.count.nfev > 0 ? 1 : 0);
        Path::Place rows;
        if (path.stride() == 1) {
            rows = path.place(budget);
        } else {
            rows.x = scratch.reserve(budget * (n + 1));
            rows.f = rows.x + budget * n;
        }
        view.rows(rows);
        progress.stop = advance(view, options, budget);
        view.keep_best();
        view.report(progress);
        if (path.stride() == 1)
            path.grow(view.rows_written());
        else
            for (Index i = 0; i < view.rows_written(); ++i)
                if (path.wants(first + i)) path.put(rows.x + i * n, rows.f[i]);
        if (const Stop told = clock.tick(); told && !progress.stop) progress.stop = told;
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
    const SmallLoop* loops = observer.every_iterate() ? nullptr : objective.small_loops();
    if (loops != nullptr && run.small_loop() >= 0)
        loops[run.small_loop()](run, objective, options, path, progress, observer);
    else
        minimize_general(run, objective, options, path, progress, observer);
}

}  // namespace ml4pa

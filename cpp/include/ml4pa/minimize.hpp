// The loop: ask, evaluate, record, ask the stopping rules, tell. That of minimize_small.hpp gives the
// same, where it is used.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <type_traits>

#include "ml4pa/heartbeat.hpp"
#include "ml4pa/look_up.hpp"
#include "ml4pa/path.hpp"
#include "ml4pa/run.hpp"
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
    Array x, g;  // the last iterate, and its gradient
    double f = std::numeric_limits<double>::quiet_NaN();
    Array best_g;  // the gradient at run.x()
    // The Hessian at the last iterate, where the method wants it; of the coordinates that no bound
    // holds, 1 on the diagonal of the others.
    Array h;
};

// Who listens: to every iterate (callbacks), or every 20 ms (Ctrl-C, progress bars).
class Observer {
public:
    virtual ~Observer() = default;
    virtual bool every_iterate() const { return false; }
    // Both return false to end the run.
    virtual bool iterate(const RunBase&, const Progress&) { return true; }
    virtual bool poll(const RunBase&, const Progress&) { return true; }
};

// Any run, any objective.
class GeneralLoop {
public:
    GeneralLoop(Run& run, const Objective& objective, const Options& options, Progress& progress,
                Path& path)
        : run_(run),
          objective_(objective),
          progress_(progress),
          path_(path),
          rules_(options.rules),
          norm_(options.norm) {
        const Index n = run.n();
        progress.x = Array(n);
        progress.g = Array(n);
        progress.best_g = Array(n);
        before_ = Array(n);
        told_ = Array(n);
        hessian_ = Array(run.wants_hessian() ? n * n : 0);
        progress.h = Array(hessian_.size());
        progress.iteration = -1;
    }

    // Until the run ends, or `budget` points are evaluated.
    Stop advance(std::int64_t budget) {
        for (; budget > 0; --budget) {
            const double f = evaluate();
            // Otherwise it is a trial of a line search.
            const bool iterate = run_.accepts(f, told_.data());
            if (iterate) keep(f);
            if (const Stop stop = iterate ? reason() : first_spent(rules_, *this)) {
                run_.note(f);  // the last point is not told
                return stop;
            }
            run_.tell(f, told_.data(), hessian_.data());
            if (run_.stop()) return run_.stop();
        }
        return {};
    }

    // The iterate, as the rules see it.
    Index n() const { return run_.n(); }
    Norm norm() const { return norm_; }
    double f() const { return progress_.f; }
    double f_before() const { return f_before_; }
    double g(Index i) const { return progress_.g[i]; }
    double dx(Index i) const { return progress_.x[i] - before_[i]; }
    std::int64_t iteration() const { return progress_.iteration; }
    std::int64_t nfev() const { return progress_.count.nfev; }
    std::int64_t last_cost() const { return last_cost_; }
    // Whether a coordinate stays on its bound, though its projected gradient points inwards. A
    // velocity may hold it there for many steps: that is no rest. A gradient that is mere rounding
    // would not move it either.
    bool waits() const {
        const Bounds& bounds = run_.bounds();
        if (!bounds) return false;
        for (Index i = 0; i < n(); ++i) {
            const double x = progress_.x[i];
            if (x == before_[i] && bounds.at(i, x) && std::fabs(g(i)) > 1e-12 * std::fabs(x))
                return true;
        }
        return false;
    }

private:
    double evaluate() {
        const std::int64_t nfev = progress_.count.nfev;
        const double f =
            objective_.evaluate(run_.ask(), told_.data(), hessian_.data(), progress_.count);
        last_cost_ = progress_.count.nfev - nfev;
        if (finite(f) && f < run_.fun())
            std::copy_n(told_.data(), run_.n(), progress_.best_g.data());
        return f;
    }
    // Counts and records the iterate.
    void keep(double f) {
        Progress& p = progress_;
        ++p.iteration;
        f_before_ = p.f;
        p.f = f;
        swap(p.x, before_);
        std::copy_n(run_.ask(), run_.n(), p.x.data());
        std::copy_n(told_.data(), run_.n(), p.g.data());
        std::copy_n(hessian_.data(), hessian_.size(), p.h.data());
        if (path_.wants(p.iteration)) path_.put(p.x.data(), f);
    }
    Stop reason() {
        if (!sound()) return {Reason::diverged, f(), 0.0};
        project();
        return any_met(rules_, *this) ? first_met(rules_, *this) : Stop{};
    }
    bool sound() const {
        double zero = f() * 0.0;  // NaN where anything is infinite or NaN
        for (Index i = 0; i < n(); ++i) zero += told_[i] * 0.0;
        return zero == 0.0;
    }
    // The gradient that the rules see, where there are bounds: x - clip(x - g).
    void project() {
        Progress& p = progress_;
        const Bounds& bounds = run_.bounds();
        if (!bounds) return;
        if (p.h.size() > 0)
            restrict_to_free(n(), p.h.data(),
                             [&](Index i) { return bounds.hold(i, p.x[i], p.g[i]); });
        for (Index i = 0; i < n(); ++i) p.g[i] = bounds.project(i, p.x[i], p.g[i]);
    }

    Run& run_;
    const Objective& objective_;
    Progress& progress_;
    Path& path_;
    const Rules rules_;
    Norm norm_;
    Array before_, told_, hessian_;
    double f_before_ = 0.0;
    std::int64_t last_cost_ = 1;
};

// The clock of a loop: it is read after every few points, so that the observer is polled every
// 20 ms and a chunk of points takes some 5 ms.
class Clock {
public:
    using Time = Heartbeat::Time;

    Clock(const Options& options, const RunBase& run, Progress& progress, Observer& observer)
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
        return look(now);
    }

    // What they say now.
    Stop look(Time::time_point now = Time::now()) {
        if (const double spent = seconds(now - start_); spent >= max_time_)
            return {Reason::time_spent, spent, max_time_};
        if (poll_.due(now) && !observer_->poll(*run_, *progress_))
            return {Reason::callback, 0.0, 0.0};
        return {};
    }

    // What an evaluation that takes long asks. The time does not end it, but whoever polls may.
    void listen() {
        if (poll_.due() && !observer_->poll(*run_, *progress_)) throw CutShort{};
    }

private:
    static double seconds(Time::duration d) { return std::chrono::duration<double>(d).count(); }

    double max_time_;
    const RunBase* run_;
    Progress* progress_;
    Observer* observer_;
    std::int64_t budget_ = 1;
    Time::time_point start_ = Time::now(), last_ = start_;
    Heartbeat poll_;
};

inline void minimize_general(Run& run, const Objective& objective, const Options& options,
                             Path& path, Progress& progress, Observer& observer) {
    GeneralLoop loop(run, objective, options, progress, path);
    Clock clock(options, run, progress, observer);
    const Listening listening([&clock] { clock.listen(); });
    while (!progress.stop) {
        const std::int64_t before = progress.iteration;
        try {
            progress.stop = loop.advance(observer.every_iterate() ? 1 : clock.budget());
        } catch (const CutShort&) {  // what was evaluated is not told
            progress.stop = {Reason::callback, 0.0, 0.0};
            break;
        }
        if (observer.every_iterate() && progress.iteration > before &&
            !observer.iterate(run, progress) && !progress.stop)
            progress.stop = {Reason::callback, 0.0, 0.0};
        if (const Stop told = clock.tick(); told && !progress.stop) progress.stop = told;
    }
    if (path.stride() > 0 && !path.wants(progress.iteration))
        path.put(progress.x.data(), progress.f);
}

}  // namespace ml4pa

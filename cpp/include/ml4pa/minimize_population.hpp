// The loop of the population methods: ask, evaluate, tell, record, ask the
// stopping rules.
#pragma once

#include <exception>
#include <functional>
#include <vector>

#include "ml4pa/minimize.hpp"
#include "ml4pa/population_path.hpp"
#include "ml4pa/sharing.hpp"

namespace ml4pa {

// Where the values of a generation come from.
class Evaluation {
public:
    using Poll = std::function<bool()>;  // false ends the evaluation

    virtual ~Evaluation() = default;
    // Writes the values of the first rows of X; returns how many, fewer than all
    // only where poll or the clock has ended it.
    virtual Index evaluate(const double* X, Index rows, double* values, const Poll& poll) = 0;
};

class NativeEvaluation final : public Evaluation {
public:
    NativeEvaluation(const Objective& f, int threads) : f_(&f), sharing_(threads) {}
    Index evaluate(const double* X, Index rows, double* values, const Poll& poll) override {
        const auto work = [&](Index first, Index count) {
            f_->values(X + first * f_->n(), count, values + first);
        };
        const TeamLimit one(1);  // an objective's own threads would be one team too many
        return sharing_(rows, work, poll);
    }

private:
    const Objective* f_;
    Sharing sharing_;
};

struct PopulationOptions : Options {
    bool nan_raises = false;
};

// A value that is NaN, where the user asked for an error.
struct NanValue {
    std::vector<double> x;
};

class PopulationLoop {
public:
    PopulationLoop(PopulationRun& run, Evaluation& evaluation, const PopulationOptions& options,
                   PopulationPath& path, Progress& progress, Observer& observer)
        : run_(run),
          evaluation_(evaluation),
          options_(options),
          path_(path),
          progress_(progress),
          observer_(observer),
          clock_(options, run, progress, observer),
          poll_([this] { return !(cut_ = clock_.look()); }),
          listening_([this] { clock_.listen(); }) {
        constexpr double unlimited = 4e18;
        const double most = -std::get<stopping::MaxEvals>(options.rules).limit - 1.0;
        max_evals_ = static_cast<std::int64_t>(most < unlimited ? most : unlimited);
        const double xtol = std::get<stopping::StepTolerance>(options.rules).limit;
        wants_spread_ = xtol == xtol;
        progress_.x = Array(run.n());
        std::copy_n(run.x(), run.n(), progress_.x.data());
        run.set_look_up([this] { look_up(); });
    }
    ~PopulationLoop() { run_.set_look_up({}); }
    PopulationLoop(const PopulationLoop&) = delete;
    PopulationLoop& operator=(const PopulationLoop&) = delete;

    void run() {
        Stop& stop = progress_.stop;
        if (path_.stride() > 0) path_.put(run_, run_.x(), progress_.f, run_.x(), 1);
        while (!stop) {
            const std::int64_t before = progress_.iteration;
            std::int64_t budget = observer_.every_iterate() ? 1 : clock_.budget();
            try {
                for (; budget > 0 && !stop; --budget) stop = generation();
            } catch (const CutShort&) {  // what was evaluated is not told
                stop = {Reason::callback, 0.0, 0.0};
                break;
            }
            if (observer_.every_iterate() && progress_.iteration > before &&
                !observer_.iterate(run_, progress_) && !stop)
                stop = {Reason::callback, 0.0, 0.0};
            if (const Stop told = clock_.tick(); told && !stop) stop = told;
        }
        if (path_.stride() > 0 && !path_.wants(progress_.iteration)) record(told_.data());
    }

    // The generation as the rules see it: f is its best value; f - f_before and
    // dx are how far the worst value, and the farthest point in each coordinate,
    // are from the best (as the Nelder-Mead method stops).
    Index n() const { return run_.n(); }
    Norm norm() const { return options_.norm; }
    double f() const { return values_[static_cast<std::size_t>(best_)]; }
    double f_before() const { return worst_; }
    double g(Index) const { return std::numeric_limits<double>::quiet_NaN(); }
    double dx(Index j) const {
        if (cut() || !wants_spread_) return std::numeric_limits<double>::infinity();
        const double* x = X_ + j;
        double most = 0.0;
        for (Index i = 0; i < rows_; ++i)
            most = std::max(most, std::fabs(x[i * n()] - x[best_ * n()]));
        return most;
    }
    std::int64_t iteration() const { return progress_.iteration; }
    std::int64_t nfev() const { return progress_.count.nfev; }
    std::int64_t last_cost() const { return 1; }  // a budget may cut a generation
    static constexpr bool waits() { return false; }

private:
    bool cut() const { return done_ < rows_; }

    // Asked while a generation is drawn or learnt from; the time is looked at by the loop. What is
    // thrown while the run learns waits until it has: the run then goes on. It does not wait long.
    void look_up() {
        constexpr double longest = 25e-3;
        using Time = std::chrono::steady_clock;
        if (thrown_) {
            if (std::chrono::duration<double>(Time::now() - thrown_at_).count() < longest) return;
            run_.halt({Reason::torn, 0.0, 0.0});
            std::rethrow_exception(thrown_);
        }
        try {
            (void)clock_.look();
        } catch (...) {
            if (!learns_) throw;
            thrown_ = std::current_exception();
            thrown_at_ = Time::now();
        }
    }

    // Ask, evaluate, tell, record; why the loop ends there.
    Stop generation() {
        X_ = run_.population();
        rows_ = run_.rows();
        values_.resize(static_cast<std::size_t>(rows_));
        const Index room = static_cast<Index>(max_evals_ - nfev());
        cut_ = {};
        done_ = evaluation_.evaluate(X_, std::min(rows_, room), values_.data(), poll_);
        progress_.count.nfev += done_;
        if (options_.nan_raises) check_nan();
        look_at_values();
        if (cut()) {  // not told: the run still asks for this generation
            run_.note(X_, values_.data(), done_);
            const Stop met = done_ > 0 ? first_met(options_.rules, *this) : Stop{};
            return met ? met : cut_ ? cut_ : clock_.look();
        }
        learns_ = true;
        run_.tell(X_, values_.data());
        learns_ = false;
        if (thrown_) std::rethrow_exception(thrown_);
        ++progress_.iteration;
        progress_.f = f();
        std::copy_n(X_ + best_ * n(), n(), progress_.x.data());
        if (path_.wants(progress_.iteration))
            record(X_);
        else if (path_.stride() > 0)
            told_.assign(X_, X_ + rows_ * n());
        Stop met;
        if (any_met(options_.rules, *this)) met = first_met(options_.rules, *this);
        if (run_.stop() && (!met || is_budget(met))) return run_.stop();
        return met ? met : cut_;
    }

    void look_at_values() {
        best_ = 0;
        worst_ = cut() ? std::numeric_limits<double>::infinity() : values_[0];
        for (Index i = 0; i < done_; ++i) {
            const double v = values_[static_cast<std::size_t>(i)];
            if (v < f() || (std::isnan(f()) && !std::isnan(v))) best_ = i;
            if (v > worst_ || std::isnan(v)) worst_ = v;  // NaN stays
        }
    }

    static bool is_budget(const Stop& stop) {
        int place = 0;
        bool found = false;
        auto ask = [&]<class Rule>(const Rule&) {
            found |= is_counted<Rule> && stop.reason == place;
            ++place;
        };
        std::apply([&](const auto&... rule) { (ask(rule), ...); }, Rules{});
        return found;
    }

    void check_nan() const {
        for (Index i = 0; i < done_; ++i)
            if (std::isnan(values_[static_cast<std::size_t>(i)]))
                throw NanValue{{X_ + i * n(), X_ + (i + 1) * n()}};
    }

    void record(const double* X) {
        path_.put(run_, progress_.x.data(), progress_.f, X, X == X_ ? rows_ : told_rows());
    }
    Index told_rows() const { return static_cast<Index>(told_.size()) / n(); }

    PopulationRun& run_;
    Evaluation& evaluation_;
    const PopulationOptions& options_;
    PopulationPath& path_;
    Progress& progress_;
    Observer& observer_;
    Clock clock_;
    Evaluation::Poll poll_;
    Listening listening_;
    std::int64_t max_evals_ = 0;
    const double* X_ = nullptr;
    Index rows_ = 0, done_ = 0, best_ = 0;
    bool wants_spread_ = false;
    std::vector<double> values_{0.0},
        told_;  // told_: the last generation, where one may be recorded
    double worst_ = 0.0;
    Stop cut_;
    bool learns_ = false;
    std::exception_ptr thrown_;
    std::chrono::steady_clock::time_point thrown_at_;
};

inline void minimize_population(PopulationRun& run, Evaluation& evaluation,
                                const PopulationOptions& options, PopulationPath& path,
                                Progress& progress, Observer& observer) {
    PopulationLoop(run, evaluation, options, path, progress, observer).run();
}

}  // namespace ml4pa

// What the tests of runs are made of: objectives that watch or deceive, methods, and everything that a
// run keeps or gives.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "check.hpp"
#include "ml4pa/factory.hpp"
#include "ml4pa/minimize.hpp"

namespace ml4pa::test {

using Vector = std::vector<double>;

constexpr double inf = std::numeric_limits<double>::infinity();

// Hides the loops that keep a small run in registers, so that the general one runs; watches where
// it is evaluated.
class Watched final : public Objective {
public:
    explicit Watched(const Objective& inner, Vector low = {}, Vector high = {})
        : Objective(inner.n()), inner_(&inner), low_(std::move(low)), high_(std::move(high)) {}

    double value(const double* x) const override { return inner_->value(x); }
    double value_and_gradient(const double* x, double* g) const override {
        ++calls;
        for (std::size_t i = 0; i < low_.size(); ++i) CHECK(low_[i] <= x[i] && x[i] <= high_[i]);
        return inner_->value_and_gradient(x, g);
    }
    void hessian(const double* x, double* h) const override { inner_->hessian(x, h); }

    mutable std::int64_t calls = 0;

private:
    const Objective* inner_;
    Vector low_, high_;
};

// x_1, with a gradient that points the wrong way and a Hessian of zeros.
class Deceptive final : public Objective {
public:
    explicit Deceptive(double slope) : Objective(1), slope_(slope) {}
    double value(const double* x) const override { return x[0]; }
    double value_and_gradient(const double* x, double* g) const override {
        g[0] = slope_;
        return x[0];
    }
    void hessian(const double*, double* h) const override { h[0] = 0.0; }

private:
    double slope_;
};

// The same numbers, NaN too.
inline bool same(const Vector& a, const Vector& b) {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](double x, double y) {
               return x == y ? std::signbit(x) == std::signbit(y) : x != x && y != y;
           });
}

// Everything that a run keeps, by name; it writes it back where `writes`.
class Snapshot final : public Visitor {
public:
    bool writes = false;

    void number(const char* name, double& value) override { array(name, &value, 1); }
    void integer(const char* name, std::int64_t& value) override {
        if (writes)
            value = integers_.at(name);
        else
            integers_[name] = value;
    }
    void array(const char* name, double* values, Index n) override {
        if (writes)
            std::copy_n(arrays_.at(name).data(), n, values);
        else
            arrays_[name].assign(values, values + n);
    }
    std::int64_t integer_of(const char* name) const { return integers_.at(name); }

    // The names, with this beginning, of what differs.
    std::string differs(const Snapshot& other, const char* beginning = "") const {
        std::string what;
        for (const auto& [name, values] : arrays_)
            if (name.starts_with(beginning) && !same(values, other.arrays_.at(name)))
                what += " " + name;
        for (const auto& [name, value] : integers_)
            if (name.starts_with(beginning) && value != other.integers_.at(name))
                what += " " + name;
        return what;
    }

private:
    std::map<std::string, Vector> arrays_;
    std::map<std::string, std::int64_t> integers_;
};

inline Snapshot snapshot(Run& run) {
    Snapshot s;
    run.visit(s);
    return s;
}

inline Options options(std::int64_t max_iter, double gtol = no_limit) {
    Options o;
    o.stride = 1;
    std::apply([](auto&... rule) { ((rule.limit = no_limit), ...); }, o.rules);
    std::get<stopping::MaxIter>(o.rules).limit = -static_cast<double>(max_iter);
    std::get<stopping::GradientTolerance>(o.rules).limit = gtol;
    return o;
}

struct Method {
    std::string name;
    Vector fields;
    const char* search = nullptr;  // the line search, where there is one
};

// Every method of the registry, with the usual hyper-parameters.
inline std::vector<Method> methods() {
    const std::map<std::string, double> usual{
        {"momentum", 0.9}, {"beta", 0.9},      {"beta1", 0.9},         {"beta2", 0.999},
        {"eps", 1e-8},     {"eps_root", 1e-8}, {"weight_decay", 0.01}, {"damping", 0.0}};
    std::vector<Method> all;
    for (const Signature& s : method_signatures()) {
        all.push_back({s.name, {}});
        for (const std::string& field : s.fields) {
            const auto found = usual.find(field);
            all.back().fields.push_back(found == usual.end() ? 0.5 : found->second);
        }
        if (s.name == "levenberg_marquardt") all.back().fields = {1e-3};
    }
    return all;
}

inline bool wants_hessian(const Method& method) {
    return method.name == "newton" || method.name == "levenberg_marquardt";
}

inline std::vector<Method> searching() {
    return {{"gradient_descent", {}, "exact_line_search"},
            {"gradient_descent", {}, "backtracking"},
            {"newton", {0.0}, "exact_line_search"},
            {"newton", {0.0}, "backtracking"}};
}

inline std::unique_ptr<Run> start(const Method& method, const Vector& x0, Rate rate,
                                  double noise = 0.0, double clip = inf, std::uint64_t key = 0,
                                  Bounds bounds = {}) {
    std::unique_ptr<LineSearch> search;
    if (method.search != nullptr) {
        const double exact[] = {0.1, 1e-2}, backtracking[] = {1.0, 0.5, 1e-4};
        const bool is_exact = std::string(method.search) == "exact_line_search";
        search = make_line_search(method.search, is_exact ? exact : backtracking);
    }
    auto run = make_run(method.name, method.fields.data(), std::move(search),
                        GradientOptions{std::move(rate), noise, clip, key}, x0.data(),
                        static_cast<Index>(x0.size()), std::move(bounds));
    CHECK(run != nullptr);
    return run;
}

// What comes out of run_to_end.
struct Outcome {
    Snapshot state;
    Vector x, f, best_g, last_x, last_g;
    double last_f;
    Counters count;
    Stop stop;
    std::int64_t iteration;

    // The names of what differs. Of a run that diverged only the best point is of use.
    std::string differs(const Outcome& o) const {
        std::string what = state.differs(o.state, stop.reason == Reason::diverged ? "best" : "");
        const auto say = [&](bool equal, const char* name) { what += equal ? "" : name; };
        say(same(x, o.x) && same(f, o.f), " path");
        say(same(best_g, o.best_g), " best_g");
        say(same(last_x, o.last_x) && same(last_g, o.last_g) && same({last_f}, {o.last_f}),
            " last");
        say(stop.reason == o.stop.reason &&
                same({stop.measured, stop.limit}, {o.stop.measured, o.stop.limit}),
            " stop");
        say(iteration == o.iteration, " iteration");
        say(count.nfev == o.count.nfev && count.njev == o.count.njev && count.nhev == o.count.nhev,
            " counters");
        return what;
    }
};

inline Outcome finish(Run& run, const Objective& objective, const Options& how,
                      Observer* observer = nullptr) {
    const double room = -std::get<stopping::MaxIter>(how.rules).limit;
    Path path(run.n(), how.stride, room);
    Progress progress;
    Observer nobody;
    run_to_end(run, objective, how, path, progress, observer != nullptr ? *observer : nobody);
    const auto vector = [](const double* p, Index n) { return Vector(p, p + n); };
    const Index rows = path.rows(), n = run.n();
    const std::unique_ptr<double, decltype(&std::free)> x(path.release_x(), &std::free);
    const std::unique_ptr<double, decltype(&std::free)> f(path.release_f(), &std::free);
    return {snapshot(run),
            vector(x.get(), rows * n),
            vector(f.get(), rows),
            vector(progress.best_g.data(), n),
            vector(progress.x.data(), n),
            vector(progress.g.data(), n),
            progress.f,
            progress.count,
            progress.stop,
            progress.iteration};
}

inline const Vector two_parameters{1.0, 3.0};

inline std::unique_ptr<Objective> landscape(const char* name, Index n = 2) {
    return make_objective(name, two_parameters.data(), n);
}

inline Rate schedule() {
    const double inverse[] = {0.02, 0.01}, warm[] = {10.0};
    return Rate(make_schedule("warmup", warm, make_schedule("inverse_time", inverse, nullptr)));
}

}  // namespace ml4pa::test

#include "ml4pa/minimize.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "check.hpp"
#include "landscapes.hpp"
#include "ml4pa/factory.hpp"
#include "runs.hpp"

namespace {

using ml4pa::Counters;
using ml4pa::GradientOptions;
using ml4pa::Index;
using ml4pa::Objective;
using ml4pa::Rate;
using ml4pa::Reason;
using ml4pa::Run;
using namespace ml4pa::test;

// The places of rules in their registry.
constexpr auto rules = static_cast<ml4pa::Rules*>(nullptr);
constexpr int gtol = ml4pa::place<ml4pa::stopping::GradientTolerance>(rules);
constexpr int xtol = ml4pa::place<ml4pa::stopping::StepTolerance>(rules);
constexpr int max_iter = ml4pa::place<ml4pa::stopping::MaxIter>(rules);

// ---- the loop in registers against the general one ----------------------------------------------

void agrees(const Objective& f, const Method& method, const Vector& x0, const Rate& rate,
            const ml4pa::Options& how, const char* what) {
    const Watched hidden(f);
    const auto small = start(method, x0, rate), general = start(method, x0, rate);
    const Outcome one = finish(*small, f, how), other = finish(*general, hidden, how);
    if (const std::string differs = one.differs(other); !differs.empty()) {
        std::fprintf(stderr, "%s, %s, from %g:%s; best %g, %g; stop %d\n", method.name.c_str(),
                     what, x0[0], differs.c_str(), small->fun(), general->fun(), one.stop.reason);
        CHECK(differs.empty());
    }
    CHECK(small->fun() == general->fun());
    CHECK(hidden.calls == other.count.nfev);
}

void small_equals_general() {
    const auto beale = landscape("Beale");
    for (const Method& method : methods()) {
        for (const Vector& x0 : {Vector{1.0, 1.0}, Vector{4.0, 3.0}, Vector{-1.0, 4.0}}) {
            for (const Rate& rate : {Rate(1e-4), Rate(0.02), Rate(1.0), schedule()}) {
                agrees(*beale, method, x0, rate, options(5000), "max_iter");
                agrees(*beale, method, x0, rate, options(20000, 1e-9), "gtol");
            }
        }
        ml4pa::Options how = options(1000);
        std::get<ml4pa::stopping::StepTolerance>(how.rules).limit = 1e-5;
        agrees(*beale, method, {1.0, 1.0}, Rate(0.02), how, "xtol");
        how.norm = ml4pa::Norm::euclidean;
        agrees(*beale, method, {1.0, 1.0}, Rate(0.02), how, "xtol, euclidean");
        how = options(1000);
        std::get<ml4pa::stopping::ValueTolerance>(how.rules).limit = 1e-6;
        agrees(*beale, method, {1.0, 1.0}, Rate(0.02), how, "ftol");
        how = options(1000);
        std::get<ml4pa::stopping::Target>(how.rules).limit = 1e-3;
        agrees(*beale, method, {1.0, 1.0}, Rate(0.02), how, "target");
        how = options(1000);
        std::get<ml4pa::stopping::MaxEvals>(how.rules).limit = -101.0;
        agrees(*beale, method, {1.0, 1.0}, Rate(0.001), how, "max_evals");
        for (const std::int64_t stride : {0, 2, 7, 1000, 100000}) {
            how = options(3000);
            how.stride = stride;
            agrees(*beale, method, {1.0, 1.0}, Rate(0.001), how, "stride");
        }
        agrees(*beale, method, {1.0, 1.0}, Rate(0.02), options(0), "no step");
    }
    // Every landscape that has steps of its own; downhill without end, too: f = -inf is no best value.
    for (const std::string& name : ml4pa::landscape_names()) {
        const Index n = ml4pa::test::dimension(name, 2);
        const auto f = ml4pa::make_objective(name, ml4pa::test::parameters.data(), n);
        if (f->small_steps() == nullptr) continue;
        for (const Method& method : methods()) {
            const auto of = [n](double x, double y) { return n == 1 ? Vector{x} : Vector{x, y}; };
            agrees(*f, method, of(-0.7, 1.2), Rate(0.01), options(300), name.c_str());
            agrees(*f, method, of(-0.7, 1.2), Rate(50.0), options(2000), name.c_str());
            agrees(*f, method, of(-1e3, 2e3), Rate(1e3), options(100), name.c_str());
        }
    }
}

// ---- the path ------------------------------------------------------------------------------------

void paths() {
    const auto f = landscape("Beale");
    const Vector x0{1.0, 1.0};
    const Method adam = methods()[5];
    const Outcome whole = finish(*start(adam, x0, Rate(0.01)), *f, options(2000));
    CHECK(whole.f.size() == 2001);
    CHECK(whole.x[0] == x0[0] && whole.x[1] == x0[1]);
    bool all = true;
    for (std::size_t k = 0; k < whole.f.size(); ++k) all &= f->value(&whole.x[2 * k]) == whole.f[k];
    CHECK(all);
    for (const std::int64_t stride : {2, 3, 999, 2000, 2001}) {
        ml4pa::Options how = options(2000);
        how.stride = stride;
        const Outcome some = finish(*start(adam, x0, Rate(0.01)), *f, how);
        std::size_t row = 0;
        for (std::int64_t k = 0; k <= 2000; ++k) {
            if (k % stride != 0 && k != 2000) continue;
            CHECK(some.f.at(row) == whole.f[static_cast<std::size_t>(k)]);
            CHECK(some.x.at(2 * row) == whole.x[static_cast<std::size_t>(2 * k)]);
            ++row;
        }
        CHECK(some.f.size() == row);
    }
    ml4pa::Options none = options(10);
    none.stride = 0;
    CHECK(finish(*start(adam, x0, Rate(0.01)), *f, none).f.empty());
}

// A run that is stopped and goes on, in the same or in a new object, ends as if it had not been.
void goes_on() {
    const auto beale = landscape("Beale"), valley = landscape("Rosenbrock", 9);
    std::vector<Method> all = methods();
    for (const Method& method : searching()) all.push_back(method);
    for (const Method& method : all) {
        for (const Objective* f : {beale.get(), valley.get()}) {
            const Watched hidden(*f);
            for (const Objective* seen : {f, static_cast<const Objective*>(&hidden)}) {
                for (const double noise : {0.0, 0.1}) {
                    if (noise > 0.0 && method.search != nullptr) continue;
                    const Vector x0(static_cast<std::size_t>(f->n()), 0.8);
                    const auto fresh = [&](std::uint64_t key) {
                        return start(method, x0, schedule(), noise, noise > 0.0 ? 5.0 : inf, key);
                    };
                    const auto whole = fresh(42);
                    const Outcome expected = finish(*whole, *seen, options(60));
                    if (expected.stop.reason != max_iter) continue;  // it came to an end by itself
                    const auto first = fresh(42);
                    finish(*first, *seen, options(25));
                    Snapshot state = snapshot(*first);
                    const Outcome resumed = finish(*first, *seen, options(35));
                    const auto second = fresh(0);
                    state.writes = true;
                    second->visit(state);
                    const Outcome restored = finish(*second, *seen, options(35));
                    CHECK(resumed.state.differs(expected.state).empty());
                    if (const std::string differs = resumed.differs(restored); !differs.empty()) {
                        std::fprintf(stderr, "%s, n=%td:%s\n", method.name.c_str(), f->n(),
                                     differs.c_str());
                        CHECK(differs.empty());
                    }
                    CHECK(same(resumed.last_x, expected.last_x));
                }
            }
        }
    }
}

// ---- where runs end ------------------------------------------------------------------------------

void convergence() {
    const auto valley = landscape("Rosenbrock", 10);  // a = 1, b = 3
    for (const Method& method : methods()) {
        Method tried = method;
        if (method.name == "adamw") tried.fields[4] = 0.0;  // its decay moves the minimum
        if (method.name == "rmsprop") continue;  // with a constant rate it goes around it
        const double rate = wants_hessian(method) ? 1.0 : method.name == "adagrad" ? 0.5 : 0.01;
        const Outcome out =
            finish(*start(tried, Vector(10, 0.5), Rate(rate)), *valley, options(200000, 1e-9));
        if (out.stop.reason != gtol) std::fprintf(stderr, "%s:\n", method.name.c_str());
        CHECK(out.stop.reason == gtol && out.stop.measured <= 1e-9);
        for (const double x : out.last_x) CHECK_NEAR(x, 1.0, 1e-7);
    }
    for (const Method& method : searching()) {
        const Watched counted(*valley);
        // Newton's direction descends where the Hessian is positive definite.
        const auto run = start(method, Vector(10, 0.9), Rate(1.0));
        const Outcome out = finish(*run, counted, options(5000, 1e-6));
        CHECK(out.stop.reason == gtol);
        CHECK(counted.calls == out.count.nfev && out.count.nfev >= out.iteration);
        for (std::size_t k = 1; k < out.f.size(); ++k) CHECK(out.f[k] < out.f[k - 1]);
    }
}

// The lecture: eta = 1.01 on x^2 + 3 y^2 - 1 leaves every bound, and the path tells how.
void divergence() {
    const auto f = landscape("Quadratic");
    for (const Method& method : methods()) {
        if (method.name != "gradient_descent" && method.name != "momentum") continue;
        const auto run = start(method, {1.0, 1.0}, Rate(1.01));
        const Outcome out = finish(*run, *f, options(100000));
        CHECK(out.stop.reason == Reason::diverged);
        CHECK(out.f.size() == static_cast<std::size_t>(out.iteration) + 1);
        CHECK(run->x()[0] == 1.0 && run->fun() == 3.0);  // the start was the best
    }
    const Deceptive nan(std::numeric_limits<double>::quiet_NaN());
    for (const Method& method : methods()) {
        const Outcome out = finish(*start(method, {1.0}, Rate(0.1)), nan, options(10));
        CHECK(out.stop.reason == Reason::diverged && out.iteration == 0);
    }
}

void no_step() {
    const Deceptive falling(1.0), rising(-1.0);
    for (const Method& method : searching()) {
        if (method.name == "newton") {
            const Outcome out = finish(*start(method, {1.0}, Rate(1.0)), falling, options(100));
            CHECK(out.stop.reason == Reason::singular && out.count.nhev == 1);
            continue;
        }
        // Told to go where the value rises: neither search finds a better point.
        Outcome out = finish(*start(method, {1.0}, Rate(1.0)), rising, options(1000));
        CHECK(out.stop.reason == Reason::line_search && out.iteration == 0);
        CHECK(out.count.nfev <= 101);
        // It falls for ever: the exact search gives up, the other takes its first step each time.
        out = finish(*start(method, {1.0}, Rate(1.0)), falling, options(1000));
        const bool exact = std::string(method.search) == "exact_line_search";
        CHECK(out.stop.reason == (exact ? Reason::line_search : max_iter));
        CHECK(out.count.nfev == (exact ? 101 : 1001));
    }
}

void newton() {
    const Method plain{"newton", {0.0}};
    const auto bowl = landscape("Quadratic"), saddle = landscape("Saddle");
    const auto run = start(plain, {5.0, -7.0}, Rate(1.0));
    Outcome out = finish(*run, *bowl, options(100, 1e-10));
    CHECK(out.iteration == 1 && out.stop.reason == gtol);
    CHECK_NEAR(out.last_x[0], 0.0, 1e-14);
    CHECK_NEAR(out.last_x[1], 0.0, 1e-14);
    CHECK(out.count.nfev == 2 && out.count.njev == 2 && out.count.nhev == 2);
    CHECK(out.state.integer_of("indefinite") == 0);

    out = finish(*start(plain, {5.0, -7.0}, Rate(1.0)), *saddle, options(100, 1e-10));
    CHECK_NEAR(out.last_x[0], 0.0, 1e-14);
    CHECK_NEAR(out.last_x[1], 0.0, 1e-14);
    CHECK(out.state.integer_of("indefinite") == 1);

    // (2 a + lambda) v = g: the distance shrinks by lambda / (2 a + lambda).
    out = finish(*start({"newton", {2.0}}, {8.0, 8.0}, Rate(1.0)), *bowl, options(1));
    CHECK_NEAR(out.last_x[0], 4.0, 1e-14);
    CHECK_NEAR(out.last_x[1], 2.0, 1e-14);
}

void levenberg_marquardt() {
    const Method method{"levenberg_marquardt", {0.5}};
    // D is the diagonal of the Hessian: the distance shrinks by lambda / (1 + lambda), whatever the
    // curvature; the gain is as predicted, so lambda becomes a third.
    const auto bowl = landscape("Quadratic");
    Outcome out = finish(*start(method, {3.0, -6.0}, Rate(1.0)), *bowl, options(1));
    CHECK_NEAR(out.last_x[0], 1.0, 1e-14);
    CHECK_NEAR(out.last_x[1], -2.0, 1e-14);
    out = finish(*start(method, {3.0, -6.0}, Rate(1.0)), *bowl, options(2));
    CHECK_NEAR(out.last_x[0], 1.0 / 7.0, 1e-14);
    out = finish(*start(method, {3.0, -6.0}, Rate(1.0)), *bowl, options(10000));
    CHECK(out.stop.reason == Reason::no_gain || out.stop.reason == gtol);

    const Deceptive falling(1.0), rising(-1.0);
    // Told to go where the value rises: each trial is shorter, until none is left.
    out = finish(*start(method, {1.0}, Rate(1.0)), rising, options(1000));
    CHECK(out.stop.reason == Reason::no_descent && out.stop.measured == 1.0);
    CHECK(out.iteration == 0 && out.last_x[0] == 1.0 && out.count.nfev < 20);
    out = finish(*start(method, {1.0}, Rate(1.0)), falling, options(30));
    CHECK(out.stop.reason == max_iter && out.count.nfev == 31);

    // From a maximum's neighbourhood, where Newton's step leads back to it.
    const auto hills = landscape("Himmelblau");
    out = finish(*start({"levenberg_marquardt", {1e-3}}, {-0.2, -0.9}, Rate(1.0)), *hills,
                 options(1000));
    for (std::size_t k = 1; k < out.f.size(); ++k) CHECK(out.f[k] < out.f[k - 1]);
    CHECK(out.last_f < 1e-20 && out.count.nfev > out.iteration + 1);
}

// Booth's function where y <= 2: (x - 3)^2 + (2 x - 3)^2 is least at x = 1.8.
void newton_on_a_bound() {
    const auto f = landscape("Booth");
    std::vector<Method> all{{"newton", {0.0}}, {"levenberg_marquardt", {1e-3}}};
    for (const Method& method : searching()) all.push_back(method);
    for (const Method& method : all) {
        const auto run =
            start(method, {0.0, 0.0}, Rate(1.0), 0.0, inf, 0, {{-10.0, -10.0}, {10.0, 2.0}});
        const Outcome out = finish(*run, *f, options(10000, 1e-6));
        CHECK(out.stop.reason == gtol);
        CHECK_NEAR(out.last_x[0], 1.8, 1e-6);
        CHECK(out.last_x[1] == 2.0);
    }
}

// A velocity that leads beyond a bound holds the point on it: that is no rest.
void velocity_at_a_bound() {
    const auto f = landscape("Quadratic");
    auto how = options(10000);
    std::get<ml4pa::stopping::StepTolerance>(how.rules).limit = 1e-9;
    const auto run =
        start({"momentum", {0.95}}, {5.0, 4.0}, Rate(0.1), 0.0, inf, 0, {{-0.5, -0.5}, {5.0, 5.0}});
    const Outcome out = finish(*run, *f, how);
    CHECK(out.stop.reason == xtol);
    CHECK_NEAR(out.last_x[0], 0.0, 1e-6);
    CHECK_NEAR(out.last_x[1], 0.0, 1e-6);
}

void bounds() {
    const Vector low{-1.0, 0.5, -3.0}, high{0.7, 0.5, inf};
    const auto f = landscape("Rosenbrock", 3);
    const Watched watched(*f, low, high);
    std::vector<Method> all = methods();
    for (const Method& method : searching()) all.push_back(method);
    for (const Method& method : all) {
        for (const double rate : {0.01, 1.0, 100.0}) {
            for (const double noise : {0.0, 10.0}) {
                const auto run =
                    start(method, {0.0, 0.5, 2.0}, Rate(rate), noise, inf, 1, {low, high});
                finish(*run, watched, options(500));
            }
        }
    }
    // Gradient descent ends where the projected gradient is zero, on the boundary.
    const auto run =
        start({"gradient_descent", {}}, {0.0, 0.5, 2.0}, Rate(0.02), 0.0, inf, 0, {low, high});
    const Outcome out = finish(*run, watched, options(100000, 1e-10));
    CHECK(out.stop.reason == gtol);
    CHECK_NEAR(run->x()[2], 0.25, 1e-8);
}

void budgets() {
    const auto f = landscape("Rosenbrock", 5);
    std::vector<Method> all = methods();
    for (const Method& method : searching()) all.push_back(method);
    for (const Method& method : all) {
        for (const int most : {1, 2, 17}) {
            const Watched counted(*f);
            ml4pa::Options how = options(1 << 30);
            std::get<ml4pa::stopping::MaxEvals>(how.rules).limit = -(most + 1.0);
            finish(*start(method, Vector(5, 0.5), Rate(1e-3)), counted, how);
            if (method.search == nullptr)
                CHECK(counted.calls == most);
            else if (counted.calls > most)
                std::fprintf(stderr, "%s, %s: %d evaluations of %d\n", method.name.c_str(),
                             method.search, static_cast<int>(counted.calls), most);
            CHECK(counted.calls <= most);
        }
    }
}

// ---- noise, clipping, listeners, large arrays ---------------------------------------------------

void noise_and_clip() {
    const auto f = landscape("Quadratic");
    for (const Method& method : methods()) {
        const auto last = [&](std::uint64_t key) {
            return finish(*start(method, {1.0, 1.0}, Rate(0.01), 0.3, 2.0, key), *f, options(50))
                .last_x;
        };
        CHECK(last(3) == last(3));
        CHECK(last(3) != last(4));
    }
    // One step of gradient descent: (2, 6) is scaled to length 1.
    const auto run = start({"gradient_descent", {}}, {1.0, 1.0}, Rate(1.0), 0.0, 1.0);
    const Outcome out = finish(*run, *f, options(1));
    CHECK_NEAR(out.last_x[0], 1.0 - 2.0 / std::sqrt(40.0), 1e-15);
    CHECK_NEAR(out.last_x[1], 1.0 - 6.0 / std::sqrt(40.0), 1e-15);
}

class Listener final : public ml4pa::Observer {
public:
    std::int64_t iterates = 0, polls = 0, until = std::numeric_limits<std::int64_t>::max();
    bool every = true;
    bool every_iterate() const override { return every; }
    bool iterate(const ml4pa::RunBase&, const ml4pa::Progress& p) override {
        CHECK(p.iteration == iterates);
        CHECK(std::isfinite(p.f));
        return ++iterates < until;
    }
    bool poll(const ml4pa::RunBase&, const ml4pa::Progress&) override {
        ++polls;
        return polls < until;
    }
};

void listeners() {
    const auto f = landscape("Beale");
    for (const Method& method : methods()) {
        const auto alone = start(method, {1.0, 1.0}, Rate(1e-3));
        const Outcome expected = finish(*alone, *f, options(100));
        Listener listener;
        const auto heard = start(method, {1.0, 1.0}, Rate(1e-3));
        CHECK(finish(*heard, *f, options(100), &listener).differs(expected).empty());
        CHECK(listener.iterates == 101);

        Listener impatient;
        impatient.until = 10;
        Outcome out = finish(*start(method, {1.0, 1.0}, Rate(1e-3)), *f, options(100), &impatient);
        CHECK(out.stop.reason == Reason::callback && impatient.iterates == 10);

        // What Ctrl-C does: a loop of 10^12 steps ends at the second poll, after some 40 ms.
        Listener interrupt;
        interrupt.every = false;
        interrupt.until = 2;
        ml4pa::Options endless = options(std::int64_t{1} << 40);
        endless.stride = 1 << 30;
        out = finish(*start(method, {1.0, 1.0}, Rate(1e-5)), *f, endless, &interrupt);
        CHECK(out.stop.reason == Reason::callback && interrupt.polls == 2);

        endless.max_time = 0.01;
        out = finish(*start(method, {1.0, 1.0}, Rate(1e-5)), *f, endless);
        CHECK(out.stop.reason == Reason::time_spent && out.stop.measured >= 0.01);
        CHECK(out.stop.measured < 1.0);
    }
}

// Vectors that the cache does not hold. On the sphere each coordinate goes by itself, so that it can
// be compared with a short run.
void large() {
    constexpr std::size_t period = 5;
    for (const Index extra : {0, 1, 8, 515}) {
        const Index n = (Index{1} << 18) + extra;
        Vector x0(static_cast<std::size_t>(n)), few(period);
        for (std::size_t i = 0; i < x0.size(); ++i) x0[i] = 1.0 + static_cast<double>(i % period);
        std::copy_n(x0.data(), period, few.data());
        const auto f = landscape("Sphere", n), g = landscape("Sphere", period);
        for (const Method& method : methods()) {
            if (wants_hessian(method)) continue;
            ml4pa::Options how = options(4);
            how.stride = 0;
            const auto long_run = start(method, x0, Rate(0.1));
            const auto short_run = start(method, few, Rate(0.1));
            const Outcome many = finish(*long_run, *f, how), some = finish(*short_run, *g, how);
            bool same = true;
            for (std::size_t i = 0; i < x0.size(); ++i)
                same &= many.last_x[i] == some.last_x[i % period] &&
                        long_run->x()[i] == short_run->x()[i % period];
            CHECK(same);
        }
    }
}

// ask, tell and note by hand are what the loop does.
void by_hand() {
    const auto f = landscape("Beale");
    for (const Method& method : methods()) {
        const auto mine = start(method, {1.0, 1.0}, Rate(0.01));
        const auto whole = start(method, {1.0, 1.0}, Rate(0.01));
        const Outcome expected = finish(*whole, *f, options(30));
        double value = 0.0, g[2], h[4];
        for (int k = 0; k <= 30; ++k) {
            value = f->value_and_gradient(mine->ask(), g);
            f->hessian(mine->ask(), h);
            CHECK(mine->accepts(value, g));
            CHECK(value == expected.f[static_cast<std::size_t>(k)]);
            if (k < 30) mine->tell(value, g, h);
        }
        mine->note(value);
        CHECK(snapshot(*mine).differs(expected.state).empty());
        const double own[] = {2.0, 0.25};
        mine->move(own);
        CHECK(mine->ask()[0] == own[0] && mine->ask()[1] == own[1]);
    }
    CHECK(ml4pa::make_run("nothing", nullptr, nullptr, GradientOptions{Rate(1.0)},
                          two_parameters.data(), 2, {}) == nullptr);
}

}  // namespace

int main() {
    small_equals_general();
    paths();
    goes_on();
    convergence();
    divergence();
    no_step();
    newton();
    levenberg_marquardt();
    newton_on_a_bound();
    velocity_at_a_bound();
    bounds();
    budgets();
    noise_and_clip();
    listeners();
    large();
    by_hand();
    return ml4pa::test::failures();
}

// Fleets: every row is the run that goes alone, bit for bit, for all methods on all small landscapes.
#include "ml4pa/fleet.hpp"

#include <bit>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "check.hpp"
#include "landscapes.hpp"
#include "ml4pa/factory.hpp"

namespace {

using ml4pa::Index;
using ml4pa::Rate;
using Vector = std::vector<double>;
using std::size_t;

constexpr Index m = 150;
constexpr double inf = std::numeric_limits<double>::infinity();

class Going final : public ml4pa::FleetObserver {
    bool poll(Index) override { return true; }
};

struct Case {
    std::string method;
    Vector fields;
    double eta;
};
const std::vector<Case> cases = {
    {"gradient_descent", {}, 0.01},
    {"momentum", {0.9}, 0.003},
    {"nesterov", {0.9}, 0.003},
    {"adagrad", {0.0, 1e-8}, 0.5},
    {"rmsprop", {0.9, 1e-3, 1e-8}, 0.01},
    {"adam", {0.9, 0.999, 1e-8, 0.0}, 0.1},
    {"adamw", {0.9, 0.999, 0.0, 1e-8, 0.01}, 0.1},
    {"newton", {0.1}, 1.0},
};

bool same(double a, double b) {
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (a != a && b != b);
}
bool same(const double* a, const double* b, Index n) {
    for (Index i = 0; i < n; ++i)
        if (!same(a[i], b[i])) return false;
    return true;
}

// Points within a window, and some far outside.
Vector starts(Index n) {
    Vector x(static_cast<size_t>(m * n));
    for (size_t i = 0; i < x.size(); ++i)
        x[i] = 6.0 * std::sin(1.7 * static_cast<double>(i) + 0.3) * (i % 23 == 0 ? 1e30 : 1.0);
    return x;
}

// `shared`: one method for all starts, else one each.
void rows_are_runs(const ml4pa::Objective& f, const Case& c, bool shared, const ml4pa::Rules& rules,
                   std::int64_t stride) {
    const Index n = f.n(), most = stride > 0 ? 256 : 0;
    const size_t k = c.fields.size();
    Vector fields;
    std::vector<Rate> rates;
    for (Index i = 0; i < (shared ? 1 : m); ++i) {
        for (const double field : c.fields)
            fields.push_back(field * (1.0 - 1e-4 * static_cast<double>(i)));
        rates.emplace_back(c.eta * (1.0 + 1e-3 * static_cast<double>(i)));
    }
    const Vector x0 = starts(n);
    const auto size = static_cast<size_t>(m);
    Vector x(x0.size()), jac(x0.size()), fun(size), measured(size), limit(size),
        hessian(size * static_cast<size_t>(n * n)), path_x(size * static_cast<size_t>(most * n)),
        path_f(size * static_cast<size_t>(most));
    std::vector<std::int64_t> nit(size), reason(size);
    std::vector<Index> filled(size);
    Going going;
    ml4pa::run_fleet(
        {&f, c.method, m, x0.data(), shared, fields.data(), rates, rules, inf, stride, 2},
        {x.data(), fun.data(), jac.data(), measured.data(), limit.data(), nit.data(), reason.data(),
         hessian.data(), path_x.data(), path_f.data(), filled.data(), most},
        going);
    for (Index i = 0; i < m; ++i) {
        const auto row = static_cast<size_t>(i), own = shared ? 0 : row;
        auto run = ml4pa::make_run(c.method, fields.data() + own * k, nullptr, {rates[own]},
                                   x0.data() + i * n, n, {});
        ml4pa::Options options;
        options.rules = rules;
        options.stride = stride;
        ml4pa::Path path(n, stride, 1.0);
        ml4pa::Progress progress;
        ml4pa::Observer observer;
        ml4pa::run_to_end(*run, f, options, path, progress, observer);
        CHECK(progress.iteration == nit[row] && progress.stop.reason == reason[row]);
        CHECK(same(progress.stop.measured, measured[row]) && same(progress.stop.limit, limit[row]));
        CHECK(same(run->x(), x.data() + i * n, n) && same(run->fun(), fun[row]));
        CHECK(same(progress.best_g.data(), jac.data() + i * n, n));
        if (stride == 0) continue;
        const Index rows = path.rows();
        CHECK(rows == filled[row]);
        const std::unique_ptr<double, decltype(&std::free)> points(path.release_x(), std::free);
        const std::unique_ptr<double, decltype(&std::free)> values(path.release_f(), std::free);
        CHECK(same(points.get(), path_x.data() + i * most * n, rows * n));
        CHECK(same(values.get(), path_f.data() + i * most, rows));
    }
}

}  // namespace

int main() {
    ml4pa::Rules plain;
    std::apply([](auto&... rule) { ((rule.limit = ml4pa::no_limit), ...); }, plain);
    std::get<ml4pa::stopping::GradientTolerance>(plain).limit = 1e-6;
    std::get<ml4pa::stopping::MaxIter>(plain).limit = -170;
    ml4pa::Rules all = plain;
    std::get<ml4pa::stopping::StepTolerance>(all).limit = 1e-4;
    std::get<ml4pa::stopping::ValueTolerance>(all).limit = 1e-7;
    std::get<ml4pa::stopping::Target>(all).limit = 0.1;
    std::get<ml4pa::stopping::MaxEvals>(all).limit = -150;
    int small = 0;
    for (const std::string& name : ml4pa::landscape_names()) {
        const Index n = ml4pa::test::dimension(name, 3);
        const auto f = ml4pa::make_objective(name, ml4pa::test::parameters.data(), n);
        if (!ml4pa::fleet_has(*f, "adam")) continue;
        ++small;
        for (const Case& c : cases)
            for (const bool shared : {true, false}) {
                rows_are_runs(*f, c, shared, plain, 0);
                rows_are_runs(*f, c, shared, all, shared ? 1 : 7);
            }
    }
    CHECK(small > 0);
    return ml4pa::test::failures();
}

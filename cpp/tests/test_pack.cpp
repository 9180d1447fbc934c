// Packs: each lane has the bits of the same arithmetic on one double.
#include "ml4pa/pack.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "check.hpp"

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
constexpr double numbers[] = {0.0,    -0.0,  1.0,   -1.0, 0.3,  -2.5,
                              1e-310, 710.0, 1e300, inf,  -inf, no_number};

bool same(double a, double b) {
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (a != a && b != b);
}

// f(a, b) with another number in each lane.
template <int W, class F>
void lanes_are_doubles(F f) {
    for (const double x : numbers)
        for (const double y : numbers) {
            ml4pa::Pack<W> a = 1.5, b = 0.5;
            a.v[W - 1] = x;
            b.v[W - 1] = y;
            const ml4pa::Pack<W> both = f(a, b);
            for (int i = 0; i < W; ++i) CHECK(same(both[i], f(a[i], b[i])));
        }
}

template <int W>
void all() {
    using std::cos, std::exp, std::fabs, std::log, std::max, std::min, std::sin, std::sqrt;
    lanes_are_doubles<W>([](auto a, auto b) { return a + b; });
    lanes_are_doubles<W>([](auto a, auto b) { return a - b; });
    lanes_are_doubles<W>([](auto a, auto b) { return a * b; });
    lanes_are_doubles<W>([](auto a, auto b) { return a / b; });
    lanes_are_doubles<W>([](auto a, auto b) { return a += b, a -= b, a *= b; });
    lanes_are_doubles<W>([](auto a, auto b) { return min(a, b); });
    lanes_are_doubles<W>([](auto a, auto b) { return max(a, b); });
    lanes_are_doubles<W>([](auto a, auto) { return fabs(a); });
    lanes_are_doubles<W>([](auto a, auto) { return sqrt(a); });
    lanes_are_doubles<W>([](auto a, auto) { return sin(a); });
    lanes_are_doubles<W>([](auto a, auto) { return cos(a); });
    lanes_are_doubles<W>([](auto a, auto) { return exp(a); });
    lanes_are_doubles<W>([](auto a, auto) { return log(a); });
}

}  // namespace

int main() {
    all<2>();
    all<ml4pa::register_width>();
    // What min and max make of NaN and of two zeros: the first of their arguments.
    CHECK(min(ml4pa::Pack<2>(1.0), no_number)[0] == 1.0 &&
          max(ml4pa::Pack<2>(1.0), no_number)[0] == 1.0);
    CHECK(same(min(ml4pa::Pack<2>(no_number), 1.0)[1], no_number) &&
          same(max(ml4pa::Pack<2>(no_number), 1.0)[1], no_number));
    CHECK(same(min(ml4pa::Pack<2>(0.0), -0.0)[0], 0.0));
    CHECK(same(max(ml4pa::Pack<2>(-0.0), 0.0)[0], -0.0));
    return ml4pa::test::failures();
}

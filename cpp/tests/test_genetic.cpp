// The genetic operators alone, and the algorithm over all of them: what they read and write is inside
// their arrays (the sanitizers look), what they draw follows its law.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <vector>

#include "check.hpp"
#include "ml4pa/factory.hpp"
#include "ml4pa/genetic/encodings/binary.hpp"
#include "ml4pa/genetic/ranking.hpp"
#include "ml4pa/genetic/registry.hpp"

using namespace ml4pa;
using genetic::Draws;

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

std::size_t at(Index i) { return static_cast<std::size_t>(i); }
bool is(std::string_view name, std::string_view other) { return name == other; }

// ---- crossovers ---------------------------------------------------------------------------------

struct Children {
    std::vector<double> c, d;
};

// Of parents of zeros and of ones.
Children cross(const genetic::CrossoverEntry& entry, Index length, Index number,
               std::array<double, 4> u) {
    const Draws draws{Key(5), 3};
    const std::vector<double> a(at(length), 0.0), b(at(length), 1.0);
    Children out{std::vector<double>(at(length), nan), std::vector<double>(at(length), nan)};
    std::vector<double> work(at(2 * length));
    std::vector<std::uint32_t> words(at(length / 16 + 4));
    entry.apply({draws, number, u.data(), a.data(), b.data(), out.c.data(), out.d.data(), length,
                 work.data(), words.data()});
    return out;
}

void crossovers_write_every_gene() {
    for (const auto& entry : genetic::crossovers)
        for (Index length = 1; length < 70; ++length)
            for (Index pair = 0; pair < 8; ++pair) {
                const double u = static_cast<double>(pair) / 8.0;
                const Children two = cross(entry, length, pair, {0.0, u, 1.0 - 1e-16, 0.0});
                for (Index j = 0; j < length; ++j) {
                    const double c = two.c[at(j)], d = two.d[at(j)];
                    CHECK(c >= -0.5 && c <= 1.5 + (is(entry.name, "sbx") ? 10.0 : 0.0));
                    if (!is(entry.name, "blend")) CHECK_NEAR(c + d, 1.0, 1e-15);
                }
            }
}

void tails_are_swapped_from_the_cut() {
    const Children one = cross(genetic::crossovers[0], 16, 0, {0.0, 4.5 / 15, 0.0, 0.0});
    const Children two = cross(genetic::crossovers[1], 16, 0, {0.0, 9.5 / 15, 4.5 / 15, 0.0});
    for (Index j = 0; j < 16; ++j) {
        CHECK(one.c[at(j)] == (j < 5 ? 0.0 : 1.0));
        CHECK(two.c[at(j)] == (j < 5 || j >= 10 ? 0.0 : 1.0));
    }
}

void genes_of_a_pair_are_drawn_apart() {
    double swapped = 0.0, moved = 0.0, mean = 0.0;
    constexpr Index pairs = 400, length = 50;
    for (Index pair = 0; pair < pairs; ++pair) {
        const Children uniform = cross(genetic::crossovers[2], length, pair, {});
        const Children blend = cross(genetic::crossovers[3], length, pair, {});
        const Children sbx = cross(genetic::crossovers[4], length, pair, {});
        for (Index j = 0; j < length; ++j) {
            swapped += uniform.c[at(j)];
            mean += blend.c[at(j)] + blend.d[at(j)];
            moved += sbx.c[at(j)] != 0.0 && sbx.c[at(j)] != 1.0;
        }
    }
    constexpr double genes = pairs * length;
    CHECK_NEAR(swapped / genes, 0.5, 4.0 * std::sqrt(0.25 / genes));
    CHECK_NEAR(moved / genes, 0.5, 4.0 * std::sqrt(0.25 / genes));
    CHECK_NEAR(mean / genes, 1.0, 4.0 * std::sqrt(2.0 * 4.0 / 12.0 / genes));
}

// ---- mutations ----------------------------------------------------------------------------------

void mutations_hit_genes_at_their_rate() {
    const std::vector<double> neurons{3.0, 1.0, 2.0};
    constexpr Index rows = 501, length = 6;
    const std::vector<double> scale(at(length), 0.5);
    for (const auto& entry : genetic::mutations)
        for (const double rate : {0.0, 1e-320, 1e-3, 0.25, 0.9, 1.0 - 1e-16, 1.0}) {
            double hits = 0.0;
            std::vector<double> by_column(at(length), 0.0);
            constexpr int times = 20;
            for (std::uint64_t t = 0; t < times; ++t) {
                const Draws draws{Key(9), t};
                std::vector<double> genes(at(rows * length), 1.0);
                entry.apply({draws, rate, scale.data(), neurons, genes.data(), rows, length, {}});
                for (Index k = 0; k < rows * length; ++k) {
                    CHECK(std::isfinite(genes[at(k)]));
                    hits += genes[at(k)] != 1.0;
                    by_column[at(k % length)] += genes[at(k)] != 1.0;
                    if (is(entry.name, "bit_flip"))
                        CHECK(genes[at(k)] * genes[at(k)] == genes[at(k)]);
                }
                if (is(entry.name, "bit_flip")) {  // what is flipped twice is as before
                    entry.apply(
                        {draws, rate, scale.data(), neurons, genes.data(), rows, length, {}});
                    for (const double bit : genes) CHECK(bit == 1.0);
                }
                if (is(entry.name, "nodal"))
                    for (Index i = 0; i < rows; ++i) {
                        const double* g = genes.data() + i * length;
                        CHECK((g[0] != 1.0) == (g[1] != 1.0) && (g[1] != 1.0) == (g[2] != 1.0));
                        CHECK((g[4] != 1.0) == (g[5] != 1.0));
                    }
            }
            constexpr double all = rows * length * times;
            CHECK_NEAR(hits / all, rate, 10.0 * std::sqrt(rate * (1.0 - rate) / all) + 1e-12);
            for (const double own : by_column)
                CHECK_NEAR(own * length / all, rate,
                           5.0 * std::sqrt(rate * (1.0 - rate) * length / all) + 1e-12);
        }
}

// Whatever is drawn at a time, they are those of all draws in a row.
void places_are_drawn_once() {
    constexpr Index size = 2000, most = 512;
    for (const double rate : {1e-3, 0.01, 0.03, 0.1})
        for (std::uint64_t t = 0; t < 1500; ++t) {
            const Draws draws{Key(4), t};
            std::vector<Index> found, expected;
            std::vector<double> u(at(most));
            genetic::Places places(draws, size, rate);
            Index some[genetic::Places::most];
            while (const Index count = places.next(some))
                found.insert(found.end(), some, some + count);
            const Key key = stream(stream(draws.key, genetic::places), detail::uniform_domain);
            genetic::draw_part<detail::Uniform>(key, t, 0, u.data(), most);
            double place = -1.0;
            for (const double v : u) {
                place += 1.0 + std::floor(detail::log_unit(1.0 - v) * (1.0 / std::log1p(-rate)));
                if (place >= size) break;
                expected.push_back(static_cast<Index>(place));
            }
            CHECK(found == expected);
        }
}

// And a step of its own: none is drawn twice.
void each_gene_has_its_own_scale() {
    constexpr Index rows = 8000, length = 3;
    const std::vector<double> scale{0.0, 1.0, 5.0}, neurons{3.0};
    for (const auto& entry : genetic::mutations)
        for (const double rate : {0.5, 1.0}) {
            if (is(entry.name, "bit_flip")) continue;
            const Draws draws{Key(2), 0};
            std::vector<double> genes(at(rows * length), 2.0), steps;
            entry.apply({draws, rate, scale.data(), neurons, genes.data(), rows, length, {}});
            const double unit = is(entry.name, "multiplicative") ? 2.0 : 1.0;
            for (Index j = 0; j < length; ++j) {
                double square = 0.0;
                for (Index i = 0; i < rows; ++i) {
                    const double step = genes[at(i * length + j)] - 2.0;
                    square += step * step / rate;
                    if (j == 1 && step != 0.0) steps.push_back(step);
                }
                const double expected = unit * scale[at(j)];
                CHECK_NEAR(std::sqrt(square / rows), expected, 0.06 * expected);
            }
            std::sort(steps.begin(), steps.end());
            const auto distinct = std::unique(steps.begin(), steps.end()) - steps.begin();
            CHECK(distinct > static_cast<Index>(steps.size()) - 10 && distinct > 3000);
        }
}

// ---- selections and ranking ---------------------------------------------------------------------

std::vector<double> shares(const genetic::SelectionEntry& entry, std::vector<double> values) {
    constexpr Index count = 100'000;
    const Draws draws{Key(3), 8};
    const auto size = static_cast<Index>(values.size());
    std::vector<Index> places(at(count));
    std::vector<double> u(at(2 * count)), edges(values.size()), out(values.size());
    entry.apply({draws, values.data(), size, places.data(), count, u.data(), edges.data()});
    for (const Index place : places) {
        CHECK(place >= 0 && place < size);
        out[at(place)] += 1.0 / count;
    }
    return out;
}

void parents_are_drawn_with_their_probabilities() {
    const std::vector<double> values{-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0};
    for (const auto& entry : genetic::selections) {
        const std::vector<double> found = shares(entry, values);
        for (Index k = 0; k < 7; ++k) {
            const auto place = static_cast<double>(k);
            const double p = is(entry.name, "tournament") ? (13.0 - 2.0 * place) / 49.0
                             : is(entry.name, "rank")     ? (7.0 - place) / 28.0
                             : is(entry.name, "roulette") ? (6.0 - place) / 21.0
                                                          : (k < 4 ? 0.25 : 0.0);
            CHECK_NEAR(found[at(k)], p, 4.5 * std::sqrt(p * (1.0 - p) / 100'000) + 1e-12);
        }
    }
}

void values_that_are_no_numbers() {
    const std::vector<std::vector<double>> rows{
        {1.0, nan},
        {nan, nan, nan},
        {-infinity, 0.0, infinity, nan},
        {infinity, nan},
        {0.0, 0.0, 0.0},
        {-1.7e308, 0.0, 1.7e308},
        {1.0, 2.0, infinity, infinity, nan, nan},
        {5.0},
    };
    for (const auto& entry : genetic::selections)
        for (const auto& values : rows) {
            const std::vector<double> found = shares(entry, values);
            if (is(entry.name, "roulette") && values[0] < infinity)
                for (std::size_t k = 0; k < values.size(); ++k)
                    CHECK(values[k] < infinity || found[k] == 0.0);
        }
}

void a_ranking_is_that_of_rank_values() {
    const double menu[] = {0.0, -0.0, 1.0, -1.0, infinity, -infinity, nan, -nan, 5e-324, 1.0};
    for (Index size = 1; size < 300; size += size < 20 ? 1 : 37) {
        std::vector<double> values;
        for (Index i = 0; i < size; ++i) values.push_back(menu[i * i * 7 % 10]);
        std::vector<Index> order(at(size), -1), expected(at(size));
        genetic::Ranking ranking(size);
        ranking(values.data(), size, order.data());
        rank_values(values.data(), size, expected.data());
        CHECK(order == expected);
    }
}

// Many values are sorted in blocks and merged; whoever waits may look up meanwhile.
void many_values_are_ranked_as_a_stable_sort_does() {
    const double menu[] = {0.5, -0.0, nan, 3.0, infinity, -infinity, 0.0};
    for (const Index size : {4096, 4097, 8192, 12345, 50001}) {
        std::vector<double> values;
        for (Index i = 0; i < size; ++i)
            values.push_back(i % 5 == 0 ? menu[i % 7] : static_cast<double>(i * 7919 % 1013));
        std::vector<Index> order(at(size), -1), expected(at(size));
        std::iota(expected.begin(), expected.end(), Index{0});
        std::stable_sort(expected.begin(), expected.end(), [&](Index a, Index b) {
            const double x = values[at(a)], y = values[at(b)];
            return x < y || (!std::isnan(x) && std::isnan(y));
        });
        LookUp look_up;
        int looks = 0;
        look_up.set([&] { ++looks; });
        rank_values(values.data(), size, order.data(), look_up);
        CHECK(order == expected);
        CHECK((looks > 0) == (size > 10000));
    }
}

// ---- bits ---------------------------------------------------------------------------------------

void bits_come_back() {
    for (const int bits : {1, 5, 31, 32}) {
        Bounds bounds;
        bounds.low = {-3.0, 2.0, 0.0};
        bounds.high = {5.0, 2.0, 1e-300};  // the second cannot move
        const genetic::Binary code(bounds, bits);
        std::vector<double> genes(at(code.length())), again(genes);
        for (int step = 0; step <= 20; ++step) {
            const double s = step / 20.0;
            const std::array<double, 3> x{-3.0 + 8.0 * s, 2.0, 1e-300 * s};
            std::array<double, 3> y{};
            code.encode(x.data(), genes.data());
            code.decode(genes.data(), y.data());
            code.encode(y.data(), again.data());
            CHECK(genes == again && y[1] == 2.0);
            CHECK(std::fabs(y[0] - x[0]) <= 4.0 / (std::ldexp(1.0, bits) - 1.0) + 1e-15);
        }
    }
}

// ---- the algorithm ------------------------------------------------------------------------------

Parameters given(std::string_view mutation, std::string_view crossover, std::string_view selection,
                 Index size, Index elite) {
    Parameters p;
    p.words = {{"mutation", std::string(mutation)}, {"selection", std::string(selection)}};
    p.words["encoding"] = is(mutation, "bit_flip") ? "binary" : "real";
    if (!crossover.empty()) p.words["crossover"] = std::string(crossover);
    p.numbers = {{"population_size", {static_cast<double>(size)}},
                 {"elite", {static_cast<double>(elite)}},
                 {"crossover_rate", {0.9}},
                 {"bits", {7.0}}};
    if (is(mutation, "nodal")) p.numbers["model"] = {2.0, 1.0};
    return p;
}

// Generations told to two runs: they ask for the same, within the bounds, and the second one is a
// copy that is made anew from what the first keeps.
void goes_through(const Parameters& parameters, Index n) {
    Bounds bounds;
    bounds.low.assign(at(n), -2.0);
    bounds.high.assign(at(n), 3.0);
    const std::vector<double> x0(at(n), 1.0);
    const auto a = make_population_run("genetic_algorithm", parameters, 7, x0.data(), n, bounds);
    const auto b = make_population_run("genetic_algorithm", parameters, 7, x0.data(), n, bounds);
    double best = infinity;
    for (int t = 0; t < 6; ++t) {
        const Index rows = a->rows();
        const double* X = a->population();
        CHECK(std::memcmp(X, b->population(), at(rows * n) * sizeof(double)) == 0);
        std::vector<double> values(at(rows));
        for (Index i = 0; i < rows; ++i) {
            for (Index j = 0; j < n; ++j) CHECK(X[i * n + j] >= -2.0 && X[i * n + j] <= 3.0);
            values[at(i)] = t == 2 ? nan : i % 5 == 3 ? infinity : X[i * n] + 0.1 * t;
            best = std::min(best, values[at(i)]);
        }
        const std::vector<double> own(X, X + rows * n);  // the caller's: copied, not taken
        b->tell(own.data(), values.data());
        a->tell(X, values.data());
        CHECK(a->fun() == best);
    }
}

void every_operator_in_a_run() {
    for (const auto& mutation : genetic::mutations)
        for (const auto& selection : genetic::selections)
            for (const std::string_view crossover :
                 {"", "single_point", "two_point", "uniform", "blend", "sbx"}) {
                const bool of_bits = !is(crossover, "blend") && !is(crossover, "sbx");
                if (is(mutation.name, "bit_flip") && !of_bits) continue;
                for (const Index size : {2, 3, 40})
                    for (const Index elite : {Index{0}, Index{1}, size})
                        goes_through(given(mutation.name, crossover, selection.name, size, elite),
                                     3);
            }
    for (const Index n : {1, 17, 129})
        for (const std::string_view crossover : {"single_point", "two_point", "uniform", "sbx"})
            goes_through(given("multiplicative", crossover, "tournament", 9, 2), n);
}

// A large generation asks after some 100 microseconds of work, whatever part of it takes the time.
void large_generations_look_up() {
    constexpr Index n = 100, size = 1000;
    int looks = 0;
    const auto looks_of = [&](const auto& work) {
        looks = 0;
        work();
        return looks;
    };
    LookUp look_up;
    look_up.set([&] { ++looks; });
    const std::vector<double> scale(at(n), 1.0), neurons{n};
    for (const auto& entry : genetic::mutations)
        for (const double rate : {0.5, 1.0}) {
            std::vector<double> genes(at(10 * size * n), 1.0);
            const Draws draws{Key(2), 0};
            CHECK(looks_of([&] {
                      entry.apply({draws, rate, scale.data(), neurons, genes.data(), 10 * size, n,
                                   look_up});
                  }) >= (is(entry.name, "bit_flip") && rate == 1.0 ? 3 : 15));
        }
    Bounds bounds;
    bounds.low.assign(at(n), -2.0);
    bounds.high.assign(at(n), 3.0);
    Parameters bits = given("bit_flip", "uniform", "tournament", size, 1);
    bits.numbers["mutation_rate"] = {1e-6};
    bits.numbers["bits"] = {30.0};
    const std::vector<double> x0(at(n), 1.0);
    const auto run = make_population_run("genetic_algorithm", bits, 7, x0.data(), n, bounds);
    run->set_look_up([&] { ++looks; });
    // The box: 5 a number; encoding and decoding: 2 a gene.
    CHECK(looks_of([&] { run->population(); }) >= (5 + 2 * 30) * size * n / LookUp::turn - 1);
    const std::vector<double> values(at(size), 1.0);
    run->tell(run->population(), values.data());
    // Encoding, crossing and decoding: 1, 2 and 1 a gene.
    CHECK(looks_of([&] { run->population(); }) >= 4 * size * 30 * n / LookUp::turn - 1);
}

}  // namespace

int main() {
    crossovers_write_every_gene();
    tails_are_swapped_from_the_cut();
    genes_of_a_pair_are_drawn_apart();
    mutations_hit_genes_at_their_rate();
    places_are_drawn_once();
    each_gene_has_its_own_scale();
    parents_are_drawn_with_their_probabilities();
    values_that_are_no_numbers();
    a_ranking_is_that_of_rank_values();
    many_values_are_ranked_as_a_stable_sort_does();
    bits_come_back();
    every_operator_in_a_run();
    large_generations_look_up();
    return test::failures();
}

#include "ml4pa/random.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

#include "check.hpp"

namespace {

using ml4pa::Index;
using ml4pa::Key;

constexpr std::uint64_t iteration = (std::uint64_t{1} << 40) + 3;  // uses both halves
const Key key(0x0123456789abcdef);

using Draw = void (*)(Key, std::uint64_t, std::uint32_t, double*, Index);
using DrawRows = void (*)(Key, std::uint64_t, std::uint32_t, Index, double*, Index);

// The three philox4x32 10 lines of Random123's tests/kat_vectors.
void known_answers() {
    struct Row {
        std::uint32_t counter[4];
        std::uint64_t key;
        std::uint32_t expected[4];
    };
    const Row rows[] = {
        {{0, 0, 0, 0}, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         0xffffffffffffffff,
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         0x299f31d0a4093822,
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (const Row& row : rows) {
        std::uint32_t out[4];
        ml4pa::philox(Key(row.key), row.counter, out);
        for (int j = 0; j < 4; ++j) CHECK(out[j] == row.expected[j]);
    }
}

// Fixed for good, so that a seed means the same in every version; tests/test_random.py has the
// same numbers.
void frozen_streams() {
    double z[4];
    ml4pa::normals(key, iteration, 5, z, 4);
    CHECK(z[0] == 0x1.a3a595c505ccdp-1);
    CHECK(z[1] == -0x1.c534fb7d18757p+0);
    CHECK(z[2] == 0x1.e3b21fcc98a02p-1);
    CHECK(z[3] == -0x1.56c40b5fbc43dp-1);
    ml4pa::uniforms(key, iteration, 5, z, 4);
    CHECK(z[0] == 0x1.c9429c3c278d8p-1);
    CHECK(z[1] == 0x1.7c662ed4a5000p-13);
    CHECK(z[2] == 0x1.d75c5c8a176dcp-1);
    CHECK(z[3] == 0x1.e3419c1684b4fp-1);
    std::uint32_t w[5];
    ml4pa::words(key, iteration, 5, w, 5);
    CHECK(w[0] == 0x08741f45);
    CHECK(w[1] == 0xee63e1be);
    CHECK(w[2] == 0x1fb02406);
    CHECK(w[3] == 0x2f025ccc);
    CHECK(w[4] == 0x56be952a);
}

// The draws for n are the first n of any longer row; nothing is written behind them.
void prefix(Draw draw) {
    constexpr Index longest = 300;
    std::vector<double> all(longest);
    draw(key, iteration, 7, all.data(), longest);
    for (Index n = 0; n < longest; ++n) {
        std::vector<double> out(static_cast<std::size_t>(n) + 3, -99.0);
        draw(key, iteration, 7, out.data(), n);
        bool same = true;
        for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) same &= out[i] == all[i];
        CHECK(same);
        for (std::size_t i = static_cast<std::size_t>(n); i < out.size(); ++i) {
            CHECK(out[i] == -99.0);
        }
    }
}

// A matrix drawn at once, row by row and in reverse order is the same matrix.
void rows(Draw draw, DrawRows draw_rows) {
    for (const Index n : {0, 1, 2, 3, 5, 10, 63, 64, 65, 127, 128, 129, 131, 257}) {
        for (const Index m : {0, 1, 2, 7, 64, 100}) {
            const std::uint32_t first = 0xfffffff0;  // row numbers wrap
            const auto size = static_cast<std::size_t>(m * n);
            std::vector<double> whole(size + 3, -99.0), single(size + 3, -99.0);
            draw_rows(key, iteration, first, m, whole.data(), n);
            for (Index i = m - 1; i >= 0; --i) {
                std::vector<double> row(static_cast<std::size_t>(n));
                draw(key, iteration, first + static_cast<std::uint32_t>(i), row.data(), n);
                for (std::size_t j = 0; j < row.size(); ++j) {
                    single[static_cast<std::size_t>(i * n) + j] = row[j];
                }
            }
            CHECK(whole == single);
        }
    }
}

// Each part of the counter, and the purpose, changes the draws.
void streams_differ() {
    double a, b;
    ml4pa::normals(key, iteration, 7, &a, 1);
    ml4pa::normals(key, iteration, 8, &b, 1);
    CHECK(a != b);
    ml4pa::normals(key, iteration + 1, 7, &b, 1);
    CHECK(a != b);
    ml4pa::normals(key, iteration + (std::uint64_t{1} << 32), 7, &b, 1);
    CHECK(a != b);
    ml4pa::normals(ml4pa::stream(key, 1), iteration, 7, &b, 1);
    CHECK(a != b);
    ml4pa::normals(Key(0x0123456789abcdee), iteration, 7, &b, 1);
    CHECK(a != b);
}

// Against the C library (good to 1 ulp = 2.3e-16 relative): log_unit has relative error < 4e-16,
// sincos_turns < 2e-16. The library's argument 2 pi u, |2 pi u| <= pi/4, is itself rounded
// (1.2e-16 absolute), hence 4e-16 for the angle; quarter turns are exact.
void functions() {
    std::vector<double> u(20000);
    ml4pa::uniforms(key, 0, 0, u.data(), static_cast<Index>(u.size()));
    constexpr double two_pi = 6.283185307179586;
    for (const double x : u) {
        const double v = 1.0 - x;  // in (0, 1]
        CHECK_NEAR(ml4pa::detail::log_unit(v), std::log(v), 7e-16 * std::fabs(std::log(v)));
        const auto turn = ml4pa::detail::sincos_turns(x / 8.0);
        CHECK_NEAR(turn.sin, std::sin(two_pi * x / 8.0), 4e-16);
        CHECK_NEAR(turn.cos, std::cos(two_pi * x / 8.0), 4e-16);
        const auto whole = ml4pa::detail::sincos_turns(x);
        CHECK_NEAR(whole.sin * whole.sin + whole.cos * whole.cos, 1.0, 1e-15);
    }
    for (int e = 0; e <= 53; ++e) {  // the smallest u1 is 2^-53
        const double v = std::ldexp(1.0, -e);
        CHECK_NEAR(ml4pa::detail::log_unit(v), std::log(v), 7e-16 * std::fabs(std::log(v)));
    }
    const double expected[5][2] = {{0, 1}, {1, 0}, {0, -1}, {-1, 0}, {0, 1}};
    for (int q = 0; q <= 4; ++q) {
        const auto turn = ml4pa::detail::sincos_turns(0.25 * q);
        CHECK(turn.sin == expected[q][0]);
        CHECK(turn.cos == expected[q][1]);
    }
}

// 10^6 draws: the mean has standard deviation 1e-3, the mean square sqrt(2) 1e-3; five of them.
void moments() {
    std::vector<double> z(1000000);
    ml4pa::normals_rows(key, 0, 0, 1000, z.data(), 1000);
    double sum = 0.0, squares = 0.0;
    for (const double x : z) {
        sum += x;
        squares += x * x;
    }
    CHECK_NEAR(sum / 1e6, 0.0, 5e-3);
    CHECK_NEAR(squares / 1e6, 1.0, 7.1e-3);
}

}  // namespace

int main() {
    known_answers();
    frozen_streams();
    prefix(ml4pa::normals);
    prefix(ml4pa::uniforms);
    rows(ml4pa::normals, ml4pa::normals_rows);
    rows(ml4pa::uniforms, ml4pa::uniforms_rows);
    streams_differ();
    functions();
    moments();
    return ml4pa::test::failures();
}

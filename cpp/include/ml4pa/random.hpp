// Counter-based random numbers: a draw is a function of (key, iteration, individual, coordinate)
// and of nothing else, so that neither threads nor the order of calls can change it.
//
// Words: Philox4x32-10, J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random
// numbers: as easy as 1, 2, 3", SC'11 (2011), doi:10.1145/2063384.2063405.
// Normals: G. E. P. Box, M. E. Muller, Ann. Math. Statist. 29 (1958) 610.
//
// ml4pa/random.py computes the same bits: logarithm, sine and cosine are polynomials here, made
// of + - * / sqrt and bit moves alone, in the same order there. Compile with -ffp-contract=off
// (else the bits differ) and -fno-math-errno (else GCC does not vectorise the square root).
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>  // memcpy: the bits of a double

#include "ml4pa/objective.hpp"

namespace ml4pa {

struct Key {
    std::uint32_t k0, k1;

    explicit constexpr Key(std::uint64_t key)
        : k0(static_cast<std::uint32_t>(key)), k1(static_cast<std::uint32_t>(key >> 32)) {}
};

// Different purposes need different streams: a domain word is xored into the key's high word.
// Domain 0 is the key itself; small numbers are free for the caller.
constexpr Key stream(Key key, std::uint32_t domain) {
    key.k1 ^= domain;
    return key;
}

namespace detail {

// The normals take domain 0.
constexpr std::uint32_t uniform_domain = 0x756e6966;  // "unif"
constexpr std::uint32_t word_domain = 0x776f7264;     // "word"

constexpr Index lanes = 64;  // counters computed side by side

// One Philox word while it is being computed. AVX-512 multiplies 64-bit integers, so there a word
// sits in 64 bits (the upper half is rubbish, masked before use) and is never shuffled: 0.9 against
// 1.7 ns a normal. Without that instruction 32 bits are faster: 3.2 against 3.6 ns (AVX2).
#ifdef __AVX512DQ__
using Lane = std::uint64_t;
#else
using Lane = std::uint32_t;
#endif

// Salmon et al., section 3.3 and table 2: ten rounds of
//   x0', x1', x2', x3' = hi(M1 x2) ^ x1 ^ k0, lo(M1 x2), hi(M0 x0) ^ x3 ^ k1, lo(M0 x0),
// the key raised by (W0, W1) after each.
template <class L>
inline void philox_rounds(Key key, L& x0, L& x1, L& x2, L& x3) {
    constexpr std::uint64_t low = 0xffffffff;
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t p0 = (x0 & low) * 0xd2511f53;
        const std::uint64_t p1 = (x2 & low) * 0xcd9e8d57;
        x0 = static_cast<L>(p1 >> 32) ^ x1 ^ key.k0;
        x1 = static_cast<L>(p1);
        x2 = static_cast<L>(p0 >> 32) ^ x3 ^ key.k1;
        x3 = static_cast<L>(p0);
        key.k0 += 0x9e3779b9;
        key.k1 += 0xbb67ae85;
    }
}

struct Counters64 {
    alignas(64) std::uint32_t block[lanes];
    alignas(64) std::uint32_t individual[lanes];
};

struct Words64 {
    alignas(64) std::uint32_t x0[lanes], x1[lanes], x2[lanes], x3[lanes];
};

inline void philox_lanes(Key key, std::uint64_t iteration, const Counters64& counter, Index count,
                         Words64& words) {
    for (Index i = 0; i < count; ++i) {
        Lane x0 = counter.block[i];
        Lane x1 = counter.individual[i];
        Lane x2 = static_cast<std::uint32_t>(iteration);
        Lane x3 = static_cast<std::uint32_t>(iteration >> 32);
        philox_rounds(key, x0, x1, x2, x3);
        words.x0[i] = static_cast<std::uint32_t>(x0);
        words.x1[i] = static_cast<std::uint32_t>(x1);
        words.x2[i] = static_cast<std::uint32_t>(x2);
        words.x3[i] = static_cast<std::uint32_t>(x3);
    }
}

inline std::uint64_t bits_of(double x) {
    std::uint64_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    return bits;
}

inline double double_of(std::uint64_t bits) {
    double x;
    std::memcpy(&x, &bits, sizeof x);
    return x;
}

// The upper 27 bits of `high` and the upper 26 of `low` as an integer in [0, 2^53), exactly.
// Both parts fit an int32, whose conversion to double every instruction set has in vector form.
inline double integer53(std::uint32_t low, std::uint32_t high) {
    return static_cast<double>(static_cast<std::int32_t>(high >> 5)) * 0x1p26 +
           static_cast<double>(static_cast<std::int32_t>(low >> 6));
}

// ln u for a normal u in (0, 1]. With u = 2^e m, m in [sqrt(1/2), sqrt(2)) and
// s = (m - 1)/(m + 1):  ln u = e ln 2 + 2 s + s z P(z),  z = s^2 <= 0.0295, where P replaces the
// tail 2/3 + 2 z/5 + 2 z^2/7 + ... of the series of 2 artanh(s) (minimax, relative error 1.3e-18).
// ln 2 is split so that e times its upper part is exact. Rounding: relative error < 4e-16.
inline double log_unit(double u) {
    constexpr std::uint64_t sqrt_half = 0x3fe6a09e667f3bcd;  // bits of sqrt(1/2)
    constexpr std::uint64_t one = 0x3ff0000000000000;        // bits of 1
    const std::uint64_t shifted = bits_of(u) + (one - sqrt_half);
    // 2^52 + (e + 1023) as bits, less 2^52 + 1023: a conversion without a conversion instruction.
    const double e = double_of((shifted >> 52) | 0x4330000000000000) - 4503599627371519.0;
    const double m = double_of((shifted & 0xfffffffffffff) + sqrt_half);
    const double s = (m - 1.0) / (m + 1.0);
    const double z = s * s;
    double p = 0.14795949478483014;
    p = p * z + 0.15314050623490777;
    p = p * z + 0.1818356432081692;
    p = p * z + 0.22222198573351978;
    p = p * z + 0.2857142874238511;
    p = p * z + 0.3999999999941469;
    p = p * z + 0.6666666666666734;
    return e * 0.6931471803691238 + (2.0 * s + (s * z * p + e * 1.9082149292705877e-10));
}

struct SinCos {
    double sin, cos;
};

// sin(2 pi u) and cos(2 pi u), u in [0, 1]. With q the integer nearest 4 u and x = u - q/4 in
// [-1/8, 1/8], exact:  sin(2 pi x) = 2 pi x + x y S(y),  cos(2 pi x) = 1 + y C(y),  y = x^2
// (minimax, errors 3.5e-18 relative and 3.3e-20), then turned by q quarters.
// Rounding: error < 2e-16.
inline SinCos sincos_turns(double u) {
    const double shifted = 4.0 * u + 0x1p52;  // rounds to an integer, which lands in the low bits
    const std::uint64_t q = bits_of(shifted);
    const double x = u - 0.25 * (shifted - 0x1p52);
    const double y = x * x;
    double s = 3.7813663887292344;
    s = s * y - 15.093829321762184;
    s = s * y + 42.05868550673689;
    s = s * y - 76.70585970878454;
    s = s * y + 81.60524927596823;
    s = s * y - 41.34170224039968;
    s = 6.283185307179586 * x + x * y * s;
    double c = -1.6970200787178533;
    c = c * y + 7.903101637915091;
    c = c * y - 26.4262511404277;
    c = c * y + 60.24464133161166;
    c = c * y - 85.45681720654005;
    c = c * y + 64.93939402266801;
    c = c * y - 19.739208802178716;
    c = 1.0 + y * c;
    // q mod 4 = 0, 1, 2, 3: (sin, cos) = (s, c), (c, -s), (-s, -c), (-c, s). Bit moves, no branch.
    const std::uint64_t sin_bits = bits_of(s);
    const std::uint64_t cos_bits = bits_of(c);
    const std::uint64_t swap = (sin_bits ^ cos_bits) & (0 - (q & 1));
    return {double_of(sin_bits ^ swap ^ ((q & 2) << 62)),
            double_of(cos_bits ^ swap ^ (((q + 1) & 2) << 62))};
}

// Two normals a counter: sqrt(-2 ln u1) times cos and sin of 2 pi u2, u1 in (0, 1], u2 in [0, 1).
struct BoxMuller {
    static void apply(const Words64& words, Index count, double* out) {
        for (Index i = 0; i < count; ++i) {
            const double u1 = (integer53(words.x0[i], words.x1[i]) + 1.0) * 0x1p-53;
            const double u2 = integer53(words.x2[i], words.x3[i]) * 0x1p-53;
            const double radius = std::sqrt(-2.0 * log_unit(u1));
            const SinCos turn = sincos_turns(u2);
            out[2 * i] = radius * turn.cos;
            out[2 * i + 1] = radius * turn.sin;
        }
    }
};

struct Uniform {
    static void apply(const Words64& words, Index count, double* out) {
        for (Index i = 0; i < count; ++i) {
            out[2 * i] = integer53(words.x0[i], words.x1[i]) * 0x1p-53;
            out[2 * i + 1] = integer53(words.x2[i], words.x3[i]) * 0x1p-53;
        }
    }
};

// Counters (block, individual) of the next `count` lanes, row after row of `blocks` blocks each;
// lanes up to `padded` are computed and thrown away. (block, row) moves on.
inline void fill_counters(Index blocks, Index count, Index padded, Index& block, std::uint32_t& row,
                          Counters64& counter) {
    if (block + count <= blocks) {  // within one row: whole vectors
        for (Index i = 0; i < padded; ++i) {
            counter.block[i] = static_cast<std::uint32_t>(block + i);
            counter.individual[i] = row;
        }
        block += count;
        if (block == blocks) {
            block = 0;
            ++row;
        }
        return;
    }
    for (Index i = 0; i < count; ++i) {
        counter.block[i] = static_cast<std::uint32_t>(block);
        counter.individual[i] = row;
        if (++block == blocks) {
            block = 0;
            ++row;
        }
    }
    for (Index i = count; i < padded; ++i) counter.block[i] = counter.individual[i] = 0;
}

// Block b of row r gives out[r n + 2 b] and, where that is inside the row, out[r n + 2 b + 1]. The
// rows are one sequence of counters, 64 at a time, so that short rows fill the lanes as well.
template <class Transform>
inline void draw_rows(Key key, std::uint64_t iteration, std::uint32_t first, Index m, double* out,
                      Index n) {
    const Index blocks = (n + 1) / 2;  // of one row
    const Index total = m * blocks;
    const bool odd = n % 2 != 0;  // then the last block of a row gives one draw only
    std::uint32_t row = first;
    Index block = 0;
    Counters64 counter;
    Words64 words;
    alignas(64) double draws[2 * lanes];
    for (Index start = 0; start < total; start += lanes) {
        const Index count = total - start < lanes ? total - start : lanes;
        // Whole vectors only: a scalar tail would cost more than the lanes thrown away.
        const Index padded = (count + 7) & ~Index{7};
        Index b = block;
        fill_counters(blocks, count, padded, block, row, counter);
        philox_lanes(key, iteration, counter, padded, words);
        Transform::apply(words, padded, draws);
        if (!odd || b + count <= blocks) {
            const Index drawn = 2 * count - (odd && block == 0 ? 1 : 0);
            for (Index i = 0; i < drawn; ++i) out[i] = draws[i];
            out += drawn;
        } else {
            for (Index i = 0; i < count; ++i) {
                *out++ = draws[2 * i];
                if (++b == blocks) {
                    b = 0;
                } else {
                    *out++ = draws[2 * i + 1];
                }
            }
        }
    }
}

}  // namespace detail

// Philox4x32-10 of one counter.
inline void philox(Key key, const std::uint32_t (&counter)[4], std::uint32_t (&out)[4]) {
    for (int j = 0; j < 4; ++j) out[j] = counter[j];
    detail::philox_rounds(key, out[0], out[1], out[2], out[3]);
}

// Standard normals for coordinates 0 .. n-1 of one individual. Counter b = (b, individual,
// iteration low, iteration high) gives coordinates 2b and 2b+1, so the draws for n are the first n
// of those for any larger n (n <= 2^33).
inline void normals(Key key, std::uint64_t iteration, std::uint32_t individual, double* out,
                    Index n) {
    detail::draw_rows<detail::BoxMuller>(key, iteration, individual, 1, out, n);
}

// Row i of out (m x n) is normals(key, iteration, first + i, ., n). It fills the lanes
// across rows: at n = 2 a normal costs 3 ns instead of 36 (AVX-512).
inline void normals_rows(Key key, std::uint64_t iteration, std::uint32_t first, Index m,
                         double* out, Index n) {
    detail::draw_rows<detail::BoxMuller>(key, iteration, first, m, out, n);
}

// The same for uniforms in [0, 1), multiples of 2^-53, from a stream of their own.
inline void uniforms(Key key, std::uint64_t iteration, std::uint32_t individual, double* out,
                     Index n) {
    detail::draw_rows<detail::Uniform>(stream(key, detail::uniform_domain), iteration, individual,
                                       1, out, n);
}

inline void uniforms_rows(Key key, std::uint64_t iteration, std::uint32_t first, Index m,
                          double* out, Index n) {
    detail::draw_rows<detail::Uniform>(stream(key, detail::uniform_domain), iteration, first, m,
                                       out, n);
}

// n random words of 32 bits, four a counter, from a stream of their own.
inline void words(Key key, std::uint64_t iteration, std::uint32_t individual, std::uint32_t* out,
                  Index n) {
    key = stream(key, detail::word_domain);
    for (Index i = 0; i < n; i += 4) {
        const std::uint32_t counter[4] = {static_cast<std::uint32_t>(i / 4), individual,
                                          static_cast<std::uint32_t>(iteration),
                                          static_cast<std::uint32_t>(iteration >> 32)};
        std::uint32_t block[4];
        philox(key, counter, block);
        for (Index j = 0; j < 4 && i + j < n; ++j) out[i + j] = block[j];
    }
}

}  // namespace ml4pa

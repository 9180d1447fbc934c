// Several doubles side by side, with the arithmetic of one: what a kernel written for a scalar T
// computes for each of them, bit for bit. (GCC's and Clang's vector extension.)
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "ml4pa/register.hpp"

#ifdef __SSE2__
#include <immintrin.h>
#endif

namespace ml4pa {

template <int W>
struct VectorOf;
template <>
struct VectorOf<2> {
    typedef double type __attribute__((vector_size(16)));
};
template <>
struct VectorOf<4> {
    typedef double type __attribute__((vector_size(32)));
};
template <>
struct VectorOf<8> {
    typedef double type __attribute__((vector_size(64)));
};

template <int W>
struct Pack {
    using Vector = typename VectorOf<W>::type;
    Vector v;

    Pack() : v{} {}
    Pack(Vector u) : v(u) {}
    Pack(double a) : v(a - Vector{}) {}  // a + 0 would make 0 of -0

    static Pack load(const double* from) {
        Pack p;
        std::memcpy(&p.v, from, sizeof p.v);
        return p;
    }

    double operator[](int i) const { return v[i]; }

    friend Pack operator+(Pack a, Pack b) { return a.v + b.v; }
    friend Pack operator-(Pack a, Pack b) { return a.v - b.v; }
    friend Pack operator*(Pack a, Pack b) { return a.v * b.v; }
    friend Pack operator/(Pack a, Pack b) { return a.v / b.v; }
    friend Pack operator-(Pack a) { return -a.v; }
    Pack& operator+=(Pack b) { return v += b.v, *this; }
    Pack& operator-=(Pack b) { return v -= b.v, *this; }
    Pack& operator*=(Pack b) { return v *= b.v, *this; }

    // As std::min and std::max: a where either is NaN, and of two zeros. NumPy's minimum and maximum
    // are NaN where either is; np.where(b < a, b, a) and np.where(a < b, b, a) are these.
    friend Pack min(Pack a, Pack b) { return b.v < a.v ? b.v : a.v; }
    friend Pack max(Pack a, Pack b) { return a.v < b.v ? b.v : a.v; }

    // As np.abs: the sign alone changes, and NaN stays NaN.
    friend Pack fabs(Pack a) {
        typedef std::uint64_t Bits __attribute__((vector_size(8 * W)));
        return reinterpret_cast<Vector>(reinterpret_cast<Bits>(a.v) & ~(std::uint64_t{1} << 63));
    }

    // libm's, one number at a time. As in NumPy, whose last bit may differ: NaN of NaN, and of what
    // has no value; log(0) = -inf, and exp overflows to inf.
    friend Pack sin(Pack a) {
        return each(a, [](double x) { return std::sin(x); });
    }
    friend Pack cos(Pack a) {
        return each(a, [](double x) { return std::cos(x); });
    }
    friend Pack exp(Pack a) {
        return each(a, [](double x) { return std::exp(x); });
    }
    friend Pack log(Pack a) {
        return each(a, [](double x) { return std::log(x); });
    }

    friend Pack sqrt(Pack a) {
#ifdef __SSE2__
        // GCC makes it of the loop only where it may join scalars, which it may not in small.hpp.
        if constexpr (W == 2) return Vector(_mm_sqrt_pd(a.v));
#endif
        for (int i = 0; i < W; ++i) a.v[i] = std::sqrt(a.v[i]);
        return a;
    }

private:
    template <class F>
    static Pack each(Pack a, F f) {
        for (int i = 0; i < W; ++i) a.v[i] = f(a.v[i]);
        return a;
    }
};

// The pack that fills a register.
inline constexpr int register_width = static_cast<int>(register_bytes / sizeof(double));
using RegisterPack = Pack<register_width>;

// 2a + b, in one operation where there is one: doubling is exact, so the bits are those of two,
// unless 2a overflows and b takes it back.
template <int W>
inline Pack<W> twice_plus(Pack<W> a, Pack<W> b) {
#ifdef __FMA__
    using Vector = typename Pack<W>::Vector;
    const Vector two = 2.0 + Vector{};
    if constexpr (W == 2) return Vector(_mm_fmadd_pd(two, a.v, b.v));
    if constexpr (W == 4) return Vector(_mm256_fmadd_pd(two, a.v, b.v));
#ifdef __AVX512F__
    if constexpr (W == 8) return Vector(_mm512_fmadd_pd(two, a.v, b.v));
#endif
#endif
    return 2.0 * a.v + b.v;
}

}  // namespace ml4pa

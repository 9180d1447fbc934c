// exp, log(1 + x) and tanh out of + - * / and bit moves alone, so that a loop over them becomes
// vectors, with the same bits on every instruction set. NaN gives NaN.
//
// Each is reduced as in J.-M. Muller, Elementary Functions (2016), chapter 11, to a polynomial on
// a short interval, which interpolates at Chebyshev nodes; its error is given beside it.
#pragma once

#include <cstdint>
#include <cstring>  // memcpy: the bits of a number

namespace ml4pa {

template <class T>
struct Float;

template <>
struct Float<double> {
    using Bits = std::uint64_t;
    static constexpr int mantissa = 52;
    static constexpr Bits bias = 1023;
    static constexpr double round = 0x1.8p52;  // adding it leaves an integer in the low bits
    static constexpr double least = -708.0;    // the exponential of less than this is taken as 0
    static constexpr double ln2_high = 0x1.62e42fefa0000p-1, ln2_low = 0x1.cf79abc9e3b39p-40;
    // (e^r - 1 - r)/r^2 on |r| <= ln(2)/2: 1.3e-17 of e^r
    static constexpr double exp[] = {2.510038549551032e-08,  2.7620088445409746e-07,
                                     2.7557268459997064e-06, 2.4801521295954376e-05,
                                     0.00019841269863053618, 0.0013888888917213717,
                                     0.008333333333330062,   0.04166666666662413,
                                     0.16666666666666669,    0.5};
    // (2 artanh(s) - 2 s)/(s z), z = s^2 <= 1/9: 7e-18 of the logarithm
    static constexpr double log[] = {0.1616404561194353,  0.08800738486144674, 0.12001072809590713,
                                     0.13314144209654935, 0.15385570064958623, 0.18181789436132859,
                                     0.22222222717427864, 0.2857142856710876,  0.40000000000014585,
                                     0.6666666666666666};
};

template <>
struct Float<float> {
    using Bits = std::uint32_t;
    static constexpr int mantissa = 23;
    static constexpr Bits bias = 127;
    static constexpr float round = 0x1.8p23f;
    static constexpr float least = -87.0f;
    static constexpr float ln2_high = 0x1.62e400p-1f, ln2_low = 0x1.7f7d1cp-20f;
    // 8e-9 and 4e-10, as above
    static constexpr float exp[] = {0.0013926184f, 0.008363179f, 0.041666556f, 0.16666577f, 0.5f};
    static constexpr float log[] = {0.23224330f, 0.21706575f, 0.28592358f, 0.39999706f,
                                    0.66666667f};
};

template <class T, int k>
inline T horner(const T (&c)[k], T x) {
    T p = c[0];
#pragma GCC unroll 16
    for (int i = 1; i < k; ++i) p = p * x + c[i];
    return p;
}

// e^x = 2^k (1 + q): x = k ln 2 + r, q = e^r - 1.
template <class T>
struct Power {
    T q, two_k;
};

// For x <= 0.
template <class T>
inline Power<T> power(T x) {
    using F = Float<T>;
    using Bits = typename F::Bits;
    x = x < F::least ? F::least : x;  // false for NaN
    const T shifted = x * T(1.4426950408889634) + F::round;
    const T k = shifted - F::round;
    const T r = (x - k * F::ln2_high) - k * F::ln2_low;
    Bits bits;
    std::memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + F::bias) << F::mantissa;
    T two_k;
    std::memcpy(&two_k, &bits, sizeof two_k);
    return {r + (r * r) * horner(F::exp, r), two_k};
}

// e^x, x <= 0
template <class T>
inline T exp_negative(T x) {
    const Power<T> p = power(x);
    const T e = p.two_k + p.two_k * p.q;
    return x < Float<T>::least ? T{} : e;
}

// e^x - 1, x <= 0
template <class T>
inline T expm1_negative(T x) {
    const Power<T> p = power(x);
    return p.two_k * p.q + (p.two_k - T(1));
}

// ln(1 + e), e in [0, 1]: 2 artanh(s), s = e/(2 + e).
template <class T>
inline T log1p_unit(T e) {
    const T s = e / (T(2) + e);
    const T z = s * s;
    return T(2) * s + (s * z) * horner(Float<T>::log, z);
}

template <class T>
inline T absolute(T x) {
    return x < T{} ? -x : x;
}

// tanh |x| = -E/(2 + E), E = e^(-2|x|) - 1
template <class T>
inline T tanh(T x) {
    const T e = expm1_negative(T(-2) * absolute(x));
    const T t = e / (T(2) + e);
    return x < T{} ? t : -t;
}

// 1/(1 + e^-x), from e^-|x|, which cannot overflow.
template <class T>
inline T sigmoid(T x) {
    const T e = exp_negative(-absolute(x));
    const T q = T(1) / (T(1) + e);
    return x >= T{} ? q : e * q;
}

}  // namespace ml4pa

// tanh, 1/(1 + e^-x) and ln(1 + e^-x) out of + - * / and bit moves alone, so that a loop over them
// becomes vectors, with the same bits on every instruction set. NaN gives NaN.
//
// Each is reduced as in J.-M. Muller, Elementary Functions (2016), chapter 11, to a polynomial or a
// ratio of two on a short interval, which interpolates at Chebyshev nodes; its error is given beside
// it.
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
    static constexpr double most = 708.0;      // e^-x of more than this is taken as 0
    static constexpr double one = 20.0;        // tanh of more than this is 1
    static constexpr double half_ln2 = 0x1.62e42fefa39efp-2;
    static constexpr double half_ln2_high = 0x1.62e42fefa0000p-2,
                            half_ln2_low = 0x1.cf79abc9e3b39p-41;
    // tanh(r)/r = over/under, polynomials in r^2, on |r| <= ln(2)/4: 2e-17
    static constexpr double over[] = {0.0010575592524237915, 0.11110147886040408, 1.0};
    static constexpr double under[] = {0.01586916331769181, 0.44443481219373676, 1.0};
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
    static constexpr float most = 87.0f;
    static constexpr float one = 10.0f;
    static constexpr float half_ln2 = 0x1.62e430p-2f;
    static constexpr float half_ln2_high = 0x1.62e400p-2f, half_ln2_low = 0x1.7f7d1cp-21f;
    // 2e-9 and 4e-10, as above
    static constexpr float over[] = {0.06660951f, 1.0f};
    static constexpr float under[] = {0.39994277f, 1.0f};
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

// The same by pairs of terms, pairs of pairs, ...: three steps that wait for each other where Horner's
// scheme has nine.
template <class T, int k>
inline T estrin(const T (&c)[k], T x) {
    if constexpr (k == 1) {
        return c[0];
    } else {
        constexpr int odd = k % 2, half = (k + 1) / 2;
        T pairs[half] = {c[0]};
#pragma GCC unroll 16
        for (int i = odd; i < half; ++i) pairs[i] = c[2 * i - odd] * x + c[2 * i - odd + 1];
        return estrin(pairs, x * x);
    }
}

template <class T>
inline T absolute(T x) {
    return x < T{} ? -x : x;
}

// a = k ln(2)/2 + r, a >= 0: then e^-2a = m (1 - h)/(1 + h), where m = 2^-k and h = tanh r = p/q.
template <class T>
struct Reduced {
    T m, p, q;
};

// Where k > 2, the product is rounded: of no consequence beside 1, but for the digits of m itself.
template <bool precise, class T>
inline Reduced<T> reduce(T a) {
    using F = Float<T>;
    using Bits = typename F::Bits;
    const T shifted = F::round - a * T(2.8853900817779268);
    const T k = shifted - F::round;  // -k
    const T r = precise ? (a + k * F::half_ln2_high) + k * F::half_ln2_low : a + k * F::half_ln2;
    Bits bits;
    std::memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + F::bias) << F::mantissa;
    T m;
    std::memcpy(&m, &bits, sizeof m);
    const T z = r * r;
    return {m, r * horner(F::over, z), horner(F::under, z)};
}

// By the theorem of addition, from tanh(k ln(2)/2) = (1 - m)/(1 + m) and tanh r.
template <class T>
inline T tanh(T x) {
    using Bits = typename Float<T>::Bits;
    Bits bits;
    std::memcpy(&bits, &x, sizeof bits);
    const Bits sign = bits & (Bits{1} << (8 * sizeof bits - 1));
    bits ^= sign;
    T a;
    std::memcpy(&a, &bits, sizeof a);
    a = a > Float<T>::one ? Float<T>::one : a;  // false for NaN
    const Reduced<T> e = reduce<false>(a);
    const T less = T(1) - e.m, more = T(1) + e.m;
    const T t = (less * e.q + more * e.p) / (more * e.q + less * e.p);
    std::memcpy(&bits, &t, sizeof bits);
    bits |= sign;
    std::memcpy(&a, &bits, sizeof a);
    return a;
}

// e^-|x| = v/u: both are between 0 and 2, and u is not small.
template <class T>
struct Odds {
    T u, v;
};

template <class T>
inline Odds<T> odds(T x) {
    constexpr T most = Float<T>::most;
    const T a = absolute(x);
    const Reduced<T> e = reduce<true>(T(0.5) * (a > most ? most : a));
    return {e.q + e.p, a > most ? T{} : e.m * (e.q - e.p)};
}

// 1/(1 + e^-|x|), and 1 minus that: the two values of a sigmoid at x and -x.
template <class T>
struct Chances {
    T large, small;

    explicit Chances(T small) : large(T(1) - small), small(small) {}
    T at(T x) const { return x >= T{} ? large : small; }  // 1/(1 + e^-x)
};

template <class T>
inline Chances<T> chances(T x) {
    const Odds<T> e = odds(x);
    return Chances<T>(e.v / (e.u + e.v));
}

// The same with ln(1 + e^-|x|) = 2 artanh(s), s = v/(2 u + v). Two quotients by one division.
template <class T>
struct Likelihood {
    Chances<T> chance;
    T log;
};

template <class T>
inline Likelihood<T> likelihood(const Odds<T>& e) {
    const T sum = e.u + e.v, more = e.u + sum;
    const T q = e.v / (sum * more), s = q * sum;
    const T z = s * s;
    return {Chances<T>(q * more), T(2) * s + (s * z) * estrin(Float<T>::log, z)};
}

}  // namespace ml4pa

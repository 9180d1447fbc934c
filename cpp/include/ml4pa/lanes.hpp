// Eight numbers side by side: one vector of AVX-512, two of AVX2, four of SSE2; the arithmetic, and so
// the result, is the same in all. (GCC's and Clang's vector extension. Of a vector that is wider than
// its registers GCC makes single numbers, so wider ones are made of halves here.)
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include "ml4pa/memory.hpp"
#include "ml4pa/objective.hpp"
#include "ml4pa/register.hpp"

namespace ml4pa {

inline constexpr Index lanes = 8;

// f(0), ..., f(count - 1), written out: so the arrays that f indexes become registers.
template <int count, class F>
inline void each(F f) {
    [&]<int... i>(std::integer_sequence<int, i...>) {
        (f(std::integral_constant<int, i>{}), ...);
    }(std::make_integer_sequence<int, count>{});
}

namespace detail {

// Two halves of a pack, with the same operations. A number stands for a pack of equal ones.
template <class V>
struct Pair {
    V low, high;

    Pair& operator+=(const Pair& b) { return *this = *this + b; }
    Pair& operator*=(const Pair& b) { return *this = *this * b; }
    auto operator[](Index i) const {
        constexpr Index half = sizeof(V) / sizeof(low[0]);
        return i < half ? low[i] : high[i - half];
    }
};

#define ML4PA_OPERATOR(op)                                           \
    template <class V>                                               \
    inline Pair<V> operator op(const Pair<V>& a, const Pair<V>& b) { \
        return {a.low op b.low, a.high op b.high};                   \
    }                                                                \
    template <class V, class T>                                      \
        requires std::is_arithmetic_v<T>                             \
    inline Pair<V> operator op(const Pair<V>& a, T b) {              \
        return {a.low op b, a.high op b};                            \
    }                                                                \
    template <class V, class T>                                      \
        requires std::is_arithmetic_v<T>                             \
    inline Pair<V> operator op(T a, const Pair<V>& b) {              \
        return {a op b.low, a op b.high};                            \
    }
ML4PA_OPERATOR(+)
ML4PA_OPERATOR(-)
ML4PA_OPERATOR(*)
ML4PA_OPERATOR(/)
#undef ML4PA_OPERATOR

template <class T, Index count, bool fits>
struct GroupOf {
    using type =
        Pair<typename GroupOf<T, count / 2, count / 2 * sizeof(T) <= register_bytes>::type>;
};
template <class T, Index count>
struct GroupOf<T, count, true> {
    typedef T type __attribute__((vector_size(count * sizeof(T))));
};

}  // namespace detail

template <class T, Index count>
using Group = typename detail::GroupOf<T, count, count * sizeof(T) <= register_bytes>::type;
template <class T>
using Lanes = Group<T, lanes>;

// A pack half by half: GCC copies one of two registers through the stack, where it then stays.
template <class V, class T>
inline V load_as(const T* from) {
    V v;
    if constexpr (requires { v.low; })
        v = {load_as<decltype(v.low)>(from),
             load_as<decltype(v.high)>(from + sizeof v.low / sizeof *from)};
    else
        std::memcpy(&v, from, sizeof v);
    return v;
}

template <class T>
inline Lanes<T> load(const T* from) {
    return load_as<Lanes<T>>(from);
}

template <class T, class V>
inline void store(T* to, const V& v) {
    if constexpr (requires { v.low; }) {
        store(to, v.low);
        store(to + sizeof v.low / sizeof *to, v.high);
    } else {
        std::memcpy(to, &v, sizeof v);
    }
}

template <class V, class T>
inline V broadcast_as(T a) {
    return a - V{};  // a + 0 would be an addition: it turns -0 into 0
}

template <class T>
inline Lanes<T> broadcast(T a) {
    return broadcast_as<Lanes<T>>(a);
}

// The sum of the lanes, in the order of linalg.hpp.
template <class T>
inline T sum_of(const Lanes<T>& v) {
    return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

namespace detail {

// Those of the elements of a and of b, counted through, which stand in these places.
template <int... places, class V>
inline V shuffled(V a, V b) {
#if defined(__clang__) || __GNUC__ >= 12
    return __builtin_shufflevector(a, b, places...);
#else
    using Place =
        std::conditional_t<sizeof(V) == 8 * sizeof...(places), std::int64_t, std::int32_t>;
    typedef Place Places __attribute__((vector_size(sizeof(V))));
    return __builtin_shuffle(a, b, Places{places...});
#endif
}

// AVX exchanges numbers within halves of 16 bytes more easily than across them, and below AVX-512 there
// are no others of two vectors: so the orders below depend on the size of a number.

template <class V>
inline void transpose_four(V (&r)[4]) {
    V a[4];
    if constexpr (sizeof(V) == 16) {
        for (int i = 0; i < 4; i += 2) {  // rows i, i + 1, number by number
            a[i] = shuffled<0, 4, 1, 5>(r[i], r[i + 1]);
            a[i + 1] = shuffled<2, 6, 3, 7>(r[i], r[i + 1]);
        }
        for (int k = 0; k < 2; ++k) {
            r[2 * k] = shuffled<0, 1, 4, 5>(a[k], a[k + 2]);
            r[2 * k + 1] = shuffled<2, 3, 6, 7>(a[k], a[k + 2]);
        }
    } else {
        for (int i = 0; i < 4; i += 2) {
            a[i] = shuffled<0, 4, 2, 6>(r[i], r[i + 1]);
            a[i + 1] = shuffled<1, 5, 3, 7>(r[i], r[i + 1]);
        }
        for (int k = 0; k < 2; ++k) {
            r[k] = shuffled<0, 1, 4, 5>(a[k], a[k + 2]);
            r[k + 2] = shuffled<2, 3, 6, 7>(a[k], a[k + 2]);
        }
    }
}

template <class V>
inline void transpose_eight(V (&r)[8]) {
    V a[8], b[8];
    if constexpr (sizeof(V) == 32) {
        for (int i = 0; i < 8; i += 2) {  // pairs of rows, number by number
            a[i] = shuffled<0, 8, 1, 9, 4, 12, 5, 13>(r[i], r[i + 1]);
            a[i + 1] = shuffled<2, 10, 3, 11, 6, 14, 7, 15>(r[i], r[i + 1]);
        }
        for (int i = 0; i < 8; i += 4)  // fours, two by two
            for (int k = 0; k < 2; ++k) {
                b[i + 2 * k] = shuffled<0, 1, 8, 9, 4, 5, 12, 13>(a[i + k], a[i + k + 2]);
                b[i + 2 * k + 1] = shuffled<2, 3, 10, 11, 6, 7, 14, 15>(a[i + k], a[i + k + 2]);
            }
    } else {
        for (int i = 0; i < 8; i += 2) {  // pairs of rows, number by number
            a[i] = shuffled<0, 8, 2, 10, 4, 12, 6, 14>(r[i], r[i + 1]);
            a[i + 1] = shuffled<1, 9, 3, 11, 5, 13, 7, 15>(r[i], r[i + 1]);
        }
        for (int i = 0; i < 8; i += 4)  // fours, two by two
            for (int k = 0; k < 2; ++k) {
                b[i + k] = shuffled<0, 1, 8, 9, 4, 5, 12, 13>(a[i + k], a[i + k + 2]);
                b[i + k + 2] = shuffled<2, 3, 10, 11, 6, 7, 14, 15>(a[i + k], a[i + k + 2]);
            }
    }
    for (int k = 0; k < 4; ++k) {  // eights, four by four
        r[k] = shuffled<0, 1, 2, 3, 8, 9, 10, 11>(b[k], b[k + 4]);
        r[k + 4] = shuffled<4, 5, 6, 7, 12, 13, 14, 15>(b[k], b[k + 4]);
    }
}

// The sum of each of n packs, halves first: until they have n numbers, a register's.
template <int n, class V>
inline auto fold(const V* s) {
    if constexpr (requires(V v) { v.low; }) {
        decltype(s->low) h[n];
        each<n>([&](auto i) { h[i] = s[i].low + s[i].high; });
        return fold<n>(h);
    } else if constexpr (n == 8 && sizeof(V) == 32) {
        V a[4], b[2];
        for (int k = 0; k < 4; ++k)
            a[k] = shuffled<0, 1, 2, 3, 8, 9, 10, 11>(s[k], s[k + 4]) +
                   shuffled<4, 5, 6, 7, 12, 13, 14, 15>(s[k], s[k + 4]);
        for (int k = 0; k < 2; ++k)
            b[k] = shuffled<0, 1, 8, 9, 4, 5, 12, 13>(a[2 * k], a[2 * k + 1]) +
                   shuffled<2, 3, 10, 11, 6, 7, 14, 15>(a[2 * k], a[2 * k + 1]);
        return shuffled<0, 2, 8, 10, 4, 6, 12, 14>(b[0], b[1]) +
               shuffled<1, 3, 9, 11, 5, 7, 13, 15>(b[0], b[1]);
    } else if constexpr (n == 4 && sizeof(V) == 32) {
        V b[2];
        for (int k = 0; k < 2; ++k)
            b[k] = shuffled<0, 1, 4, 5>(s[k], s[k + 2]) + shuffled<2, 3, 6, 7>(s[k], s[k + 2]);
        return shuffled<0, 4, 2, 6>(b[0], b[1]) + shuffled<1, 5, 3, 7>(b[0], b[1]);
    } else if constexpr (n == 8) {
        V a[4], b[2];
        for (int k = 0; k < 4; ++k)
            a[k] = shuffled<0, 1, 2, 3, 8, 9, 10, 11>(s[2 * k], s[2 * k + 1]) +
                   shuffled<4, 5, 6, 7, 12, 13, 14, 15>(s[2 * k], s[2 * k + 1]);
        for (int k = 0; k < 2; ++k)
            b[k] = shuffled<0, 1, 4, 5, 8, 9, 12, 13>(a[2 * k], a[2 * k + 1]) +
                   shuffled<2, 3, 6, 7, 10, 11, 14, 15>(a[2 * k], a[2 * k + 1]);
        return shuffled<0, 2, 4, 6, 8, 10, 12, 14>(b[0], b[1]) +
               shuffled<1, 3, 5, 7, 9, 11, 13, 15>(b[0], b[1]);
    } else if constexpr (n == 4) {
        V b[2];
        for (int k = 0; k < 2; ++k)
            b[k] = shuffled<0, 1, 4, 5>(s[2 * k], s[2 * k + 1]) +
                   shuffled<2, 3, 6, 7>(s[2 * k], s[2 * k + 1]);
        return shuffled<0, 2, 4, 6>(b[0], b[1]) + shuffled<1, 3, 5, 7>(b[0], b[1]);
    } else {
        return shuffled<0, 2>(s[0], s[1]) + shuffled<1, 3>(s[0], s[1]);
    }
}

// The four quarters of a square, each turned, two of them exchanged.
template <int n, class V>
inline void turn(V (&r)[n]) {
    if constexpr (requires(V v) { v.low; }) {
        using Half = decltype(r[0].low);
        Half a[n / 2], b[n / 2], c[n / 2], d[n / 2];
        each<n / 2>([&](auto i) {
            a[i] = r[i].low;
            b[i] = r[i].high;
            c[i] = r[i + n / 2].low;
            d[i] = r[i + n / 2].high;
        });
        turn<n / 2>(a);
        turn<n / 2>(b);
        turn<n / 2>(c);
        turn<n / 2>(d);
        each<n / 2>([&](auto i) {
            r[i] = {a[i], c[i]};
            r[i + n / 2] = {b[i], d[i]};
        });
    } else if constexpr (n == 8) {
        transpose_eight(r);
    } else if constexpr (n == 4) {
        transpose_four(r);
    } else {
        const V a = r[0];
        r[0] = shuffled<0, 2>(a, r[1]);
        r[1] = shuffled<1, 3>(a, r[1]);
    }
}

}  // namespace detail

// The numbers of a pack that fit into a register: so many sums fill one.
template <class T>
inline constexpr int width =
    static_cast<int>(sizeof(Lanes<T>) < register_bytes ? sizeof(Lanes<T>) : register_bytes) /
    static_cast<int>(sizeof(T));

// sum_of for each of so many, stored. The sums of eight at once would not fit into the registers.
template <class T>
inline void store_sums(T* to, const Lanes<T> (&s)[width<T>]) {
    store(to, detail::fold<width<T>>(s));
}

// a_k, b_k, a_(k+1), b_(k+1), ...: four of each, from k = 0 or 4 on.
template <Index k, class T>
inline Lanes<T> interleaved(const Lanes<T>& a, const Lanes<T>& b) {
    if constexpr (requires { a.low; }) {
        const auto &x = k ? a.high : a.low, &y = k ? b.high : b.low;
        const T z[lanes] = {x[0], y[0], x[1], y[1], x[2], y[2], x[3], y[3]};
        return load(z);
    } else {
        return detail::shuffled<k, k + 8, k + 1, k + 9, k + 2, k + 10, k + 3, k + 11>(a, b);
    }
}

// Rows become columns: r[i][j] and r[j][i] change places.
template <class T>
inline void transpose(Lanes<T> (&r)[lanes]) {
    detail::turn<lanes>(r);
}

}  // namespace ml4pa

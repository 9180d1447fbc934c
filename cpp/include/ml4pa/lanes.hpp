// Eight numbers side by side. The compiler makes of them what the instruction set has: one vector
// of AVX-512, two of AVX2, four of SSE2; the arithmetic, and so the result, is the same in all.
// (GCC's and Clang's vector extension.)
#pragma once

#include <cstring>

#include "ml4pa/memory.hpp"
#include "ml4pa/objective.hpp"

namespace ml4pa {

inline constexpr Index lanes = 8;

template <class T>
struct LanesOf {
    typedef T type __attribute__((vector_size(lanes * sizeof(T))));
};
template <class T>
using Lanes = typename LanesOf<T>::type;

template <class T>
inline Lanes<T> load(const T* from) {
    Lanes<T> v;
    std::memcpy(&v, from, sizeof v);
    return v;
}

template <class T>
inline void store(T* to, Lanes<T> v) {
    std::memcpy(to, &v, sizeof v);
}

template <class T>
inline Lanes<T> broadcast(T a) {
    return a - Lanes<T>{};  // a + 0 would be an addition: it turns -0 into 0
}

// The sum of the lanes, in the order of linalg.hpp.
template <class T>
inline T sum_of(Lanes<T> v) {
    return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

// Rows become columns: r[i][j] and r[j][i] change places.
template <class T>
inline void transpose(Lanes<T> (&r)[lanes]) {
    Lanes<T> a[lanes], b[lanes];
    for (int i = 0; i < 8; i += 2) {  // pairs of rows, number by number
        a[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        a[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (int i = 0; i < 8; i += 4)  // fours, two by two
        for (int k = 0; k < 2; ++k) {
            b[i + k] = __builtin_shufflevector(a[i + k], a[i + k + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            b[i + k + 2] =
                __builtin_shufflevector(a[i + k], a[i + k + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    for (int k = 0; k < 4; ++k) {  // eights, four by four
        r[k] = __builtin_shufflevector(b[k], b[k + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        r[k + 4] = __builtin_shufflevector(b[k], b[k + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

}  // namespace ml4pa

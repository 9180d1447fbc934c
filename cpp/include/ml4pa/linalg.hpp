// Reductions in a fixed order: eight partial sums, added pairwise at the end. The order does not
// depend on the instruction set, so that every machine computes the same bits, and the eight
// chains hide the latency of the addition.
#pragma once

#include <cmath>

#include "ml4pa/objective.hpp"

namespace ml4pa {

// term(0) + term(1) + ... + term(n - 1)
template <class T, class Term>
inline T sum(Index n, Term term) {
    T s[8] = {T{}, T{}, T{}, T{}, T{}, T{}, T{}, T{}};
    Index i = 0;
    for (; i + 8 <= n; i += 8)
        for (Index k = 0; k < 8; ++k) s[k] += term(i + k);
    for (Index k = 0; i + k < n; ++k) s[k] += term(i + k);
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

inline double dot(const double* a, const double* b, Index n) {
    return sum<double>(n, [=](Index i) { return a[i] * b[i]; });
}

inline double norm2(const double* a, Index n) { return std::sqrt(dot(a, a, n)); }

}  // namespace ml4pa

// A number of each of several lanes: a pack as wide as a register, and what the kernels of fleets ask
// of it besides.
#pragma once

#include "ml4pa/pack.hpp"

namespace ml4pa {

namespace fleet {

inline constexpr int width = register_width;
using Lane = RegisterPack;

inline void store(double* to, double a) { *to = a; }
inline void store(double* to, Lane a) { std::memcpy(to, &a.v, sizeof a.v); }

template <class T>
T load(const double* from) {
    if constexpr (sizeof(T) == sizeof(double))
        return *from;
    else
        return T::load(from);
}

}  // namespace fleet

template <int W>
inline auto operator<(Pack<W> a, Pack<W> b) {
    return a.v < b.v;
}
template <class Condition, int W>
inline Pack<W> select(Condition c, Pack<W> a, Pack<W> b) {
    return c ? a.v : b.v;
}

// The larger of |a| and |b|; NaN at most where one of them is.
inline double max_magnitude(double a, double b) {
    return std::fabs(a) < std::fabs(b) ? std::fabs(b) : std::fabs(a);
}
template <int W>
inline Pack<W> max_magnitude(Pack<W> a, Pack<W> b) {
#ifdef __AVX512DQ__
    if constexpr (W == 8) return __builtin_ia32_rangepd512_mask(a.v, b.v, 0b1011, a.v, -1, 4);
#endif
    const Pack<W> size_a = fabs(a), size_b = fabs(b);
    return select(size_a < size_b, size_b, size_a);
}

// The smaller of |a| and b; b where a is NaN.
template <int W>
inline Pack<W> min_magnitude(Pack<W> a, Pack<W> b) {
#ifdef __AVX512DQ__
    if constexpr (W == 8) return __builtin_ia32_rangepd512_mask(a.v, b.v, 0b1010, a.v, -1, 4);
#endif
    return min(b, fabs(a));
}

}  // namespace ml4pa

#pragma once

#include "ml4pa/genetic/crossover.hpp"

namespace ml4pa::genetic {

// Each gene is swapped with probability 1/2.
inline void uniform(const Pair& p) {
    p.draws.bits(p.number, p.words, p.length, 32);
    for (Index first = 0; first < p.length; first += 32) {
        const std::uint32_t word = p.words[first / 32];
        const Index count = std::min<Index>(32, p.length - first);
        const double *a = p.a + first, *b = p.b + first;
        double *c = p.c + first, *d = p.d + first;
        for (Index k = 0; k < count; ++k) {
            const bool swap = word >> k & 1;
            c[k] = swap ? b[k] : a[k];
            d[k] = swap ? a[k] : b[k];
        }
    }
}

}  // namespace ml4pa::genetic

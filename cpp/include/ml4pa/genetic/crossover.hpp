// Crossovers: one short file each, from two parents to their two children.
#pragma once

#include "ml4pa/genetic/draws.hpp"

namespace ml4pa::genetic {

struct Pair {
    const Draws& draws;
    Index number;     // of the pair
    const double* u;  // its uniforms: [0] has decided that it crosses, [1] and [2] are free
    const double *a, *b;
    double *c, *d;
    Index length;          // of a chromosome
    double* work;          // 2 x length
    std::uint32_t* words;  // one a 16 genes, and 4

    // A place between two genes, 1, ..., length - 1.
    Index cut(int k) const {
        return 1 + static_cast<Index>(u[k] * static_cast<double>(length - 1));
    }
    // The genes from first to last as they are, or swapped.
    void keep(Index first, Index last) const {
        std::copy(a + first, a + last, c + first);
        std::copy(b + first, b + last, d + first);
    }
    void swap(Index first, Index last) const {
        std::copy(b + first, b + last, c + first);
        std::copy(a + first, a + last, d + first);
    }
};

}  // namespace ml4pa::genetic

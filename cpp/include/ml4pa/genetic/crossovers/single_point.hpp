#pragma once

#include "ml4pa/genetic/crossover.hpp"

namespace ml4pa::genetic {

// The tails of the two are swapped from a place on.
inline void single_point(const Pair& p) {
    const Index cut = p.cut(1);
    p.keep(0, cut);
    p.swap(cut, p.length);
}

}  // namespace ml4pa::genetic

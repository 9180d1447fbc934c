#pragma once

#include "ml4pa/genetic/crossover.hpp"

namespace ml4pa::genetic {

// What lies between two places is swapped.
inline void two_point(const Pair& p) {
    const auto [first, last] = std::minmax({p.cut(1), p.cut(2)});
    p.keep(0, first);
    p.swap(first, last);
    p.keep(last, p.length);
}

}  // namespace ml4pa::genetic

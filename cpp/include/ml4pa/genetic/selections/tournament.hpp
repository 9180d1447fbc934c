#pragma once

#include "ml4pa/genetic/selection.hpp"

namespace ml4pa::genetic {

// The better of two drawn at random, with replacement.
inline void tournament(const Selection& s) {
    s.draws.uniforms_of(parents, s.count, s.u, 2);
    for (Index i = 0; i < s.count; ++i)
        s.places[i] = std::min(s.below(s.u[2 * i], s.size), s.below(s.u[2 * i + 1], s.size));
}

}  // namespace ml4pa::genetic

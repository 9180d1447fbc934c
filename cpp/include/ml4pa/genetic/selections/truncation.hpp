#pragma once

#include "ml4pa/genetic/selection.hpp"

namespace ml4pa::genetic {

// One of the better half, each with the same probability.
inline void truncation(const Selection& s) {
    s.draws.uniforms_of(parents, s.count, s.u, 1);
    for (Index i = 0; i < s.count; ++i) s.places[i] = s.below(s.u[i], (s.size + 1) / 2);
}

}  // namespace ml4pa::genetic

#pragma once

#include "ml4pa/genetic/mutation.hpp"

namespace ml4pa::genetic {

// b <- 1 - b
inline void bit_flip(const Mutation& m) {
    if (m.rate >= 1.0) {
        for (Index i = 0; i < m.rows; ++i, m.look_up(m.length))
            for (Index k = i * m.length; k < (i + 1) * m.length; ++k) m.genes[k] = 1.0 - m.genes[k];
        return;
    }
    Places places(m.draws, m.rows * m.length, m.rate);
    Index place[Places::most];
    while (const Index count = places.next(place)) {
        for (Index i = 0; i < count; ++i) m.genes[place[i]] = 1.0 - m.genes[place[i]];
        m.look_up(10 * count);
    }
}

}  // namespace ml4pa::genetic

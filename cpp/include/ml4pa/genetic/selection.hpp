// Selections: one short file each, from values that are sorted, the best first, NaN last, to the
// places of those that become parents.
#pragma once

#include "ml4pa/genetic/draws.hpp"

namespace ml4pa::genetic {

struct Selection {
    const Draws& draws;
    const double* values;  // of the parents to be
    Index size;
    Index* places;  // what is asked for, `count` of them
    Index count;
    double* u;      // workspace, 2 x count
    double* edges;  // workspace, size

    Index below(double u, Index size) const {
        return static_cast<Index>(u * static_cast<double>(size));
    }
};

// Places drawn with probabilities in proportion to weight(k).
template <class Weight>
inline void spin(const Selection& s, Weight weight) {
    double total = 0.0;
    for (Index k = 0; k < s.size; ++k) s.edges[k] = total += weight(k);
    s.draws.uniforms_of(parents, s.count, s.u, 1);
    for (Index i = 0; i < s.count; ++i)
        s.places[i] = std::upper_bound(s.edges, s.edges + s.size, s.u[i] * total) - s.edges;
}

}  // namespace ml4pa::genetic

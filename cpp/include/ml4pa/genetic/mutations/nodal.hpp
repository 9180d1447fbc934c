#pragma once

#include <numeric>

#include "ml4pa/genetic/mutation.hpp"

namespace ml4pa::genetic {

// theta_ij <- theta_ij + s_j z for all weights of a neuron, or for none.
inline void nodal(const Mutation& m) {
    const Index neurons = static_cast<Index>(m.neurons.size());
    alignas(64) double z[Places::most];
    Index drawn = 0, left = 0;
    const auto change = [&](Index neuron) {
        const auto begin = m.neurons.begin(), own = begin + neuron % neurons;
        const auto column = static_cast<Index>(std::accumulate(begin, own, 0.0));
        m.look_up(10 * static_cast<Index>(*own) + (own - begin));
        double* g = m.genes + neuron / neurons * m.length + column;
        for (Index k = 0; k < static_cast<Index>(*own); ++k) {
            if (left == 0) {
                m.draws.normals_from(drawn, z, Places::most);
                drawn += left = Places::most;
            }
            g[k] = g[k] + m.scale[column + k] * z[Places::most - left--];
        }
    };
    if (m.rate >= 1.0) {
        for (Index k = 0; k < m.rows * neurons; ++k) change(k);
        return;
    }
    Places places(m.draws, m.rows * neurons, m.rate);
    Index place[Places::most];
    while (const Index count = places.next(place))
        for (Index i = 0; i < count; ++i) change(place[i]);
}

}  // namespace ml4pa::genetic

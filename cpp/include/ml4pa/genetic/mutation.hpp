// Mutations: one short file each, of the genes of a generation in place.
#pragma once

#include <vector>

#include "ml4pa/genetic/draws.hpp"
#include "ml4pa/look_up.hpp"

namespace ml4pa::genetic {

struct Mutation {
    const Draws& draws;
    double rate;                         // of a gene; of a neuron for "nodal"
    const double* scale;                 // s_j, n of them
    const std::vector<double>& neurons;  // how many weights each has
    double* genes;                       // rows x length
    Index rows, length;
    const LookUp& look_up;
};

// gene <- gene(gene, s_j, z), each with probability `rate`.
template <class Gene>
inline void mutate_genes(const Mutation& m, Gene gene) {
    alignas(64) double z[Places::most];
    const Index size = m.rows * m.length;
    if (m.rate >= 1.0) {
        Index column = 0;
        for (Index first = 0; first < size; first += Places::most) {
            const Index count = std::min(Places::most, size - first);
            m.draws.normals_from(first, z, count);
            m.look_up(10 * count);
            for (Index done = 0; done < count;) {  // as far as a row goes
                const Index part = std::min(count - done, m.length - column);
                double* g = m.genes + first + done;
                const double *s = m.scale + column, *step = z + done;
                for (Index k = 0; k < part; ++k) g[k] = gene(g[k], s[k], step[k]);
                done += part;
                column = column + part == m.length ? 0 : column + part;
            }
        }
        return;
    }
    Places places(m.draws, size, m.rate);
    Index place[Places::most], drawn = 0;
    while (const Index count = places.next(place)) {
        m.draws.normals_from(drawn, z, count);
        m.look_up(20 * count);
        drawn += count;
        for (Index i = 0; i < count; ++i) {
            double& g = m.genes[place[i]];
            g = gene(g, m.scale[place[i] % m.length], z[i]);
        }
    }
}

}  // namespace ml4pa::genetic

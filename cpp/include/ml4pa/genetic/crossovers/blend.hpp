// L. J. Eshelman, J. D. Schaffer, "Real-coded genetic algorithms and interval-schemata", FOGA 2
// (1993) 187.
#pragma once

#include "ml4pa/genetic/crossover.hpp"
#include "ml4pa/genetic/widths.hpp"

namespace ml4pa::genetic {

// Each gene of each child is uniform between the parents' and half of their distance beyond.
inline void blend(const Pair& p) {
    constexpr double alpha = 0.5;
    const double* u = p.work;
    p.draws.uniforms_row(genes, p.number, p.work, 2 * p.length);
    for (Index j = 0; j < p.length; ++j) {
        const Unit s(p.a[j], p.b[j]);
        const double d = std::fabs(p.a[j] * s.in - p.b[j] * s.in);
        const double low = std::min(p.a[j], p.b[j]) * s.in - alpha * d;
        const double width = (1.0 + 2.0 * alpha) * d;
        p.c[j] = (low + u[j] * width) * s.out;
        p.d[j] = (low + u[p.length + j] * width) * s.out;
    }
}

}  // namespace ml4pa::genetic

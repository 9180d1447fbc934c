// K. Deb, R. B. Agrawal, "Simulated binary crossover for continuous search space", Complex Systems 9
// (1995) 115.
#pragma once

#include "ml4pa/genetic/crossover.hpp"
#include "ml4pa/genetic/widths.hpp"

namespace ml4pa::genetic {

// With probability 1/2 a gene's two values move apart or together about their mean, to
// ((a + b) +- beta (a - b))/2, beta = (2 u)^(1/16) for u < 1/2, else (2 - 2 u)^(-1/16); with
// probability 1/2 each they change places. The exponent is 1/(index + 1), index = 15.
inline void sbx(const Pair& p) {
    const double* u = p.work;
    p.draws.uniforms_row(genes, p.number, p.work, p.length);
    p.draws.bits(p.number, p.words, p.length, 16);
    for (Index first = 0; first < p.length; first += 16) {
        const std::uint32_t word = p.words[first / 16];
        const Index count = std::min<Index>(16, p.length - first);
        for (Index k = 0; k < count; ++k) {
            const Index j = first + k;
            const std::uint32_t bits = word >> (2 * k);
            const bool lower = u[j] < 0.5;
            double base = lower ? 2.0 * u[j] : 2.0 - 2.0 * u[j];
            base = std::sqrt(std::sqrt(std::sqrt(std::sqrt(base))));
            double beta = lower ? base : 1.0 / base;
            beta = bits & 1 ? beta : 1.0;
            beta = bits & 2 ? -beta : beta;
            const Unit s(p.a[j], p.b[j]);
            const double a = p.a[j] * s.in, b = p.b[j] * s.in;
            const double middle = 0.5 * (a + b);
            const double half = 0.5 * (beta * (a - b));
            p.c[j] = (middle + half) * s.out;
            p.d[j] = (middle - half) * s.out;
        }
    }
}

}  // namespace ml4pa::genetic

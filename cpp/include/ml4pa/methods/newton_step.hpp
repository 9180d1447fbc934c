#pragma once

#include <array>
#include <cmath>

namespace ml4pa {

inline double select(bool condition, double a, double b) { return condition ? a : b; }

namespace methods {

// a v = g in one or two unknowns, a row by row: Gauss elimination with the larger pivot. Where a
// is singular v is not finite.
template <int d, class T>
void eliminate(const T* a, const T* g, T* v) {
    using std::fabs;
    if constexpr (d == 1) {
        v[0] = g[0] / a[0];
    } else {
        const auto swap = fabs(a[0]) < fabs(a[2]);
        const T p0 = select(swap, a[2], a[0]), p1 = select(swap, a[3], a[1]);
        const T q0 = select(swap, a[0], a[2]), q1 = select(swap, a[1], a[3]);
        const T gp = select(swap, g[1], g[0]), gq = select(swap, g[0], g[1]);
        const T factor = q0 / p0;
        v[1] = (gq - factor * gp) / (q1 - factor * p1);
        v[0] = (gp - p1 * v[1]) / p0;
    }
}

// Newton's method (newton.hpp) in one or two dimensions, as fleets have it.
struct NewtonStep {
    static constexpr const char* name = "newton";
    static constexpr std::array<const char*, 1> fields{"damping"};
    static constexpr std::array<const char*, 0> scalars{};
    static constexpr std::array<const char*, 1> slots{"direction"};

    double damping;

    struct Step {
        double eta, damping;
    };

    Step begin(double eta, double*) const { return {eta, damping}; }

    // (H + lambda I) v = g;  theta <- theta - eta v. It writes to h.
    template <int d, class T>
    static void move(const Step& k, const T* g, T* h, T* theta, T* v) {
        for (int i = 0; i < d; ++i) h[i * d + i] = h[i * d + i] + k.damping;
        eliminate<d>(h, g, v);
        for (int i = 0; i < d; ++i) theta[i] = theta[i] - k.eta * v[i];
    }
};

}  // namespace methods
}  // namespace ml4pa

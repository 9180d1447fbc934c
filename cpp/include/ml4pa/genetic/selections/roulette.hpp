#pragma once

#include <bit>
#include <limits>

#include "ml4pa/genetic/selection.hpp"

namespace ml4pa::genetic {

// With a probability in proportion to how much better than the worst finite value a value is, so
// that costs may be negative; equal ones are drawn alike, NaN and infinity never.
inline void roulette(const Selection& s) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const double* f = s.values;
    if (f[0] == -infinity) return spin(s, [=](Index k) { return f[k] == -infinity ? 1.0 : 0.0; });
    const Index finite =
        std::partition_point(f, f + s.size, [=](double v) { return v < infinity; }) - f;
    if (finite == 0) return spin(s, [](Index) { return 1.0; });
    // Exact, and the sum of all cannot overflow.
    const double size = std::ldexp(2.0, std::bit_width(static_cast<std::uint64_t>(s.size)));
    const double worst = f[finite - 1] / size;
    const bool differ = worst - f[0] / size > 0.0;
    spin(s, [=](Index k) { return k >= finite ? 0.0 : differ ? worst - f[k] / size : 1.0; });
}

}  // namespace ml4pa::genetic

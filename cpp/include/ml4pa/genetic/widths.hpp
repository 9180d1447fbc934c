// Differences of numbers so large that they overflow; ml4pa/methods/genetic/widths.py is the
// specification.
#pragma once

#include <cmath>
#include <limits>

namespace ml4pa::genetic {

// What a and b are multiplied by before they are subtracted, and what the outcome is: 1, or 1/4 and
// 4 where twice the difference may overflow. Powers of 2 round nothing.
struct Unit {
    double in, out;
    Unit(double a, double b) {
        const bool vast = 2.0 * (std::fabs(a) + std::fabs(b)) > std::numeric_limits<double>::max();
        in = vast ? 0.25 : 1.0;
        out = vast ? 4.0 : 1.0;
    }
};

}  // namespace ml4pa::genetic

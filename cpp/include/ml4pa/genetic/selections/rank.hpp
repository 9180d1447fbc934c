#pragma once

#include "ml4pa/genetic/selection.hpp"

namespace ml4pa::genetic {

// With a probability that falls linearly with the place: lambda, lambda - 1, ..., 1.
inline void rank(const Selection& s) {
    spin(s, [&](Index k) { return static_cast<double>(s.size - k); });
}

}  // namespace ml4pa::genetic

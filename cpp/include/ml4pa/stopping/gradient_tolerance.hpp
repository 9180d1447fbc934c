#pragma once

#include "ml4pa/stop.hpp"

namespace ml4pa::stopping {

// |g| <= gtol, in the norm asked for.
struct GradientTolerance {
    double limit;

    double measure(const Iterate& it) const {
        return norm(it.norm, it.n, [&](Index i) { return it.g[i]; });
    }
};

}  // namespace ml4pa::stopping

#pragma once

#include <limits>

#include "ml4pa/stop.hpp"

namespace ml4pa::stopping {

// |x_t - x_{t-1}| <= xtol, in the norm asked for.
struct StepTolerance {
    double limit;

    double measure(const Iterate& it) const {
        if (it.iteration == 0) return std::numeric_limits<double>::infinity();
        return norm(it.norm, it.n, [&](Index i) { return it.x[i] - it.x_before[i]; });
    }
};

}  // namespace ml4pa::stopping

#pragma once

#include "ml4pa/stop.hpp"

namespace ml4pa::stopping {

// nfev + (what the last point took) > max_evals, so that the budget is never passed;
// the limit is -(max_evals + 1).
struct MaxEvals {
    double limit;

    double measure(const Iterate& it) const {
        return -static_cast<double>(it.nfev + it.last_cost);
    }
};

}  // namespace ml4pa::stopping

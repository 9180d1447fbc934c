#pragma once

#include "ml4pa/stop.hpp"

namespace ml4pa::stopping {

// nfev + (what the last point took) > max_evals, so that the budget is never passed;
// the limit is -(max_evals + 1).
struct MaxEvals : Counted<MaxEvals> {
    template <class I>
    static std::int64_t count(const I& it) {
        return it.nfev() + it.last_cost();
    }
};

}  // namespace ml4pa::stopping

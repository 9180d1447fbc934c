#pragma once

#include "ml4pa/stop.hpp"

namespace ml4pa::stopping {

// f <= target
struct Target {
    double limit;

    double measure(const Iterate& it) const { return it.f; }
};

}  // namespace ml4pa::stopping

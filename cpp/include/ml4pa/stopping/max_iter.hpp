#pragma once

#include "ml4pa/stop.hpp"

namespace ml4pa::stopping {

// iteration >= max_iter; the limit is -max_iter.
struct MaxIter {
    double limit;

    double measure(const Iterate& it) const { return -static_cast<double>(it.iteration); }
};

}  // namespace ml4pa::stopping

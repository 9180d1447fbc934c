#pragma once

#include <cmath>
#include <limits>

#include "ml4pa/stop.hpp"

namespace ml4pa::stopping {

// |f_t - f_{t-1}| <= ftol, where no bound keeps a coordinate waiting.
struct ValueTolerance {
    double limit;

    template <class I>
    double measure(const I& it) const {
        if (it.iteration() == 0 || it.waits()) return std::numeric_limits<double>::infinity();
        return std::fabs(it.f() - it.f_before());
    }
    template <class I>
    bool met(const I& it) const {
        return measure(it) <= limit;
    }
};

}  // namespace ml4pa::stopping

#pragma once

#include <limits>

#include "ml4pa/stop.hpp"

namespace ml4pa::stopping {

// |x_t - x_{t-1}| <= xtol, in the norm asked for, where no bound keeps a coordinate waiting.
struct StepTolerance {
    double limit;

    template <class I>
    double measure(const I& it) const {
        if (it.iteration() == 0 || it.waits()) return std::numeric_limits<double>::infinity();
        return norm(it.norm(), it.n(), [&](Index i) { return it.dx(i); });
    }
    template <class I>
    bool met(const I& it) const {
        return it.iteration() > 0 &&
               within(limit, it.norm(), it.n(), [&](Index i) { return it.dx(i); }) && !it.waits();
    }
};

}  // namespace ml4pa::stopping

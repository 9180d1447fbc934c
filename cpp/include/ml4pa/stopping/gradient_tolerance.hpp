#pragma once

#include "ml4pa/stop.hpp"

namespace ml4pa::stopping {

// |g| <= gtol, in the norm asked for.
struct GradientTolerance {
    double limit;

    template <class I>
    double measure(const I& it) const {
        return norm(it.norm(), it.n(), [&](Index i) { return it.g(i); });
    }
    template <class I>
    bool met(const I& it) const {
        return within(limit, it.norm(), it.n(), [&](Index i) { return it.g(i); });
    }
};

}  // namespace ml4pa::stopping

#pragma once

#include "ml4pa/stop.hpp"

namespace ml4pa::stopping {

// f <= target
struct Target {
    double limit;

    template <class I>
    double measure(const I& it) const {
        return it.f();
    }
    template <class I>
    bool met(const I& it) const {
        return measure(it) <= limit;
    }
};

}  // namespace ml4pa::stopping

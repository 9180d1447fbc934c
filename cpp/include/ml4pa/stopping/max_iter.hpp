#pragma once

#include "ml4pa/stop.hpp"

namespace ml4pa::stopping {

// iteration >= max_iter; the limit is -max_iter.
struct MaxIter : Counted<MaxIter> {
    template <class I>
    static std::int64_t count(const I& it) {
        return it.iteration();
    }
};

}  // namespace ml4pa::stopping

// Descents of linear models of few parameters, compiled apart: see small_batches.hpp.
#pragma once

#include "ml4pa/batches.hpp"
#include "ml4pa/costs/feed.hpp"

namespace ml4pa {

inline constexpr int most_few = 4;

// Whether `descend_few` is the same as the general loop.
inline bool is_few(const Run& run, const Batches& batches) {
    return run.n() <= most_few && batches.size <= costs::block_rows && run.small_loop() >= 0;
}

// The updates of one window: of squares, or of the cross-entropy.
void descend_few(Run& run, costs::Feed& feed, bool squares, bool intercept, const Batches& batches,
                 const Reduction& reduction, Watch& watch);

}  // namespace ml4pa

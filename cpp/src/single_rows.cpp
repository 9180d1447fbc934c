#include "ml4pa/single_rows.hpp"

#include "ml4pa/losses/cross_entropy.hpp"
#include "ml4pa/losses/squared_error.hpp"

namespace ml4pa {

bool goes_by_row(const Run& run, const Batches& batches, const Reduction& reduction) {
    return batches.size == 1 && run.small_loop() >= 0 && reduction.l1 == 0.0 && reduction.l2 == 0.0;
}

void descend_by_row(Run& run, RowBlocks& rows, bool squares, bool intercept, const Batches& batches,
                    Watch& watch) {
    auto* const methods = static_cast<Methods*>(nullptr);
    using Squares = losses::SquaredError<models::Identity>;
    if (squares) return descend_by_row<Squares>(methods, run, rows, intercept, batches, watch);
    descend_by_row<losses::CrossEntropy>(methods, run, rows, intercept, batches, watch);
}

}  // namespace ml4pa

// Descents of linear models by single rows, compiled apart: see single_rows.hpp.
#pragma once

#include "ml4pa/batches.hpp"
#include "ml4pa/costs/gather.hpp"

namespace ml4pa {

// Rows in whole packs of lanes: each is `width` numbers, the variables, 1 for the intercept where
// there is one, and zeros. w, the weights, may be null.
struct RowBlock {
    const double *x, *y, *w;
    Index width;
};

class RowBlocks {
public:
    virtual ~RowBlocks() = default;
    // Rows first, ..., first + count - 1 as they are met, count <= costs::block_rows.
    virtual RowBlock take(Index first, Index count) = 0;
};

// Whether `descend_by_row` is the same as the general loop.
bool goes_by_row(const Run& run, const Batches& batches, const Reduction& reduction);

// The updates of one window: of squares, or of the cross-entropy.
void descend_by_row(Run& run, RowBlocks& rows, bool squares, bool intercept, const Batches& batches,
                    Watch& watch);

}  // namespace ml4pa

#include "ml4pa/small_batches.hpp"

#include "ml4pa/losses/cross_entropy.hpp"

namespace ml4pa {

void descend_few(Run& run, costs::Feed& feed, bool squares, bool intercept, const Batches& batches,
                 const Reduction& reduction, Watch& watch) {
    using Squares = losses::SquaredError<models::Identity>;
    if (squares) return descend_few<Squares>(run, feed, intercept, batches, reduction, watch);
    descend_few<losses::CrossEntropy>(run, feed, intercept, batches, reduction, watch);
}

}  // namespace ml4pa

#include "ml4pa/batches.hpp"

#include <algorithm>

namespace ml4pa {

void descend(Run& run, BatchSum& sum, const Batches& batches, const Reduction& reduction,
             Watch& watch) {
    const Index n = sum.n(), count = batches.stop - batches.start;
    sum.begin(batches);
    if (sum.descend_small(run, batches, reduction, watch)) return;
    Array g(n);
    const Listening listening([&watch] { watch.listen(); });
    for (Index first = 0; first < count; first += batches.size) {
        const Index rows = std::min(batches.size, count - first);
        const double* theta = run.ask();
        try {
            sum.gradient(theta, first, rows, g.data());
        } catch (const CutShort&) {
            return;
        }
        const double scale = reduction.scale(rows);
        if (scale != 1.0)
            for (Index j = 0; j < n; ++j) g[j] *= scale;
        if (const auto penalty = reduction.penalty(rows)) penalty.add(theta, n, g.data());
        run.advance(g.data());
        if (run.stop() || !watch.go(rows * n)) return;
    }
}

}  // namespace ml4pa

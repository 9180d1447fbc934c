#include "ml4pa/costs/whitening.hpp"

#include <algorithm>
#include <utility>

#include "ml4pa/dense.hpp"
#include "ml4pa/look_up.hpp"
#include "ml4pa/memory.hpp"

namespace ml4pa::costs {

// What makes C = L L^T the factor L^T makes L^-1 of the unit matrix beside it. LAPACK would do, but
// the last bits of its factors depend on the processor.
bool whiten(const double* C, Index n, double* W, std::function<void()> ask) {
    LookUp look;
    look.set(std::move(ask));
    const Index ld = dense::padded(2 * n);
    Buffer<double> both(n * ld);
    for (Index i = 0; i < n; ++i) {
        double* row = both.data() + i * ld;
        std::copy_n(C + i * n + i, n - i, row + i);
        row[n + i] = 1.0;
        look(ld);
    }
    if (!dense::eliminate(both.data(), n, ld, [](Index rows) { return rows; }, look)) return false;
    for (Index i = 0; i < n; ++i) {
        const double* row = both.data() + i * ld + n;
        std::fill(std::copy_n(row, i + 1, W + i * n), W + (i + 1) * n, 0.0);
        look(n);
    }
    return true;
}

}  // namespace ml4pa::costs

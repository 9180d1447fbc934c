#include "ml4pa/linear_system.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ml4pa/dense.hpp"
#include "ml4pa/linalg.hpp"
#include "ml4pa/look_up.hpp"

namespace ml4pa {
namespace {

// The columns first, ..., first + height - 1 of the rows from `first` on: pivots, and below them the
// factors. False where a pivot is 0 or NaN.
bool eliminate_panel(double* A, Index n, Index ld, Index first, Index height,
                     const Listener& look) {
    const Index last = first + height;
    for (Index c = first; c < last; ++c) {
        look((n - c) * height);
        Index largest = c;
        for (Index r = c + 1; r < n; ++r)
            if (std::fabs(A[r * ld + c]) > std::fabs(A[largest * ld + c])) largest = r;
        double* row = A + c * ld;
        if (!(std::fabs(A[largest * ld + c]) > 0.0)) return false;
        if (largest != c) std::swap_ranges(row + first, row + ld, A + largest * ld + first);
        for (Index r = c + 1; r < n; ++r) {
            double* below = A + r * ld;
            const double factor = below[c] /= row[c];
            for (Index j = c + 1; j < last; ++j) below[j] -= factor * row[j];
        }
    }
    return true;
}

// Makes [A b] of n rows [U L^-1 P b], with P A = L U; what is below the diagonal is of no use. A
// panel of columns at a time; its effect on the columns to its right is one product of matrices.
bool eliminate(double* A, Index n, Index ld, const Listener& look) {
    using namespace dense;
    for (Index k = 0; k < n; k += panel) {
        const Index height = std::min(panel, n - k), rest = k + height;
        if (!eliminate_panel(A, n, ld, k, height, look)) return false;
        for (Index i = k + 1; i < rest; ++i) {
            look(height * (ld - rest));
            for (Index c = k; c < i; ++c)
                for (Index j = rest; j < ld; ++j) A[i * ld + j] -= A[i * ld + c] * A[c * ld + j];
        }
        for (Index i = rest; i < n; i += tile_height) {
            look((ld - rest) * height * tile_height);
            const Index rows = std::min(tile_height, n - i);
            const Strided factors{A + i * ld + k, 1, ld};
            for (Index j = rest; j < ld;) {
                const bool wide = j + tile_width <= ld;
                double *out = A + i * ld + j, *right = A + k * ld + j;
                if (wide)
                    tile_rows<2>(rows, out, ld, factors, right, ld, height, 1.0, -1.0);
                else
                    tile_rows<1>(rows, out, ld, factors, right, ld, height, 1.0, -1.0);
                j += wide ? tile_width : lane;
            }
        }
    }
    return true;
}

// U v = b, b beside U.
void substitute(const double* U, Index n, Index ld, double* v, const Listener& look) {
    for (Index k = n; k-- > 0;) {
        look(n - k);
        const double* row = U + k * ld;
        v[k] = (row[n] - dot(row + k + 1, v + k + 1, n - k - 1)) / row[k];
    }
}

}  // namespace

Solved solve_large(const double* h, double lambda, Index n, const double* g, double* v) {
    const Listener look = Listener::here();
    const Index ld = dense::padded(n + 1);
    Buffer<double> memory(n * ld);
    double* A = memory.data();
    for (Index i = 0; i < n; ++i, look(4 * n)) {
        for (Index j = 0; j <= i; ++j) A[j * ld + i] = h[i * n + j];
        A[i * ld + i] += lambda;
        A[i * ld + n] = g[i];
    }
    const bool definite = dense::eliminate(A, n, ld, [](Index) { return Index{1}; }, look);
    if (!definite) {
        for (Index i = 0; i < n; ++i, look(n)) {
            double* row = A + i * ld;
            std::fill(std::copy_n(h + i * n, n, row), row + ld, 0.0);
            row[i] += lambda;
            row[n] = g[i];
        }
        if (!eliminate(A, n, ld, look)) return {false, false};
    }
    substitute(A, n, ld, v, look);
    return {true, definite};
}

}  // namespace ml4pa

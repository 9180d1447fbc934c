// The products of matrices that CMA-ES is made of, and Cholesky's factors: each
// element a sum in the order of its index.
//
// A tile of the result stays in registers while the sum runs, and vectors go
// along a row of the result: so its elements do not depend on one another, and
// neither the width of the vectors nor the tiles can change a bit. Rows are
// padded with zeros to whole vectors (`padded`).
#pragma once

#include <cmath>

#include "ml4pa/memory.hpp"
#include "ml4pa/register.hpp"

namespace ml4pa::dense {

// One vector of the machine. Wider ones GCC would not keep in registers.
inline constexpr Index lane = register_bytes / sizeof(double);
typedef double Lane __attribute__((vector_size(lane * sizeof(double)), may_alias));
inline constexpr Index eight = 8;  // rows are padded to so many, on every machine

// The length of a padded row: an odd number of eights where it is long, else
// the rows of a matrix of 512 or 1024 columns would fall on the same few places
// of the cache.
constexpr Index padded(Index n) {
    const Index blocks = (n + eight - 1) / eight;
    return eight * (blocks > 8 && blocks % 2 == 0 ? blocks + 1 : blocks);
}

// A matrix whose element (k, i) is data[k * down + i * right].
struct Strided {
    const double* data;
    Index down, right;
};

// out(i, j) = keep out(i, j) + sign sum_k a(k, i) b(k, j) for a tile of R rows
// and C lanes.
template <int R, int C>
inline void tile(double* out, Index ld, Strided a, const double* b, Index ld_b, Index sum,
                 double keep, double sign) {
    Lane total[R][C] = {};
    for (Index k = 0; k < sum; ++k) {
        const Lane* row = reinterpret_cast<const Lane*>(b + k * ld_b);
        const double* column = a.data + k * a.down;
#pragma GCC unroll 8
        for (int i = 0; i < R; ++i)
#pragma GCC unroll 8
            for (int c = 0; c < C; ++c) total[i][c] += column[i * a.right] * row[c];
    }
#pragma GCC unroll 8
    for (int i = 0; i < R; ++i) {
        Lane* row = reinterpret_cast<Lane*>(out + i * ld);
#pragma GCC unroll 8
        for (int c = 0; c < C; ++c)
            row[c] = keep == 0.0 ? total[i][c] : keep * row[c] + sign * total[i][c];
    }
}

template <int C>
inline void tile_rows(Index rows, double* out, Index ld, Strided a, const double* b, Index ld_b,
                      Index sum, double keep, double sign) {
    switch (rows) {
        case 6:
            return tile<6, C>(out, ld, a, b, ld_b, sum, keep, sign);
        case 5:
            return tile<5, C>(out, ld, a, b, ld_b, sum, keep, sign);
        case 4:
            return tile<4, C>(out, ld, a, b, ld_b, sum, keep, sign);
        case 3:
            return tile<3, C>(out, ld, a, b, ld_b, sum, keep, sign);
        case 2:
            return tile<2, C>(out, ld, a, b, ld_b, sum, keep, sign);
        default:
            return tile<1, C>(out, ld, a, b, ld_b, sum, keep, sign);
    }
}

inline constexpr Index tile_height = 6, tile_width = 2 * lane;

// Y = Z U for the rows of Z (rows x n): U is upper triangular, zeros below; all
// padded to ld. Here and below look(operations) is told what was done.
template <class Look>
void times_upper(const double* Z, Index rows, const double* U, Index n, Index ld, double* Y,
                 const Look& look) {
    for (Index j = 0; j < n; j += tile_width) {
        const bool wide = j + tile_width <= ld;
        const Index sum = j + tile_width < n ? j + tile_width : n;
        look(rows * sum * tile_width);
        for (Index i = 0; i < rows; i += tile_height) {
            const Index height = rows - i < tile_height ? rows - i : tile_height;
            const Strided a{Z + i * ld, 1, ld};
            if (wide)
                tile_rows<2>(height, Y + i * ld + j, ld, a, U + j, ld, sum, 0.0, 1.0);
            else
                tile_rows<1>(height, Y + i * ld + j, ld, a, U + j, ld, sum, 0.0, 1.0);
        }
    }
}

// C = keep C + sign A^T B in the upper triangle of C (n x columns), for A (sum
// x n) and B (sum x columns). What is below the diagonal in a tile that holds a
// part of it is written too, and never read. All rows have the length ld, of
// which those from `columns` to `width` are padding.
template <class Look>
void update_upper(double* C, Index n, Index columns, Index width, Index ld, double keep,
                  double sign, const double* A, const double* B, Index sum, const Look& look) {
    for (Index i = 0; i < n; i += tile_height) {
        look((columns - i) * sum * tile_height);
        const Index height = n - i < tile_height ? n - i : tile_height;
        const Strided a{A + i, ld, 1};
        for (Index j = i & ~(lane - 1); j < columns;) {
            const bool wide = j + tile_width <= width;
            double* out = C + i * ld + j;
            if (wide)
                tile_rows<2>(height, out, ld, a, B + j, ld, sum, keep, sign);
            else
                tile_rows<1>(height, out, ld, a, B + j, ld, sum, keep, sign);
            j += wide ? tile_width : lane;
        }
    }
}

// Adds the products of R rows of A with C rows of B to their eight partial
// sums, which stand in the order of linalg.hpp; `width` is a number of eights.
template <int R, int C>
inline void dot_tile(const double* A, const double* B, Index ld, Index width, double* partial,
                     Index columns) {
    constexpr int parts = static_cast<int>(eight / lane);
    Lane total[R][C][parts];
    for (int i = 0; i < R; ++i)
        for (int c = 0; c < C; ++c)
            for (int q = 0; q < parts; ++q)
                total[i][c][q] = reinterpret_cast<Lane*>(partial + (i * columns + c) * eight)[q];
    for (Index j = 0; j < width; j += eight)
#pragma GCC unroll 8
        for (int i = 0; i < R; ++i)
#pragma GCC unroll 8
            for (int c = 0; c < C; ++c)
#pragma GCC unroll 8
                for (int q = 0; q < parts; ++q)
                    total[i][c][q] += reinterpret_cast<const Lane*>(A + i * ld + j)[q] *
                                      reinterpret_cast<const Lane*>(B + c * ld + j)[q];
    for (int i = 0; i < R; ++i)
        for (int c = 0; c < C; ++c)
            for (int q = 0; q < parts; ++q)
                reinterpret_cast<Lane*>(partial + (i * columns + c) * eight)[q] = total[i][c][q];
}

// partial(i, k) += products of row i of A and row k of B, eight partial sums
// each.
inline void dots(const double* A, Index rows, const double* B, Index columns, Index ld, Index width,
                 double* partial) {
    constexpr Index r = lane == 8 ? 4 : 2, c = lane == 8 ? 4 : lane == 4 ? 3 : 1;
    for (Index i = 0; i < rows;) {
        const Index height = rows - i >= r ? r : 1;
        for (Index k = 0; k < columns;) {
            const Index span = columns - k >= c ? c : 1;
            double* to = partial + (i * columns + k) * eight;
            const double *a = A + i * ld, *b = B + k * ld;
            if (height == r && span == c)
                dot_tile<r, c>(a, b, ld, width, to, columns);
            else if (height == r)
                dot_tile<r, 1>(a, b, ld, width, to, columns);
            else if (span == c)
                dot_tile<1, c>(a, b, ld, width, to, columns);
            else
                dot_tile<1, 1>(a, b, ld, width, to, columns);
            k += span;
        }
        i += height;
    }
}

inline constexpr Index panel = 32;

// The rows first .. first + height - 1 of the factor: U^T U there, by rows, and
// what follows from them to the right. False where a pivot is not positive.
template <class Look>
bool factor_panel(double* U, Index columns, Index ld, Index first, Index height, const Look& look) {
    for (Index k = first; k < first + height; ++k) {
        look((columns - k) * height);
        double* row = U + k * ld;
        if (!(row[k] > 0.0) || !(row[k] < 1e300)) return false;
        const double pivot = std::sqrt(row[k]);
        row[k] = pivot;
        for (Index j = k + 1; j < columns; ++j) row[j] /= pivot;
        for (Index i = k + 1; i < first + height; ++i) {
            const double factor = row[i];
            double* below = U + i * ld;
            for (Index j = i; j < columns; ++j) below[j] -= factor * row[j];
        }
    }
    return true;
}

// Makes [C B] of n rows [U U^-T B], with C = U^T U. Of B there are reached(k)
// columns that are not 0 in the first k rows.
template <class Reached, class Look>
bool eliminate(double* A, Index n, Index ld, const Reached& reached, const Look& look) {
    for (Index k = 0; k < n; k += panel) {
        const Index height = n - k < panel ? n - k : panel, rest = k + panel;
        const Index columns = n + reached(k + height);
        if (!factor_panel(A, columns, ld, k, height, look)) return false;
        if (rest >= n) break;
        const double* right = A + k * ld + rest;
        update_upper(A + rest * ld + rest, n - rest, columns - rest, ld - rest, ld, 1.0, -1.0,
                     right, right, height, look);
        // Zeros again where the tiles have written below the diagonal: a tile
        // begins up to tile_height - 1 rows above, at a whole vector.
        for (Index i = rest; i < n; ++i) {
            const Index first = (i - tile_height + 1) & ~(eight - 1);
            for (Index j = first > rest ? first : rest; j < i; ++j) A[i * ld + j] = 0.0;
        }
    }
    return true;
}

// U with C = U^T U and zeros below the diagonal, from the upper triangle of C.
// False where C is not positive definite; U is then of no use.
template <class Look>
bool factor_upper(const double* C, Index n, Index ld, double* U, const Look& look) {
    for (Index i = 0; i < n; ++i) {
        look(n);
        for (Index j = 0; j < i; ++j) U[i * ld + j] = 0.0;
        for (Index j = i; j < ld; ++j) U[i * ld + j] = j < n ? C[i * ld + j] : 0.0;
    }
    return eliminate(U, n, ld, [](Index) { return Index{0}; }, look);
}

}  // namespace ml4pa::dense

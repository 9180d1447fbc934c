// Data, and a tile of it: up to 64 rows with their columns turned into rows, so that every formula
// of models and losses is a plain loop over the rows, eight at a time.
#pragma once

#include "ml4pa/lanes.hpp"

namespace ml4pa::costs {

// N rows of data as they lie in memory, borrowed. Element j of row i is x[i row + j column];
// y and w have `outputs` numbers a row, row after row; w, the weights, may be null: all 1.
template <class T>
struct Rows {
    const T* x = nullptr;
    Index row = 0, column = 0;  // strides, in numbers
    const T* y = nullptr;
    const T* w = nullptr;
    Index count = 0;
};

inline constexpr Index tile_rows = 64;

// One tile. Every array has 64 numbers for each feature or output: a[j * 64 + i] is row i. Rows
// from `count` on are copies of nothing: zeros in x, y and w.
template <class T>
struct Tile {
    Index count = 0;   // rows that are there
    Index padded = 0;  // the same, rounded up to whole vectors of eight
    T* x = nullptr;
    T* y = nullptr;
    T* w = nullptr;        // null where the data have no weights
    T* score = nullptr;    // what the model says
    T* value = nullptr;    // the loss
    T* slope = nullptr;    // its derivative with respect to the score
    T* scratch = nullptr;  // the model's own
};

namespace detail {

// Asks for half of eight consecutive rows that will be wanted soon, as far as the second cache: the
// first takes too few requests at a time to keep memory busy.
template <class T>
inline void prefetch_half(const T* from, Index row, bool second) {
    constexpr Index line = 64 / static_cast<Index>(sizeof(T));
    const Index half = lanes * row / 2;
    for (Index j = second ? half : 0; j < (second ? 2 * half : half); j += line)
        __builtin_prefetch(from + j, 0, 2);
}

// Columns j, j + 1, ... of eight rows that lie apart; `at(i)` is where row i begins.
template <class T, class At>
inline void fill_eight(T* x, Index features, Index column, Index i, At at) {
    Index j = 0;
    if (column == 1)
        for (; j + lanes <= features; j += lanes) {
            Lanes<T> r[lanes];
            for (Index k = 0; k < lanes; ++k) r[k] = load(at(i + k) + j);
            transpose<T>(r);
            for (Index k = 0; k < lanes; ++k) store(x + (j + k) * tile_rows + i, r[k]);
        }
    for (; j < features; ++j)
        for (Index k = 0; k < lanes; ++k) x[j * tile_rows + i + k] = at(i + k)[j * column];
}

template <class T, class At>
inline void fill_one(T* x, Index features, Index column, Index i, At at) {
    const T* from = at(i);
    for (Index j = 0; j < features; ++j) x[j * tile_rows + i] = from[j * column];
}

template <class T, class Number>
inline void fill_columns(T* to, const T* from, Index columns, Index count, Number number) {
    if (columns == 1) {  // in vectors, where the rows are consecutive
        for (Index i = 0; i < count; ++i) to[i] = from[number(i)];
        return;
    }
    const auto at = [&](Index i) { return from + number(i) * columns; };
    Index i = 0;
    for (; i + lanes <= count; i += lanes) fill_eight(to, columns, 1, i, at);
    for (; i < count; ++i) fill_one(to, columns, 1, i, at);
}

template <class T>
inline void zero_tail(T* a, Index columns, Index count, Index padded) {
    for (Index j = 0; j < columns; ++j)
        for (Index i = count; i < padded; ++i) a[j * tile_rows + i] = T{};
}

}  // namespace detail

// y and w of the rows number(0), ..., number(count - 1), count <= 64.
template <class T, class Number>
inline void fill_targets(Tile<T>& tile, const Rows<T>& rows, Index outputs, Index count,
                         Number number) {
    tile.count = count;
    tile.padded = (count + lanes - 1) / lanes * lanes;
    const auto take = [&](T* to, const T* from) {
        detail::fill_columns(to, from, outputs, count, number);
        detail::zero_tail(to, outputs, count, tile.padded);
    };
    take(tile.y, rows.y);
    if (rows.w != nullptr) take(tile.w, rows.w);
}

// Fills the tile with the rows number(0), ..., number(count - 1) of the data, count <= 64, and
// asks for the first half of every eight rows that lie so many numbers `ahead` of them.
template <class T, class Number>
inline void fill(Tile<T>& tile, const Rows<T>& rows, Index features, Index outputs, Index count,
                 Number number, Index ahead = 0) {
    const auto at = [&](Index i) { return rows.x + number(i) * rows.row; };
    fill_targets(tile, rows, outputs, count, number);
    Index i = 0;
    for (; i + lanes <= count; i += lanes) {
        if (ahead != 0) detail::prefetch_half(at(i) + ahead, rows.row, false);
        detail::fill_eight(tile.x, features, rows.column, i, at);
    }
    for (; i < count; ++i) detail::fill_one(tile.x, features, rows.column, i, at);
    detail::zero_tail(tile.x, features, count, tile.padded);
}

}  // namespace ml4pa::costs

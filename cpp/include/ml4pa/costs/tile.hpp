// Data, and a tile of it: up to 64 rows with their columns turned into rows, so that every formula
// of models and losses is a plain loop over the rows, eight at a time.
#pragma once

#include <algorithm>

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

// Numbers that will be wanted soon, asked for bit by bit: so memory is never idle, and never asked for
// more at a time than it takes. As far as the second cache: the first takes too few requests.
template <class T>
struct Ahead {
    const T *at = nullptr, *end = nullptr;

    // Always inline: GCC removes calls of a function that has no effect but this.
    [[gnu::always_inline]] void ask(Index numbers) {
        constexpr Index line = 64 / static_cast<Index>(sizeof(T));
        const T* to = numbers < end - at ? at + numbers : end;
        for (; at < to; at += line) __builtin_prefetch(at, 0, 2);
    }
};

namespace detail {

// Element j of row k, at from[k row + j column], becomes to[j tile_rows + k]; of eight rows and of one.
template <class T>
inline void turn_eight(T* to, Index columns, const T* from, Index row, Index column) {
    Index j = 0;
    if (row == 1)
        for (; j < columns; ++j) store(to + j * tile_rows, load(from + j * column));
    else if (column == 1)
        for (; j + lanes <= columns; j += lanes) {
            Lanes<T> r[lanes];
            each<lanes>([&](auto k) { r[k] = load(from + k * row + j); });
            transpose<T>(r);
            each<lanes>([&](auto k) { store(to + (j + k) * tile_rows, r[k]); });
        }
    for (; j < columns; ++j)
        for (Index k = 0; k < lanes; ++k) to[j * tile_rows + k] = from[k * row + j * column];
}

template <class T>
inline void turn_one(T* to, Index columns, const T* from, Index column) {
    for (Index j = 0; j < columns; ++j) to[j * tile_rows] = from[j * column];
}

template <class T>
inline void zero_tail(T* a, Index columns, Index count, Index padded) {
    for (Index j = 0; j < columns; ++j)
        for (Index i = count; i < padded; ++i) a[j * tile_rows + i] = T{};
}

}  // namespace detail

// y and w of the rows first, ..., first + count - 1, count <= 64.
template <class T>
inline void fill_targets(Tile<T>& tile, const Rows<T>& rows, Index outputs, Index first,
                         Index count) {
    tile.count = count;
    tile.padded = (count + lanes - 1) / lanes * lanes;
    const auto take = [&](T* to, const T* from) {
        from += first * outputs;
        if (outputs == 1) {
            std::copy_n(from, count, to);
        } else {
            Index i = 0;
            for (; i + lanes <= count; i += lanes)
                detail::turn_eight(to + i, outputs, from + i * outputs, outputs, 1);
            for (; i < count; ++i) detail::turn_one(to + i, outputs, from + i * outputs, 1);
        }
        detail::zero_tail(to, outputs, count, tile.padded);
    };
    take(tile.y, rows.y);
    if (rows.w != nullptr) take(tile.w, rows.w);
}

// Fills the tile with the rows first, ..., first + count - 1 of the data, count <= 64, and asks for
// some of the numbers ahead, `share` every eight rows.
template <class T>
inline void fill(Tile<T>& tile, const Rows<T>& rows, Index features, Index outputs, Index first,
                 Index count, Ahead<T>& ahead, Index share) {
    fill_targets(tile, rows, outputs, first, count);
    const T* from = rows.x + first * rows.row;
    Index i = 0;
    for (; i + lanes <= count; i += lanes, from += lanes * rows.row) {
        ahead.ask(share);
        detail::turn_eight(tile.x + i, features, from, rows.row, rows.column);
    }
    for (; i < count; ++i, from += rows.row)
        detail::turn_one(tile.x + i, features, from, rows.column);
    detail::zero_tail(tile.x, features, count, tile.padded);
}

}  // namespace ml4pa::costs

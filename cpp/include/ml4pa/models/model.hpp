// What a model is to a cost: formulas over the rows of a tile.
//
//     struct M {
//         M(const std::vector<double>& numbers, const std::vector<std::string>& words);
//         Index n() const;              // parameters
//         Index features() const;
//         Index outputs() const;
//         Index scratch() const;        // numbers a row that forward keeps for backward
//         static constexpr bool linear; // whether the score is linear in theta
//         template <class T> void forward(const T* theta, Tile<T>& tile) const;
//             // fills tile.score for the padded rows
//         template <class T> void backward(const T* theta, Tile<T>& tile, T* sums) const;
//             // adds slope * dscore/dtheta_j to the eight partial sums of each j: row i to lane
//             // i mod 8 of sums + 8 j. The slopes of padding rows are 0. It may change the slopes.
//         template <class T> const T* design(const Tile<T>& tile) const;
//             // of a linear one: the columns of its design matrix, 64 numbers each
//         Index ones() const;           // and how many columns of ones stand before them
//         static constexpr bool moments; // of a linear one: its columns are T_k, whose products
//                                        // are (T_(j+k) + T_|j-k|)/2
//     };
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "ml4pa/costs/tile.hpp"

namespace ml4pa::models {

using costs::Tile;
using costs::tile_rows;

// Adds sum_i b_i a_ij to the partial sums of each of some columns j, row i to lane i mod 8.
template <int columns, class T>
inline void add_block(const T* b, const T* a, T* sums, Index padded) {
    Lanes<T> s[columns];
    for (int j = 0; j < columns; ++j) s[j] = load(sums + j * lanes);
    for (Index i = 0; i < padded; i += lanes) {
        const Lanes<T> v = load(b + i);
        for (int j = 0; j < columns; ++j) s[j] += v * load(a + j * tile_rows + i);
    }
    for (int j = 0; j < columns; ++j) store(sums + j * lanes, s[j]);
}

// The same for any number of columns, six at a time: their sums stay in registers.
template <class T>
inline void add_products(const T* b, const T* a, Index columns, T* sums, Index padded) {
    Index j = 0;
    for (; j + 6 <= columns; j += 6) add_block<6>(b, a + j * tile_rows, sums + j * lanes, padded);
    for (; j + 2 <= columns; j += 2) add_block<2>(b, a + j * tile_rows, sums + j * lanes, padded);
    if (j < columns) add_block<1>(b, a + j * tile_rows, sums + j * lanes, padded);
}

// Adds sum_i a_ij to the partial sums of each of some columns j, which are at sums + j stride.
template <class T>
inline void add(T* sums, Index stride, const T* a, Index columns, Index padded) {
    constexpr int several = 4;  // chains of additions side by side
    Index j = 0;
    for (; j + several <= columns;
         j += several, sums += several * stride, a += several * tile_rows) {
        Lanes<T> s[several];
        each<several>([&](auto k) { s[k] = load(sums + k * stride); });
        for (Index i = 0; i < padded; i += lanes)
            each<several>([&](auto k) { s[k] += load(a + k * tile_rows + i); });
        each<several>([&](auto k) { store(sums + k * stride, s[k]); });
    }
    for (; j < columns; ++j, sums += stride, a += tile_rows) {
        Lanes<T> s = load(sums);
        for (Index i = 0; i < padded; i += lanes) s += load(a + i);
        store(sums, s);
    }
}

// A register of rows, and how many sums a block keeps in registers.
template <class T>
using Vector = Group<T, width<T>>;
#ifdef __AVX512VL__
inline constexpr int in_registers = 16;
#else
inline constexpr int in_registers = 8;
#endif

template <int rows, int columns, class T>
inline void add_outer_block(const T* b, const T* a, T* sums, Index stride, Index padded) {
    using V = Vector<T>;
    V s[rows * columns];
    each<rows * columns>(
        [&](auto m) { s[m] = load_as<V>(sums + m / columns * stride + m % columns * lanes); });
    for (Index i = 0; i < padded; i += lanes) {
        V x[columns];
        each<columns>([&](auto k) { x[k] = load_as<V>(a + k * tile_rows + i); });
        each<rows>([&](auto j) {
            const V v = load_as<V>(b + j * tile_rows + i);
            each<columns>([&](auto k) { s[j * columns + k] += v * x[k]; });
        });
    }
    each<rows * columns>(
        [&](auto m) { store(sums + m / columns * stride + m % columns * lanes, s[m]); });
}

template <int rows, class T>
inline void add_outer_rows(const T* b, const T* a, Index columns, T* sums, Index stride,
                           Index padded) {
    for (Index part = 0; part < lanes; part += width<T>, b += width<T>, a += width<T>) {
        T* to = sums + part;
        Index k = 0;
        for (; k + 4 <= columns; k += 4)
            add_outer_block<rows, 4>(b, a + k * tile_rows, to + k * lanes, stride, padded);
        for (; k + 2 <= columns; k += 2)
            add_outer_block<rows, 2>(b, a + k * tile_rows, to + k * lanes, stride, padded);
        if (k < columns)
            add_outer_block<rows, 1>(b, a + k * tile_rows, to + k * lanes, stride, padded);
    }
}

// Adds sum_i b_ij a_ik to the partial sums of each j and k, which are at sums + j stride + k lanes.
template <class T>
inline void add_outer(const T* b, Index rows, const T* a, Index columns, T* sums, Index stride,
                      Index padded) {
    const auto next = [&](auto count) {
        add_outer_rows<count>(b, a, columns, sums, stride, padded);
        b += count * tile_rows;
        sums += count * stride;
        rows -= count;
    };
    if constexpr (in_registers >= 16)
        while (rows >= 4) next(std::integral_constant<int, 4>{});
    while (rows >= 2) next(std::integral_constant<int, 2>{});
    if (rows == 1) next(std::integral_constant<int, 1>{});
}

}  // namespace ml4pa::models

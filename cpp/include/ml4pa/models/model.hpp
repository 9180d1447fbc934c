// What a model is to a cost: formulas over the rows of a tile.
//
//     struct M {
//         M(const std::vector<double>& numbers, const std::vector<std::string>& words);
//         Index n() const;              // parameters
//         Index features() const;
//         Index outputs() const;
//         Index scratch() const;        // numbers a row that forward keeps for backward
//         static constexpr bool linear; // whether the score is linear in theta
//         static constexpr bool links;  // whether its score may go through a sigmoid
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

template <class T>
inline void add(T* sums, const T* a, Index padded) {
    Lanes<T> s = load(sums);
    for (Index i = 0; i < padded; i += lanes) s += load(a + i);
    store(sums, s);
}

}  // namespace ml4pa::models

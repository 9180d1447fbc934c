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
//         template <class T> const T* column(const Tile<T>& tile, Index j) const;
//             // of a linear one: column j of the design matrix, null for a column of ones
//     };
#pragma once

#include <string>
#include <vector>

#include "ml4pa/costs/tile.hpp"

namespace ml4pa::models {

using costs::Tile;
using costs::tile_rows;

// sums += a b over the padded rows, row i to lane i mod 8.
template <class T>
inline void add_products(T* sums, const T* a, const T* b, Index padded) {
    Lanes<T> s = load(sums);
    for (Index i = 0; i < padded; i += lanes) s += load(a + i) * load(b + i);
    store(sums, s);
}

template <class T>
inline void add(T* sums, const T* a, Index padded) {
    Lanes<T> s = load(sums);
    for (Index i = 0; i < padded; i += lanes) s += load(a + i);
    store(sums, s);
}

}  // namespace ml4pa::models

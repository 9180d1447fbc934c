#pragma once

#include "ml4pa/models/model.hpp"

namespace ml4pa::models {

// sum_k theta_k x^k
struct Polynomial {
    static constexpr bool linear = true, moments = false;
    Index degree;

    Polynomial(const std::vector<double>& numbers, const std::vector<std::string>&)
        : degree(static_cast<Index>(numbers[0])) {}

    Index n() const { return degree + 1; }
    Index features() const { return 1; }
    Index outputs() const { return 1; }
    Index scratch() const { return degree + 1; }  // the powers

    template <class T>
    void forward(const T* theta, Tile<T>& tile) const {
        for (Index i = 0; i < tile.padded; i += lanes) {
            const Lanes<T> x = load(tile.x + i);
            Lanes<T> s = broadcast(theta[degree]);  // Horner
            for (Index k = degree; k-- > 0;) s = s * x + theta[k];
            store(tile.score + i, s);
            Lanes<T> power = broadcast(T(1));
            for (Index k = 0; k <= degree; ++k, power *= x)
                store(tile.scratch + k * tile_rows + i, power);
        }
    }

    template <class T>
    void backward(const T*, Tile<T>& tile, T* sums) const {
        add_products(tile.slope, tile.scratch, n(), sums, tile.padded);
    }

    template <class T>
    const T* design(const Tile<T>& tile) const {
        return tile.scratch;
    }
    Index ones() const { return 0; }
};

}  // namespace ml4pa::models

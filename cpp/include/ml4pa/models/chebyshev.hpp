#pragma once

#include "ml4pa/models/model.hpp"

namespace ml4pa::models {

// sum_k theta_k T_k(t), t = (2 x - a - b)/(b - a), T_(k+1) = 2 t T_k - T_(k-1)
struct Chebyshev {
    static constexpr bool linear = true, links = false;
    Index degree;
    double low, high;

    Chebyshev(const std::vector<double>& numbers, const std::vector<std::string>&)
        : degree(static_cast<Index>(numbers[0])), low(numbers[1]), high(numbers[2]) {}

    Index n() const { return degree + 1; }
    Index features() const { return 1; }
    Index outputs() const { return 1; }
    Index scratch() const { return degree + 1; }  // T_k

    template <class T>
    void forward(const T* theta, Tile<T>& tile) const {
        const T a = static_cast<T>(low), b = static_cast<T>(high), width = b - a;
        for (Index i = 0; i < tile.padded; i += lanes) {
            const Lanes<T> x = load(tile.x + i);
            const Lanes<T> t = ((x - a) - (b - x)) / width;
            const Lanes<T> t2 = t + t;
            Lanes<T> before = t, now = broadcast(T(1)), s = broadcast(T{});
            for (Index k = 0; k <= degree; ++k) {
                store(tile.scratch + k * tile_rows + i, now);
                s += theta[k] * now;
                const Lanes<T> next = t2 * now - before;
                before = now;
                now = next;
            }
            store(tile.score + i, s);
        }
    }

    template <class T>
    void backward(const T*, Tile<T>& tile, T* sums) const {
        for (Index k = 0; k <= degree; ++k)
            add_products(sums + k * lanes, tile.scratch + k * tile_rows, tile.slope, tile.padded);
    }

    template <class T>
    const T* column(const Tile<T>& tile, Index k) const {
        return tile.scratch + k * tile_rows;
    }
};

}  // namespace ml4pa::models

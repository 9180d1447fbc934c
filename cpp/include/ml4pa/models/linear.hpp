#pragma once

#include "ml4pa/models/model.hpp"

namespace ml4pa::models {

// theta_0 + sum_j theta_j x_j, or without theta_0. With a sigmoid link it is Logistic.
struct Linear {
    static constexpr bool linear = true, links = true, moments = false;
    Index p, intercept;

    Linear(const std::vector<double>& numbers, const std::vector<std::string>&)
        : p(static_cast<Index>(numbers[0])), intercept(static_cast<Index>(numbers[1])) {}

    Index n() const { return p + intercept; }
    Index features() const { return p; }
    Index outputs() const { return 1; }
    Index scratch() const { return 0; }

    template <class T>
    void forward(const T* theta, Tile<T>& tile) const {
        const T first = intercept ? theta[0] : T{};
        Index i = 0;
        for (; i + 4 * lanes <= tile.padded; i += 4 * lanes) strip<4>(theta, first, tile, i);
        for (; i < tile.padded; i += lanes) strip<1>(theta, first, tile, i);
    }

    template <class T>
    void backward(const T*, Tile<T>& tile, T* sums) const {
        if (intercept) add(sums, tile.slope, tile.padded);
        add_products(tile.slope, tile.x, p, sums + intercept * lanes, tile.padded);
    }

    template <class T>
    const T* design(const Tile<T>& tile) const {
        return tile.x;
    }
    Index ones() const { return intercept; }

private:
    // w vectors of rows, from row i.
    template <int w, class T>
    void strip(const T* theta, T first, Tile<T>& tile, Index i) const {
        Lanes<T> s[w];
        for (int k = 0; k < w; ++k) s[k] = broadcast(first);
        for (Index j = 0; j < p; ++j) {
            const Lanes<T> t = broadcast(theta[j + intercept]);
            const T* x = tile.x + j * tile_rows + i;
            for (int k = 0; k < w; ++k) s[k] += t * load(x + k * lanes);
        }
        for (int k = 0; k < w; ++k) store(tile.score + i + k * lanes, s[k]);
    }
};

}  // namespace ml4pa::models

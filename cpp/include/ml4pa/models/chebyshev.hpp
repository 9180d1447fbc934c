#pragma once

#include "ml4pa/models/model.hpp"

namespace ml4pa::models {

// sum_k theta_k T_k(t), t = (2 x - a - b)/(b - a), T_(k+1) = 2 t T_k - T_(k-1)
struct Chebyshev {
    static constexpr bool linear = true, moments = true;
    Index degree;
    double low, high;

    Chebyshev(const std::vector<double>& numbers, const std::vector<std::string>&)
        : degree(static_cast<Index>(numbers[0])), low(numbers[1]), high(numbers[2]) {}

    Index n() const { return degree + 1; }
    Index features() const { return 1; }
    Index outputs() const { return 1; }
    Index scratch() const { return 2 * degree + 1; }  // T_k, up to 2 d for the moments

    template <class T>
    void forward(const T* theta, Tile<T>& tile) const {
        Index i = 0;
        for (; i + 2 * lanes <= tile.padded; i += 2 * lanes) strip<2>(theta, tile, i);
        if (i < tile.padded) strip<1>(theta, tile, i);
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

    // T_(d+1), ..., T_(2d): T_(k+1) = 2 T_1 T_k - T_(k-1)
    template <class T>
    void extend(Tile<T>& tile) const {
        const T* t = tile.scratch + tile_rows;
        for (Index k = degree; k < 2 * degree; ++k) {
            T* now = tile.scratch + k * tile_rows;
            for (Index i = 0; i < tile.padded; i += lanes)
                store(now + tile_rows + i,
                      (load(t + i) + load(t + i)) * load(now + i) - load(now - tile_rows + i));
        }
    }

private:
    // w vectors of rows side by side, from row i: each T_k waits for those before it. There is one
    // division for all rows: one for each would take a third of the time.
    template <int w, class T>
    void strip(const T* theta, Tile<T>& tile, Index i) const {
        const T a = static_cast<T>(low), b = static_cast<T>(high), scale = T(1) / (b - a);
        Lanes<T> t2[w], before[w], now[w], s[w];
        each<w>([&](auto v) {
            const Lanes<T> x = load(tile.x + i + v * lanes);
            const Lanes<T> t = ((x - a) - (b - x)) * scale;
            t2[v] = t + t;
            before[v] = t;
            now[v] = broadcast(T(1));
            s[v] = broadcast(T{});
        });
        for (Index k = 0; k <= degree; ++k)
            each<w>([&](auto v) {
                store(tile.scratch + k * tile_rows + i + v * lanes, now[v]);
                s[v] += theta[k] * now[v];
                const Lanes<T> next = t2[v] * now[v] - before[v];
                before[v] = now[v];
                now[v] = next;
            });
        each<w>([&](auto v) { store(tile.score + i + v * lanes, s[v]); });
    }
};

}  // namespace ml4pa::models

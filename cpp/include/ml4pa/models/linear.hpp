#pragma once

#include <algorithm>

#include "ml4pa/models/model.hpp"

namespace ml4pa::models {

// theta_0 + sum_j theta_j x_j, or without theta_0. With a sigmoid link it is Logistic.
struct Linear {
    static constexpr bool linear = true, moments = false;
    Index p, intercept;

    Linear(const std::vector<double>& numbers, const std::vector<std::string>&)
        : p(static_cast<Index>(numbers[0])), intercept(static_cast<Index>(numbers[1])) {}

    Index n() const { return p + intercept; }
    Index features() const { return p; }
    Index outputs() const { return 1; }
    Index scratch() const { return (p + 2 * lanes + tile_rows - 1) / tile_rows; }

    template <class T>
    void forward(const T* theta, Tile<T>& tile) const {
        const T first = intercept ? theta[0] : T{};
        Index i = 0;
        for (; i + 4 * lanes <= tile.padded; i += 4 * lanes) strip<4>(theta, first, tile, i);
        for (; i < tile.padded; i += lanes) strip<1>(theta, first, tile, i);
    }

    template <class T>
    void backward(const T*, Tile<T>& tile, T* sums) const {
        add(sums, lanes, tile.slope, intercept, tile.padded);
        add_products(tile.slope, tile.x, p, sums + intercept * lanes, tile.padded);
    }

    template <class T>
    const T* design(const Tile<T>& tile) const {
        return tile.x;
    }
    Index ones() const { return intercept; }

    // The same from rows as they lie in memory, which need not be turned into columns, for p >= 8.
    // Eight columns at a time; the last eight overlap those before them, where theta counts as 0.
    // `share` numbers ahead are asked for every eight rows.
    bool by_rows() const { return p >= lanes; }

    template <class T>
    void forward_rows(const T* theta, const T* x, Index row, Tile<T>& tile, costs::Ahead<T>& ahead,
                      Index share) const {
        T* t = tile.scratch;
        std::copy_n(theta + intercept, p, t);
        const Index last = p - lanes, whole = p / lanes * lanes;
        T* tail = t + whole + lanes;
        for (Index k = 0; k < lanes; ++k) tail[k] = last + k < whole ? T{} : t[last + k];
        const T first = intercept ? theta[0] : T{};
        constexpr int several = width<T>;
        for (Index i = 0; i < tile.padded; i += several, x += several * row) {
            if (i % lanes == 0) ahead.ask(share);
            Lanes<T> s[several];
            each<several>([&](auto k) { s[k] = load(x + k * row) * load(t); });
            for (Index c = lanes; c < whole; c += lanes)
                each<several>([&](auto k) { s[k] += load(x + k * row + c) * load(t + c); });
            if (whole < p)
                each<several>([&](auto k) { s[k] += load(x + k * row + last) * load(tail); });
            store_sums(tile.score + i, s);
        }
        for (Index i = 0; i < tile.padded; i += lanes)
            store(tile.score + i, first + load(tile.score + i));
    }

    // Of each eight columns four sums over the rows; before them the eight partial sums of the slopes.
    template <class T>
    void backward_rows(const T* x, Index row, Tile<T>& tile, T* sums, costs::Ahead<T>& ahead,
                       Index share) const {
        if (intercept) add(sums, lanes, tile.slope, 1, tile.padded);
        sums += lanes;
        for (Index c = 0; c < p;) {
            const Index left = (p - c + lanes - 1) / lanes;
            if (in_registers >= 16 && left >= 3)
                c = columns<3>(x, row, c, tile, sums, ahead, share);
            else if (in_registers >= 16 && left == 2)
                c = columns<2>(x, row, c, tile, sums, ahead, share);
            else
                c = columns<1>(x, row, c, tile, sums, ahead, share);
        }
    }

    template <class T>
    void end_rows(const T* sums, T* g) const {
        if (intercept) g[0] = sum_of<T>(load(sums));
        sums += lanes;
        for (Index c = 0; c < p; c += lanes, sums += 4 * lanes)
            store(g + intercept + at(c), (load(sums) + load(sums + 2 * lanes)) +
                                             (load(sums + lanes) + load(sums + 3 * lanes)));
    }

private:
    Index at(Index c) const { return std::min(c, p - lanes); }

    template <int eights, class T>
    Index columns(const T* x, Index row, Index c, Tile<T>& tile, T* sums, costs::Ahead<T>& ahead,
                  Index share) const {
        Index from[eights];
        Lanes<T> a[4 * eights];
        sums += 4 * c;
        each<eights>([&](auto e) { from[e] = at(c + e * lanes); });
        each<4 * eights>([&](auto m) { a[m] = load(sums + m * lanes); });
        for (Index i = 0; i < tile.padded; i += 4, x += 4 * row) {
            if (i % lanes == 0) ahead.ask(share * eights * lanes / p);
            each<4>([&](auto k) {
                const Lanes<T> slope = broadcast(tile.slope[i + k]);
                each<eights>([&](auto e) { a[4 * e + k] += slope * load(x + k * row + from[e]); });
            });
        }
        each<4 * eights>([&](auto m) { store(sums + m * lanes, a[m]); });
        return c + eights * lanes;
    }

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

#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "ml4pa/models/activations.hpp"
#include "ml4pa/models/model.hpp"

namespace ml4pa::models {

// A multilayer perceptron: z = b + W a, a = g(z) layer by layer; the score is the last z. The
// parameters stand neuron by neuron: b_i, w_i1, w_i2, ...
class MLP {
public:
    static constexpr bool linear = false, links = true, moments = false;

    MLP(const std::vector<double>& numbers, const std::vector<std::string>& words)
        : activation_(words[0]) {
        for (double size : numbers) layers_.push_back(static_cast<Index>(size));
        for (std::size_t l = 1; l < layers_.size(); ++l) {
            n_ += layers_[l] * (1 + layers_[l - 1]);
            widest_ = std::max(widest_, layers_[l]);
            if (l + 1 < layers_.size()) hidden_ += layers_[l];
        }
    }

    Index n() const { return n_; }
    Index features() const { return layers_.front(); }
    Index outputs() const { return layers_.back(); }
    Index scratch() const { return hidden_ + 2 * widest_; }  // a of each hidden layer; two deltas

    template <class T>
    void forward(const T* theta, Tile<T>& tile) const {
        const T* a = tile.x;
        T* next = tile.scratch;
        for (std::size_t l = 1; l < layers_.size(); ++l) {
            const bool last = l + 1 == layers_.size();
            const Index into = layers_[l - 1], out = layers_[l];
            T* z = last ? tile.score : next;
            const Weights<T> w{theta + 1, 1 + into, 1, theta, 1 + into};
            product(w, a, into, z, out, tile.padded);
            if (!last) with_activation([&](auto g) { activate<decltype(g)>(z, out, tile.padded); });
            theta += out * (1 + into);
            a = next;
            next += out * tile_rows;
        }
    }

    template <class T>
    void backward(const T* theta, Tile<T>& tile, T* sums) const {
        const T* delta = tile.slope;  // dL/dz of the layer
        T* free = tile.scratch + hidden_ * tile_rows;
        T* other = free + widest_ * tile_rows;
        Index first = n_, a = hidden_;  // where the layer's parameters and inputs begin
        for (std::size_t l = layers_.size(); --l > 0;) {
            const Index into = layers_[l - 1], out = layers_[l];
            first -= out * (1 + into);
            a -= into;  // meaningless for the first layer, whose inputs are the data
            const T* inputs = l > 1 ? tile.scratch + a * tile_rows : tile.x;
            gradient(delta, out, inputs, into, sums + first * lanes, tile.padded);
            if (l == 1) return;
            const Weights<T> w{theta + first + 1, 1, 1 + into, nullptr, 0};
            product(w, delta, out, free, into, tile.padded);
            with_activation([&](auto g) { slopes<decltype(g)>(free, inputs, into, tile.padded); });
            delta = free;
            std::swap(free, other);
        }
    }

private:
    // z_o = bias_o + sum_j w_oj a_j, where w_oj is at[o row + j column].
    template <class T>
    struct Weights {
        const T* at;
        Index row, column;
        const T* bias;
        Index bias_row;
    };

    template <class F>
    void with_activation(F f) const {
        if (activation_ == Tanh::name) return f(Tanh{});
        if (activation_ == Logistic::name) return f(Logistic{});
        return f(Relu{});
    }

    template <class G, class T>
    static void activate(T* z, Index out, Index padded) {
        for (Index o = 0; o < out; ++o, z += tile_rows)
            for (Index i = 0; i < padded; ++i) z[i] = G::value(z[i]);
    }

    template <class G, class T>
    static void slopes(T* delta, const T* a, Index out, Index padded) {
        for (Index o = 0; o < out; ++o, delta += tile_rows, a += tile_rows)
            for (Index i = 0; i < padded; ++i) delta[i] *= G::slope(a[i]);
    }

    // In blocks of four neurons and two vectors of rows, whose sums stay in registers.
    template <class T>
    static void product(const Weights<T>& w, const T* a, Index into, T* z, Index out,
                        Index padded) {
        for (Index i = 0; i < padded;) {
            const bool two = i + 2 * lanes <= padded;
            Index o = 0;
            for (; o + 4 <= out; o += 4)
                two ? block<4, 2>(w, a + i, into, z + i, o) : block<4, 1>(w, a + i, into, z + i, o);
            for (; o < out; ++o)
                two ? block<1, 2>(w, a + i, into, z + i, o) : block<1, 1>(w, a + i, into, z + i, o);
            i += two ? 2 * lanes : lanes;
        }
    }

    template <int neurons, int vectors, class T>
    static void block(const Weights<T>& w, const T* a, Index into, T* z, Index o) {
        Lanes<T> s[neurons][vectors];
        for (int k = 0; k < neurons; ++k)
            for (int v = 0; v < vectors; ++v)
                s[k][v] = broadcast(w.bias ? w.bias[(o + k) * w.bias_row] : T{});
        for (Index j = 0; j < into; ++j) {
            Lanes<T> x[vectors];
            for (int v = 0; v < vectors; ++v) x[v] = load(a + j * tile_rows + v * lanes);
            for (int k = 0; k < neurons; ++k) {
                const Lanes<T> c = broadcast(w.at[(o + k) * w.row + j * w.column]);
                for (int v = 0; v < vectors; ++v) s[k][v] += c * x[v];
            }
        }
        for (int k = 0; k < neurons; ++k)
            for (int v = 0; v < vectors; ++v) store(z + (o + k) * tile_rows + v * lanes, s[k][v]);
    }

    // Adds sum_i delta_o a_j to the partial sums of w_oj, and sum_i delta_o to those of b_o.
    template <class T>
    static void gradient(const T* delta, Index out, const T* a, Index into, T* sums, Index padded) {
        for (Index o = 0; o < out; ++o, delta += tile_rows, sums += (1 + into) * lanes) {
            add(sums, delta, padded);
            add_products(delta, a, into, sums + lanes, padded);
        }
    }

    std::vector<Index> layers_;
    std::string activation_;
    Index n_ = 0, hidden_ = 0, widest_ = 0;
};

}  // namespace ml4pa::models

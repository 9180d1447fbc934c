#pragma once

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "ml4pa/models/activations.hpp"
#include "ml4pa/models/model.hpp"
#include "ml4pa/models/one_row.hpp"

namespace ml4pa::models {

// A multilayer perceptron: z = b + W a, a = g(z) layer by layer; the score is the last z. The
// parameters stand neuron by neuron: b_i, w_i1, w_i2, ...
class MLP {
public:
    static constexpr bool linear = false, moments = false;

    MLP(const std::vector<double>& numbers, const std::vector<std::string>& words)
        : activation_(activation(words[0])) {
        for (double size : numbers) layers_.push_back(static_cast<Index>(size));
        for (std::size_t l = 1; l < layers_.size(); ++l) {
            n_ += layers_[l] * (1 + layers_[l - 1]);
            if (l + 1 < layers_.size()) hidden_ += layers_[l];
        }
    }

    Index n() const { return n_; }
    Index features() const { return layers_.front(); }
    Index outputs() const { return layers_.back(); }
    Index scratch() const { return hidden_; }  // a of each hidden layer, then dL/dz

    template <class T>
    void forward(const T* theta, Tile<T>& tile) const {
        const T* a = tile.x;
        T* next = tile.scratch;
        for (std::size_t l = 1; l < layers_.size(); ++l) {
            const bool last = l + 1 == layers_.size();
            const Index into = layers_[l - 1], out = layers_[l];
            T* z = last ? tile.score : next;
            const Weights<T> w{theta + 1, 1 + into, 1, theta};
            product(w, a, into, z, out, tile.padded, [](auto s, const T*) { return s; });
            if (!last)
                std::visit([&](auto g) { activate<decltype(g)>(z, out, tile.padded); },
                           activation_);
            theta += out * (1 + into);
            a = next;
            next += out * tile_rows;
        }
    }

    template <class T>
    void backward(const T* theta, Tile<T>& tile, T* sums) const {
        const T* delta = tile.slope;    // dL/dz of the layer
        Index first = n_, a = hidden_;  // where the layer's parameters and inputs begin
        for (std::size_t l = layers_.size(); --l > 0;) {
            const Index into = layers_[l - 1], out = layers_[l];
            first -= out * (1 + into);
            T* part = sums + first * lanes;
            if (l == 1) return gradient(delta, out, tile.x, into, part, tile.padded);
            a -= into;
            T* inputs = tile.scratch + a * tile_rows;
            gradient(delta, out, inputs, into, part, tile.padded);
            const Weights<T> w{theta + first + 1, 1, 1 + into, nullptr};
            const auto pull = [&](auto g) {  // dL/dz takes the place of a = g(z)
                product(w, delta, out, inputs, into, tile.padded,
                        [g](auto s, const T* at) { return s * g.slope(load_as<decltype(s)>(at)); });
            };
            std::visit(pull, activation_);
            delta = inputs;
        }
    }

    // The same for a single row, whose partial sums would cost more than its products. The hidden
    // layers' a stand one after the other in `scratch`, each with room for whole packs.
    template <class T>
    void forward_one(const T* theta, const T* x, T* scratch, T* score) const {
        for (std::size_t l = 1; l < layers_.size(); ++l) {
            const bool last = l + 1 == layers_.size();
            const Index into = layers_[l - 1], out = layers_[l];
            T* z = last ? score : scratch;
            weigh(theta, x, into, z, out);
            if (last) return;
            std::visit([&](auto g) { activate<decltype(g)>(z, 1, whole(out), 0); }, activation_);
            theta += out * (1 + into);
            x = z;
            scratch += whole(out);
        }
    }

    // The gradient, from slope = dL/dscore, written or added to g; dL/dz takes the place of a = g(z).
    template <bool adds, class T>
    void backward_one(const T* theta, const T* x, T* scratch, const T* slope, T* g) const {
        T* pulled = scratch + hidden_ * lanes;
        for (std::size_t l = 1; l + 1 < layers_.size(); ++l) scratch += whole(layers_[l]);
        Index first = n_;
        for (std::size_t l = layers_.size(); --l > 0;) {
            const Index into = layers_[l - 1], out = layers_[l];
            first -= out * (1 + into);
            if (l == 1) return spread<adds>(slope, out, x, into, g + first);
            T* a = scratch -= whole(into);
            spread<adds>(slope, out, a, into, g + first);
            pull_back(theta + first, slope, out, pulled, into);
            const auto chain = [&](auto activation) {
                for (Index j = 0; j < into; ++j) a[j] = pulled[j] * activation.slope(a[j]);
            };
            std::visit(chain, activation_);
            slope = a;
        }
    }

private:
    static Index whole(Index count) { return (count + lanes - 1) / lanes * lanes; }

    // z_o = bias_o + sum_j w_oj a_j, where w_oj is at[o row + j column], and the biases lie as the
    // rows do.
    template <class T>
    struct Weights {
        const T* at;
        Index row, column;
        const T* bias;
    };

    using Activation = std::variant<Tanh, Logistic, Relu>;

    static Activation activation(const std::string& name) {
        if (name == Tanh::name) return Tanh{};
        if (name == Logistic::name) return Logistic{};
        return Relu{};
    }

    // Of a whole tile in one loop.
    template <class G, class T>
    static void activate(T* z, Index out, Index padded) {
        if (padded == tile_rows) return activate<G>(z, 1, out * tile_rows, 0);
        activate<G>(z, out, padded, tile_rows);
    }

    template <class G, class T>
    static void activate(T* z, Index columns, Index rows, Index stride) {
        for (Index o = 0; o < columns; ++o, z += stride)
            for (Index i = 0; i < rows; ++i) z[i] = G::value(z[i]);
    }

    // 32 bytes of rows: the widest vectors, where each product waits for its sum, run slower.
    template <class T>
    static constexpr Index half = std::min<Index>(width<T>, 32 / sizeof(T));
    template <class T>
    using Half = Group<T, half<T>>;

    // In blocks of sums that stay in registers. `finish` gets each sum, and where it goes.
    template <class T, class Finish>
    static void product(const Weights<T>& w, const T* a, Index into, T* z, Index out, Index padded,
                        Finish finish) {
        Index o = 0;
        for (; o + 4 <= out; o += 4) rows<4>(w, a, into, z, o, padded, finish);
        for (; o + 2 <= out; o += 2) rows<2>(w, a, into, z, o, padded, finish);
        if (o < out) rows<1>(w, a, into, z, o, padded, finish);
    }

    template <int neurons, class T, class Finish>
    static void rows(const Weights<T>& w, const T* a, Index into, T* z, Index o, Index padded,
                     Finish finish) {
        constexpr int vectors = std::max(1, in_registers / neurons);
        Index i = 0;
        for (; i + vectors * half<T> <= padded; i += vectors * half<T>)
            block<neurons, vectors>(w, a + i, into, z + i, o, finish);
        for (; i < padded; i += half<T>) block<neurons, 1>(w, a + i, into, z + i, o, finish);
    }

    template <int neurons, int vectors, class T, class Finish>
    static void block(const Weights<T>& w, const T* a, Index into, T* z, Index o, Finish finish) {
        Half<T> s[neurons * vectors];
        const T* c = w.at + o * w.row;
        each<neurons * vectors>([&](auto m) {
            s[m] = broadcast_as<Half<T>>(w.bias ? w.bias[(o + m / vectors) * w.row] : T{});
        });
        for (Index j = 0; j < into; ++j, a += tile_rows, c += w.column) {
            Half<T> x[vectors];
            each<vectors>([&](auto v) { x[v] = load_as<Half<T>>(a + v * half<T>); });
            each<neurons>([&](auto k) {
                const Half<T> b = broadcast_as<Half<T>>(c[k * w.row]);
                each<vectors>([&](auto v) { s[k * vectors + v] += b * x[v]; });
            });
        }
        each<neurons * vectors>([&](auto m) {
            T* at = z + (o + m / vectors) * tile_rows + m % vectors * half<T>;
            store(at, finish(s[m], at));
        });
    }

    // Adds sum_i delta_o a_j to the partial sums of w_oj, and sum_i delta_o to those of b_o.
    template <class T>
    static void gradient(const T* delta, Index out, const T* a, Index into, T* sums, Index padded) {
        const Index stride = (1 + into) * lanes;
        add(sums, stride, delta, out, padded);
        add_outer(delta, out, a, into, sums + lanes, stride, padded);
    }

    std::vector<Index> layers_;
    Activation activation_;
    Index n_ = 0, hidden_ = 0;
};

}  // namespace ml4pa::models

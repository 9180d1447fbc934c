// A layer of neurons at one row of data, in vectors over its inputs. The parameters stand neuron by
// neuron: b_o, w_o1, w_o2, ... Arrays of inputs have room for whole packs of lanes.
#pragma once

#include "ml4pa/lanes.hpp"

namespace ml4pa::models {

// at[0], at[row], at[2 row], ...: a register of them, or fewer, the rest 0.
template <class T>
inline auto column(const T* at, Index row, Index count) {
    constexpr int several = width<T>;
    Group<T, several> c{};
    if (count == several)
        each<several>([&](auto k) {
            constexpr int i = k;
            c[i] = at[i * row];
        });
    else
        for (Index k = 0; k < count; ++k) c[k] = at[k * row];
    return c;
}

// z_o = b_o + sum_j w_oj a_j of `count` neurons, at most a register's. z has room for all of it, and
// is written in one piece: it will be read so.
template <class T>
inline void weigh_some(const T* theta, const T* a, Index into, T* z, Index count) {
    constexpr int several = width<T>;
    const Index row = 1 + into, whole = into / lanes * lanes;
    auto s = column(theta, row, count);
    if (whole > 0) {
        Lanes<T> products[several] = {};
        for (Index c = 0; c < whole; c += lanes) {
            const Lanes<T> x = load(a + c);
            each<several>([&](auto k) {
                if (k < count) products[k] += load(theta + k * row + 1 + c) * x;
            });
        }
        s += detail::fold<several>(products);
    }
    for (Index j = whole; j < into; ++j) s += column(theta + 1 + j, row, count) * a[j];
    store(z, s);
}

// Of a layer; z is filled up with zeros to whole packs.
template <class T>
inline void weigh(const T* theta, const T* a, Index into, T* z, Index out) {
    constexpr Index several = width<T>;
    for (Index o = 0; o < out; o += several)
        weigh_some(theta + o * (1 + into), a, into, z + o, std::min(several, out - o));
    for (Index o = (out + several - 1) / several * several; o % lanes != 0; ++o) z[o] = T{};
}

// sum_o w_oj delta_o for each input j.
template <class T>
inline void pull_back(const T* theta, const T* delta, Index out, T* to, Index into) {
    const Index row = 1 + into;
    const auto block = [&](Index j) {
        Lanes<T> s = load(theta + 1 + j) * delta[0];
        for (Index o = 1; o < out; ++o) s += load(theta + o * row + 1 + j) * delta[o];
        store(to + j, s);
    };
    if (into < lanes) {
        for (Index j = 0; j < into; ++j) {
            T s = theta[1 + j] * delta[0];
            for (Index o = 1; o < out; ++o) s += theta[o * row + 1 + j] * delta[o];
            to[j] = s;
        }
        return;
    }
    for (Index j = 0; j + lanes < into; j += lanes) block(j);
    block(into - lanes);  // may overlap the one before: the same numbers once more
}

// The gradient, delta_o for b_o and delta_o a_j for w_oj: written, or added to g.
template <bool adds, class T>
inline void spread(const T* delta, Index out, const T* a, Index into, T* g) {
    for (Index o = 0; o < out; ++o, g += 1 + into) {
        const T d = delta[o];
        const auto put = [](T* to, auto pull) {
            if constexpr (adds)
                store(to, load_as<decltype(pull)>(to) + pull);
            else
                store(to, pull);
        };
        g[0] = adds ? g[0] + d : d;
        Index j = 0;
        for (; j + lanes <= into; j += lanes) put(g + 1 + j, d * load(a + j));
        for (; j < into; ++j) g[1 + j] = adds ? g[1 + j] + d * a[j] : d * a[j];
    }
}

}  // namespace ml4pa::models

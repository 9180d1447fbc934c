// A layer of neurons at one row of data, in vectors over its inputs. The parameters stand neuron by
// neuron: b_o, w_o1, w_o2, ... Arrays of inputs have room for whole packs of lanes.
#pragma once

#include "ml4pa/lanes.hpp"

namespace ml4pa::models {

// z_o = b_o + sum_j w_oj a_j of `count` neurons, at most a register's.
template <class T>
inline void weigh_some(const T* theta, const T* a, Index into, T* z, Index count) {
    const Index row = 1 + into, whole = into / lanes * lanes;
    constexpr int several = width<T>;
    T sums[several] = {};
    if (whole > 0) {
        Lanes<T> s[several] = {};
        for (Index c = 0; c < whole; c += lanes) {
            const Lanes<T> x = load(a + c);
            each<several>([&](auto k) {
                if (k < count) s[k] += load(theta + k * row + 1 + c) * x;
            });
        }
        store_sums(sums, s);
    }
    for (Index k = 0; k < count; ++k, theta += row) {
        T s = theta[0] + sums[k];
        for (Index j = whole; j < into; ++j) s += theta[1 + j] * a[j];
        z[k] = s;
    }
}

template <class T>
inline void weigh(const T* theta, const T* a, Index into, T* z, Index out) {
    constexpr Index several = width<T>;
    for (Index o = 0; o < out; o += several)
        weigh_some(theta + o * (1 + into), a, into, z + o, std::min(several, out - o));
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

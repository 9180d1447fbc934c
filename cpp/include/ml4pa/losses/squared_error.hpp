#pragma once

#include "ml4pa/losses/loss.hpp"
#include "ml4pa/models/links.hpp"

namespace ml4pa::losses {

// (f(s) - y)^2: of "mse", and with weights 1/sigma^2 of "chi2".
template <class Link>
struct SquaredError {
    template <class T>
    static Terms<T> at(T s, T y) {
        const models::Linked<T> f = Link::at(s);
        const T r = f.f - y;
        return {r * r, (T(2) * r) * f.slope, T(2) * (f.slope * f.slope + r * f.curvature)};
    }
};

}  // namespace ml4pa::losses

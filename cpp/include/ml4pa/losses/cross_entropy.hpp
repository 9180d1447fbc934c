#pragma once

#include "ml4pa/elementary.hpp"
#include "ml4pa/losses/loss.hpp"

namespace ml4pa::losses {

// -y ln p - (1 - y) ln(1 - p) of p = 1/(1 + e^-s), from the score s: it cannot overflow.
struct CrossEntropy {
    template <class T>
    static Terms<T> at(T s, T y) {
        const T e = exp_negative(-absolute(s));
        const T q = T(1) / (T(1) + e);
        const T p = s >= T{} ? q : e * q;
        const T tail = (s > T{} ? s : T{}) - y * s;
        return {tail + log1p_unit(e), p - y, (e * q) * q};
    }
};

}  // namespace ml4pa::losses

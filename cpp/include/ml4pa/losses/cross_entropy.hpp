#pragma once

#include "ml4pa/elementary.hpp"
#include "ml4pa/losses/loss.hpp"

namespace ml4pa::losses {

// -y ln p - (1 - y) ln(1 - p) of p = 1/(1 + e^-s), from the score s: it cannot overflow. At an
// infinite score it is 0 where y is the label on its side, else infinite.
struct CrossEntropy {
    template <class T>
    static Odds<T> odds(T s) {
        return ml4pa::odds(s);
    }
    template <class T>
    static Terms<T> at(T s, T y) {
        return at(s, y, odds(s));
    }
    template <class T>
    static Terms<T> at(T s, T y, const Odds<T>& e) {
        const Likelihood<T> l = likelihood(e);
        const T tail = (s > T{} ? s : T{}) - y * s;
        return {tail + l.log, l.chance.at(s) - y, l.chance.large * l.chance.small};
    }
    // The value at an infinite score, where the above is NaN.
    template <class T>
    static T limit(T s, T y) {
        return (s > T{} ? T(1) - y : y) > T{} ? absolute(s) : T{};
    }
};

}  // namespace ml4pa::losses

// What a loss is: of one datum y at the score s, its value and its first two derivatives with
// respect to s.
//
//     struct L { template <class T> static Terms<T> at(T s, T y); };
//
// A loss may also have its terms from the odds of a score:
//     template <class T> static Odds<T> odds(T s);
//     template <class T> static Terms<T> at(T s, T y, const Odds<T>&);
// and then has its value at an infinite score by itself, so that the loops need not ask:
//     template <class T> static T limit(T s, T y);
#pragma once

namespace ml4pa::losses {

template <class T>
struct Terms {
    T value, slope, curvature;
};

}  // namespace ml4pa::losses

// What a loss is: of one datum y at the score s, its value and its first two derivatives with
// respect to s.
//
//     struct L { template <class T> static Terms<T> at(T s, T y); };
//
// A loss may also have its terms from the odds of a score:
//     template <class T> static Odds<T> odds(T s);
//     template <class T> static Terms<T> at(T s, T y, const Odds<T>&);
#pragma once

namespace ml4pa::losses {

template <class T>
struct Terms {
    T value, slope, curvature;
};

}  // namespace ml4pa::losses

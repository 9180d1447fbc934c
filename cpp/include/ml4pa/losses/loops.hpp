// A loss at many scores, one call for all of them: so it is compiled once, and not with each model.
#pragma once

#include "ml4pa/costs/spec.hpp"
#include "ml4pa/objective.hpp"

namespace ml4pa::losses {

inline constexpr Index most_at_once = 64;

// The loss of datum y[i] at score[i] and its derivatives with respect to the score, for i < count <=
// most_at_once; a loop leaves what it does not compute.
template <class T>
using Loop = void (*)(const T* score, const T* y, Index count, T* value, T* slope, T* curvature);

template <class T>
struct Loops {
    Loop<T> value, gradient, hessian;                   // value; and slope; and curvature
    void (*slopes)(T* score, const T* y, Index count);  // the scores become the slopes
};

// Of the loss, and of the model's link.
template <class T>
const Loops<T>& loops(const costs::Spec& spec);

}  // namespace ml4pa::losses

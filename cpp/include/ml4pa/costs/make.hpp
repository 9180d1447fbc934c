// A model's sums over rows, with the loss that is named.
#pragma once

#include <memory>
#include <utility>

#include "ml4pa/costs/row_sum.hpp"
#include "ml4pa/costs/spec.hpp"

namespace ml4pa::costs {

template <class Model, class T>
std::unique_ptr<Rowwise<T>> make_row_sum(const Spec& spec) {
    return std::make_unique<RowSum<Model, T>>(Model(spec.numbers, spec.words),
                                              losses::loops<T>(spec));
}

}  // namespace ml4pa::costs

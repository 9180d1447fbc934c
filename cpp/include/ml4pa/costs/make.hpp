// A model's sums over rows, one for each loss that it can have.
#pragma once

#include <memory>
#include <utility>

#include "ml4pa/costs/row_sum.hpp"
#include "ml4pa/costs/spec.hpp"
#include "ml4pa/losses/cross_entropy.hpp"
#include "ml4pa/losses/squared_error.hpp"

namespace ml4pa::costs {

template <class Model, class T>
std::unique_ptr<Rowwise<T>> make_row_sum(const Spec& spec) {
    Model model(spec.numbers, spec.words);
    if constexpr (Model::links) {
        if (spec.loss == "cross_entropy")
            return std::make_unique<RowSum<Model, losses::CrossEntropy, T>>(std::move(model));
        if (spec.sigmoid())
            return std::make_unique<RowSum<Model, losses::SquaredError<models::Sigmoid>, T>>(
                std::move(model));
    }
    return std::make_unique<RowSum<Model, losses::SquaredError<models::Identity>, T>>(
        std::move(model));
}

}  // namespace ml4pa::costs

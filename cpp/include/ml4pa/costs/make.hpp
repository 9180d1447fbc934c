// From names to sums over rows.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ml4pa/costs/row_sum.hpp"
#include "ml4pa/losses/cross_entropy.hpp"
#include "ml4pa/losses/squared_error.hpp"

namespace ml4pa::costs {

// A model and a loss, as Python names them; the last of `words` is the model's link.
struct Spec {
    std::string model;
    std::vector<double> numbers;
    std::vector<std::string> words;
    std::string loss;

    bool sigmoid() const { return !words.empty() && words.back() == models::Sigmoid::name; }
};

// Null for an unknown model.
template <class T>
std::unique_ptr<Rowwise<T>> make_rowwise(const Spec& spec);

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

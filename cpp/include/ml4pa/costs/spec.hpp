// From names to sums over rows.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ml4pa/costs/rowwise.hpp"

namespace ml4pa::costs {

// A model and a loss, as Python names them; the last of `words` is the model's link.
struct Spec {
    std::string model;
    std::vector<double> numbers;
    std::vector<std::string> words;
    std::string loss;

    bool squares() const { return loss == "mse" || loss == "chi2"; }
    bool cross_entropy() const { return loss == "cross_entropy"; }
    bool sigmoid() const { return !words.empty() && words.back() == "sigmoid"; }
};

// Null for an unknown model.
template <class T>
std::unique_ptr<Rowwise<T>> make_rowwise(const Spec& spec);

}  // namespace ml4pa::costs

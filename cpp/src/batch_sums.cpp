#include "ml4pa/costs/batch_sums.hpp"

#include <optional>

#include "ml4pa/models/linear.hpp"

namespace ml4pa {
namespace {

// What is linear in the features, as it is named or not: a polynomial of degree 1 is a line.
std::optional<models::Linear> as_linear(const costs::Spec& spec) {
    if (spec.model == "linear") return models::Linear(spec.numbers, spec.words);
    if (spec.model == "polynomial" && spec.numbers[0] == 1.0)
        return models::Linear({1.0, 1.0}, spec.words);
    return {};
}

}  // namespace

template <class T>
std::unique_ptr<BatchSum> make_batch_sum(const costs::Spec& spec, const costs::Source<T>& source) {
    const auto linear = as_linear(spec);
    if (linear && (spec.cross_entropy() || !spec.sigmoid()))
        return std::make_unique<costs::LinearSum<T>>(spec, linear->p, linear->intercept != 0,
                                                     source);
    auto sum = costs::make_rowwise<T>(spec);
    if (!sum) return nullptr;
    const bool polynomial = spec.model == "polynomial" && spec.squares();
    const auto degree = polynomial ? static_cast<Index>(spec.numbers[0]) : 0;
    return std::make_unique<costs::AnySum<T>>(std::move(sum), source, degree);
}

template std::unique_ptr<BatchSum> make_batch_sum(const costs::Spec&, const costs::Source<float>&);
template std::unique_ptr<BatchSum> make_batch_sum(const costs::Spec&, const costs::Source<double>&);

}  // namespace ml4pa

#include "ml4pa/costs/batch_sums.hpp"

#include "ml4pa/models/linear.hpp"

namespace ml4pa {

template <class T>
std::unique_ptr<BatchSum> make_batch_sum(const costs::Spec& spec, const costs::Source<T>& source) {
    if (spec.model == "linear" && (spec.loss == "cross_entropy" || !spec.sigmoid())) {
        const models::Linear linear(spec.numbers, spec.words);
        return std::make_unique<costs::LinearSum<T>>(spec, linear.p, linear.intercept != 0, source);
    }
    auto sum = costs::make_rowwise<T>(spec);
    if (!sum) return nullptr;
    return std::make_unique<costs::AnySum<T>>(std::move(sum), source);
}

template std::unique_ptr<BatchSum> make_batch_sum(const costs::Spec&, const costs::Source<float>&);
template std::unique_ptr<BatchSum> make_batch_sum(const costs::Spec&, const costs::Source<double>&);

}  // namespace ml4pa

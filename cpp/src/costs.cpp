#include <utility>

#include "ml4pa/costs/correlated.hpp"
#include "ml4pa/costs/data_cost.hpp"
#include "ml4pa/factory.hpp"
#include "ml4pa/models/links.hpp"

namespace ml4pa {

namespace costs {

#define MODEL(stem, type)                                             \
    std::unique_ptr<Rowwise<double>> double_##stem(const Spec& spec); \
    std::unique_ptr<Rowwise<float>> float_##stem(const Spec& spec);
#include "ml4pa/models/registry.def"
#undef MODEL

template <>
std::unique_ptr<Rowwise<double>> make_rowwise(const Spec& spec) {
#define MODEL(stem, type) \
    if (spec.model == #stem) return double_##stem(spec);
#include "ml4pa/models/registry.def"
#undef MODEL
    return nullptr;
}

template <>
std::unique_ptr<Rowwise<float>> make_rowwise(const Spec& spec) {
#define MODEL(stem, type) \
    if (spec.model == #stem) return float_##stem(spec);
#include "ml4pa/models/registry.def"
#undef MODEL
    return nullptr;
}

}  // namespace costs

std::unique_ptr<Objective> make_cost(const costs::Spec& spec, costs::Data data,
                                     const double* whitening) {
    auto sum = costs::make_rowwise<double>(spec);
    if (!sum) return nullptr;
    if (whitening == nullptr)
        return std::make_unique<costs::DataCost>(std::move(sum), std::move(data));
    if (spec.sigmoid())
        return std::make_unique<costs::CorrelatedCost<models::Sigmoid>>(std::move(sum),
                                                                        std::move(data), whitening);
    return std::make_unique<costs::CorrelatedCost<models::Identity>>(std::move(sum),
                                                                     std::move(data), whitening);
}

std::vector<std::string> model_names() {
    return {
#define MODEL(stem, type) #stem,
#include "ml4pa/models/registry.def"
#undef MODEL
    };
}

}  // namespace ml4pa

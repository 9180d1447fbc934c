#include "ml4pa/factory.hpp"

namespace ml4pa {

#define POPULATION_METHOD(stem) PopulationMethodEntry population_##stem();
#include "ml4pa/population_methods/registry.def"
#undef POPULATION_METHOD

const std::vector<PopulationMethodEntry>& population_methods() {
    static const std::vector<PopulationMethodEntry> all = {
#define POPULATION_METHOD(stem) population_##stem(),
#include "ml4pa/population_methods/registry.def"
#undef POPULATION_METHOD
    };
    return all;
}

std::unique_ptr<PopulationRun> make_population_run(std::string_view method,
                                                   const Parameters& parameters, std::uint64_t key,
                                                   const double* x0, Index n, Bounds bounds) {
    for (const PopulationMethodEntry& entry : population_methods())
        if (method == entry.signature.name)
            return entry.start(parameters, key, x0, n, std::move(bounds));
    return nullptr;
}

void population_to_end(PopulationRun& run, Evaluation& evaluation, const PopulationOptions& options,
                       PopulationPath& path, Progress& progress, Observer& observer) {
    minimize_population(run, evaluation, options, path, progress, observer);
}

}  // namespace ml4pa

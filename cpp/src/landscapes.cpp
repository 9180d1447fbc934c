#include <string>
#include <string_view>
#include <vector>

#include "ml4pa/factory.hpp"
#include "ml4pa/landscape.hpp"

namespace ml4pa {

#define LANDSCAPE(stem, type) LandscapeEntry entry_##stem();
#include "ml4pa/landscapes/registry.def"
#undef LANDSCAPE

namespace {

const std::vector<LandscapeEntry>& entries() {
    static const std::vector<LandscapeEntry> all = {
#define LANDSCAPE(stem, type) entry_##stem(),
#include "ml4pa/landscapes/registry.def"
#undef LANDSCAPE
    };
    return all;
}

}  // namespace

std::unique_ptr<Objective> make_objective(std::string_view name, const double* parameters,
                                          Index n) {
    for (const LandscapeEntry& entry : entries())
        if (name == entry.name) return entry.make(parameters, n);
    return nullptr;
}

std::vector<std::string> landscape_names() {
    std::vector<std::string> names;
    for (const LandscapeEntry& entry : entries()) names.emplace_back(entry.name);
    return names;
}

}  // namespace ml4pa

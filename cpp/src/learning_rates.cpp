#include "ml4pa/factory.hpp"
#include "ml4pa/learning_rates/registry.hpp"

namespace ml4pa {
namespace {

using Then = std::shared_ptr<const Schedule>;

template <class S>
Then schedule(const double* fields, Then then) {
    if constexpr (std::is_constructible_v<S, const double*, Then>)
        return std::make_shared<S>(fields, std::move(then));
    else
        return std::make_shared<S>(fields);
}

template <class... S>
Then find_schedule(std::tuple<S...>*, std::string_view name, const double* fields, Then then) {
    Then found;
    (void)((name == S::name && (found = schedule<S>(fields, then), true)) || ...);
    return found;
}

template <class... S>
std::unique_ptr<LineSearch> find_search(std::tuple<S...>*, std::string_view name,
                                        const double* fields) {
    std::unique_ptr<LineSearch> found;
    (void)((name == S::name && (found = std::make_unique<S>(fields), true)) || ...);
    return found;
}

}  // namespace

Then make_schedule(std::string_view name, const double* fields, Then then) {
    return find_schedule(static_cast<Schedules*>(nullptr), name, fields, std::move(then));
}

std::unique_ptr<LineSearch> make_line_search(std::string_view name, const double* fields) {
    return find_search(static_cast<LineSearches*>(nullptr), name, fields);
}

}  // namespace ml4pa

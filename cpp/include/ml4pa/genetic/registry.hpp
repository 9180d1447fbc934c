// The operators: one line each.
#pragma once

#include <string_view>

#include "ml4pa/genetic/crossovers/blend.hpp"
#include "ml4pa/genetic/crossovers/sbx.hpp"
#include "ml4pa/genetic/crossovers/single_point.hpp"
#include "ml4pa/genetic/crossovers/two_point.hpp"
#include "ml4pa/genetic/crossovers/uniform.hpp"
#include "ml4pa/genetic/mutations/bit_flip.hpp"
#include "ml4pa/genetic/mutations/gaussian.hpp"
#include "ml4pa/genetic/mutations/multiplicative.hpp"
#include "ml4pa/genetic/mutations/nodal.hpp"
#include "ml4pa/genetic/selections/rank.hpp"
#include "ml4pa/genetic/selections/roulette.hpp"
#include "ml4pa/genetic/selections/tournament.hpp"
#include "ml4pa/genetic/selections/truncation.hpp"

namespace ml4pa::genetic {

struct SelectionEntry {
    std::string_view name;
    void (*apply)(const Selection&);
};
inline constexpr SelectionEntry selections[] = {
    {"tournament", tournament},
    {"roulette", roulette},
    {"rank", rank},
    {"truncation", truncation},
};

struct CrossoverEntry {
    std::string_view name;
    void (*apply)(const Pair&);
};
inline constexpr CrossoverEntry crossovers[] = {
    {"single_point", single_point},
    {"two_point", two_point},
    {"uniform", uniform},
    {"blend", blend},
    {"sbx", sbx},
};

// What is taken where none is given: the scale between two finite bounds, and where a side is open,
// for those that add times the width of the bounds, or max(|x0|, 1); how many genes or neurons of a
// chromosome mutate on average; n times the decay.
struct MutationEntry {
    std::string_view name;
    void (*apply)(const Mutation&);
    double scale, open, rate, decay;
    bool adds;
};
inline constexpr MutationEntry mutations[] = {
    {"multiplicative", multiplicative, 10.0, 1.5, 0.7, 0.1, false},
    {"gaussian", gaussian, 0.3, 0.3, 1.0, 0.1, true},
    {"bit_flip", bit_flip, 1.0, 1.0, 1.0, 0.0, false},
    {"nodal", nodal, 0.3, 0.3, 1.0, 0.1, true},
};

template <class Entry, std::size_t k>
const Entry& entry_of(const Entry (&entries)[k], std::string_view name) {
    const Entry* found = entries;
    while (found->name != name) ++found;  // checked in Python
    return *found;
}

}  // namespace ml4pa::genetic

// What the loop of a fleet and its kernels say to each other. A fleet advances many descents side
// by side, one a lane, in blocks whose state stays in the first cache.
#pragma once

#include <string_view>
#include <tuple>
#include <utility>

#include "ml4pa/methods/newton_step.hpp"
#include "ml4pa/methods/registry.hpp"
#include "ml4pa/objective.hpp"

namespace ml4pa::fleet {

using FleetMethods = decltype(std::tuple_cat(std::declval<Methods>(),
                                             std::declval<std::tuple<methods::NewtonStep>>()));

template <class M>
constexpr bool packs() {
    if constexpr (requires { M::packs; })
        return M::packs;
    else
        return false;
}

// Whether the brief kernels of a method keep the best points too. Those of RMSprop and AdaGrad are
// bound by roots and quotients, beside which it costs 1 %; Adam's move more memory, and it costs 12.
template <class M>
inline constexpr bool keeps_points = packs<M>() && M::slots.size() == 1;

inline constexpr int most_lanes = 128;  // of a block: a multiple of every width of vectors
inline constexpr int most_dimensions = 2, most_slots = 2, most_scalars = 2;

using Lanes = double[most_lanes];

// All that changes of the descents of a block. `total` and `least` gather on the way, at an
// operation or two a step, whether something may have happened that ends a descent.
struct alignas(64) Block {
    Lanes theta[most_dimensions];
    Lanes slot[most_slots][most_dimensions];
    Lanes best_x[most_dimensions];
    Lanes best_f;
    Lanes total;  // of all values: not finite where one of them was not
    Lanes least;  // of max|g|, or of its first coordinate alone, where it is a number
};

// The method and what is the same for all coordinates of a step (method.hpp), as their structs:
// of all lanes, [step]; or of each lane, [lane] and [step][lane].
struct Steps {
    const void* methods;
    const void* steps;
    bool shared;
};

// What is compiled for one method. `stride` is 1, or most_lanes where each lane has its own.
struct Method {
    const char* name;
    int fields, slots, scalars;
    std::size_t size, step_size;  // in bytes
    bool packs, keeps_points, newton;
    int place;  // among FleetMethods
    // Writes the method of a lane from its hyper-parameters.
    void (*make)(const double* fields, void* methods, int lane);
    // Writes `count` steps of the lanes [0, lanes), from the learning rates [step][lane].
    void (*begin)(const void* methods, const double* rates, double (*scalars)[most_scalars],
                  int lanes, int stride, Index count, void* steps);
};

// What a kernel writes of each step, [step][number][lane]: the point asked (d numbers), the
// gradient there (d), and the value.
constexpr Index row_size(Index d) { return (2 * d + 1) * most_lanes; }

// `count` steps of the lanes [first, last), both of them multiples of every width; rows may be null.
using Advance = void (*)(const Objective& landscape, const Steps& steps, const Block& from,
                         Block& to, int first, int last, Index count, double* rows);

// `brief` keeps of each step what tells whether anything happened, and no more: the least value but
// not its point (unless `keeps_points`), the least |g_0| but not max|g|, which is not less; no rows.
// `briefest` leaves out the gradient, too. The steps are shared. Null where there are none.
struct Kernel {
    Advance whole, brief, briefest;
};

}  // namespace ml4pa::fleet

// What a gradient method is: its hyper-parameters, the numbers and vectors it keeps between steps,
// and the update of one coordinate.
//
//     struct M {
//         static constexpr const char* name;
//         static constexpr std::array<const char*, k> fields;    // the doubles below, in order
//         static constexpr std::array<const char*, q> scalars;   // kept numbers, 0 at the start
//         static constexpr std::array<const char*, p> slots;     // kept vectors, 0 at the start
//         static constexpr bool packs;   // roots and quotients cost more than packing two lanes
//         double ...;                    // one a field
//         struct Step { ... };           // what is the same for all coordinates of one step
//         Step begin(double eta, double* scalars) const;
//         template <class T> static void update(const Step&, T g, T& theta, T* slot);
//     };
//
// A method that wants its gradient elsewhere than at theta also has
//     template <class T> T look_ahead(T theta, const T* slot) const;
//
// T is double, or a Pack of them. Both have + - * / += -= *=, and after `using std::max;` and so on
// sqrt, min, max, fabs, sin, cos, exp, log. pack.hpp says what they make of NaN.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>

namespace ml4pa {

template <class M>
concept LooksAhead = requires(const M& m, double theta, const double* slot) {
    { m.look_ahead(theta, slot) } -> std::same_as<double>;
};

// The hyper-parameters from numbers in the order of M::fields. Every M is an aggregate of doubles.
template <class M>
M make_method(const double* values) {
    M method;
    static_assert(sizeof(M) == (M::fields.empty() ? 1 : M::fields.size() * sizeof(double)));
    double* field = reinterpret_cast<double*>(&method);
    for (std::size_t i = 0; i < M::fields.size(); ++i) field[i] = values[i];
    return method;
}

}  // namespace ml4pa

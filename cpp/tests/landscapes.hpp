// What the tests of landscapes share.
#pragma once

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "ml4pa/factory.hpp"

namespace ml4pa::test {

// For landscapes with parameters of their own; none of them a special value.
inline const std::vector<double> parameters{1.3, 2.7, 0.9, 1.9};

// The dimension of a landscape, `free` where it is free: the components of the gradient that are
// written.
inline Index dimension(const std::string& name, Index free) {
    const std::vector<double> x(static_cast<std::size_t>(free), 0.5);
    std::vector<double> g(x.size(), std::numeric_limits<double>::quiet_NaN());
    make_objective(name, parameters.data(), free)->value_and_gradient(x.data(), g.data());
    return std::count_if(g.begin(), g.end(), [](double a) { return a == a; });
}

}  // namespace ml4pa::test

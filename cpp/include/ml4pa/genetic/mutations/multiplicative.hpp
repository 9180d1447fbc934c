#pragma once

#include "ml4pa/genetic/mutation.hpp"

namespace ml4pa::genetic {

// theta_ij <- theta_ij (1 + s_j z)
inline void multiplicative(const Mutation& m) {
    mutate_genes(m, [](double gene, double s, double z) { return gene * (1.0 + s * z); });
}

}  // namespace ml4pa::genetic

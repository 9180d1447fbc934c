#pragma once

#include "ml4pa/genetic/mutation.hpp"

namespace ml4pa::genetic {

// theta_ij <- theta_ij + s_j z
inline void gaussian(const Mutation& m) {
    mutate_genes(m, [](double gene, double s, double z) { return gene + s * z; });
}

}  // namespace ml4pa::genetic

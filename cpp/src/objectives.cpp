#include <utility>

#include "ml4pa/compiled_function.hpp"
#include "ml4pa/costs/least_squares.hpp"
#include "ml4pa/factory.hpp"
#include "ml4pa/landscapes/rotated.hpp"
#include "ml4pa/landscapes/shifted.hpp"

namespace ml4pa {

std::unique_ptr<Objective> make_rotated(std::shared_ptr<const Objective> inner,
                                        std::vector<double> matrix) {
    return std::make_unique<RotatedObjective>(std::move(inner), std::move(matrix));
}

std::unique_ptr<Objective> make_shifted(std::shared_ptr<const Objective> inner,
                                        std::vector<double> offset) {
    return std::make_unique<ShiftedObjective>(std::move(inner), std::move(offset));
}

std::unique_ptr<Objective> make_least_squares(std::vector<double> a, std::vector<double> y, Index n,
                                              double scale) {
    return std::make_unique<costs::LeastSquares>(std::move(a), std::move(y), n, scale);
}

std::unique_ptr<Objective> make_compiled_function(Index n, CodeSpec spec) {
    return std::make_unique<CompiledFunction>(n, std::move(spec));
}

}  // namespace ml4pa

// CMA-ES: N. Hansen, "The CMA evolution strategy: a tutorial", arXiv:1604.00772 (2023), whose
// equations are numbered here. ml4pa/methods/cmaes/method.py is the specification.
#pragma once

#include <memory>
#include <optional>

#include "ml4pa/cmaes/box.hpp"
#include "ml4pa/cmaes/restarts.hpp"
#include "ml4pa/cmaes/shape.hpp"
#include "ml4pa/cmaes/termination.hpp"

namespace ml4pa::methods {

class Cmaes final : public PopulationRun {
public:
    Cmaes(const Parameters& given, std::uint64_t key, const double* x0, Index n, Bounds bounds);

    Index rows() const override { return descent_.population_size; }
    Moments moments() override;
    void visit(Visitor& v) override;

protected:
    void sample(double* X) override;
    void update(const double* X, const double* values) override;

private:
    void begin(const cmaes::Descent& descent, const double* x0);
    void allocate();
    void draw();
    void inject(const double* X);
    void rank(const double* values);
    void move();
    void end(Stop stop);
    std::vector<double> descent_row(Stop stop) const;

    const Parameters given_;
    cmaes::Mode mode_;
    cmaes::Restarts restarts_ = cmaes::Restarts::none;
    cmaes::Tolerances tolerances_;
    double sigma0_;
    Index size0_;
    std::optional<cmaes::Box> box_;
    Bounds region_;                    // where restarts begin
    std::vector<double> deviations0_;  // of the coordinates, in units of sigma0
    std::unique_ptr<cmaes::Shape> shape_;

    cmaes::Ledger ledger_;
    std::vector<double> descents_;  // those that have ended, as Python's restarts.story reads them
    std::vector<double> start_;
    cmaes::Descent descent_;
    cmaes::Strategy strategy_;
    cmaes::Termination termination_;
    double sigma_ = 0.0, path_weight_ = 0.0, descent_fun_ = infinity;
    std::int64_t evaluations_ = 0;  // of this descent
    Array mean_, p_sigma_, z_mean_, y_mean_, shown_mean_;

    // Of one generation.
    Array Z_, weights_;
    std::vector<double> packed_;
    std::vector<Index> order_;
};

}  // namespace ml4pa::methods

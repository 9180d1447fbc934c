#include "ml4pa/population_methods/cmaes.hpp"

#include "ml4pa/cmaes/diagonal.hpp"
#include "ml4pa/cmaes/full.hpp"
#include "ml4pa/cmaes/limited.hpp"
#include "ml4pa/factory.hpp"

namespace ml4pa {
namespace methods {
namespace {

using cmaes::Mode;

// C before the first generation: n x n, or its diagonal.
std::vector<double> initial_covariance(const Parameters& given, Mode mode, Index n) {
    const auto size = static_cast<std::size_t>(n);
    std::vector<double> scale(size, 1.0);
    if (given.has("scale")) {
        const std::vector<double>& told = given.vector("scale");
        for (std::size_t i = 0; i < size; ++i) scale[i] = told[told.size() == 1 ? 0 : i];
    }
    std::vector<double> told(size, 1.0);
    if (given.has("initial_covariance")) told = given.vector("initial_covariance");
    const bool whole = told.size() == size * size;
    if (mode != Mode::full) {
        for (std::size_t i = 0; i < size; ++i) told[i] = scale[i] * told[i] * scale[i];
        return told;
    }
    std::vector<double> C(size * size, 0.0);
    for (std::size_t i = 0; i < size; ++i)
        for (std::size_t j = 0; j < size; ++j) {
            const double c = whole ? told[i * size + j] : i == j ? told[i] : 0.0;
            C[i * size + j] = scale[i] * c * scale[j];
        }
    return C;
}

cmaes::Restarts restarts_of(const Parameters& given) {
    if (given.words.count("restarts") == 0) return cmaes::Restarts::none;
    return given.word("restarts") == "ipop" ? cmaes::Restarts::ipop : cmaes::Restarts::bipop;
}

// The box in which restarts begin: of one pair, or one pair a coordinate; else the bounds.
Bounds region_of(const Parameters& given, const Bounds& bounds, Index n) {
    if (!given.has("restart_region")) return bounds;
    const std::vector<double>& told = given.vector("restart_region");
    Bounds region;
    for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
        const std::size_t k = told.size() == 2 ? 0 : 2 * i;
        region.low.push_back(told[k]);
        region.high.push_back(told[k + 1]);
    }
    return region;
}

}  // namespace

Cmaes::Cmaes(const Parameters& given, std::uint64_t key, const double* x0, Index n, Bounds bounds)
    : PopulationRun(x0, n, std::move(bounds), key),
      given_(given),
      mode_(cmaes::mode_of(given)),
      restarts_(restarts_of(given)),
      tolerances_{given.number("tolfun"), given.number("tolx"), given.number("tolxup"),
                  given.number("tolcondition")},
      sigma0_(given.number("sigma0")),
      size0_(cmaes::first_population_size(given, n)),
      start_(x0, x0 + n),
      mean_(n),
      p_sigma_(n),
      z_mean_(cmaes::padded(n)),
      y_mean_(n),
      shown_mean_(n) {
    if (bounds_) box_.emplace(bounds_);
    region_ = region_of(given, bounds_, n);
    std::vector<double> initial = initial_covariance(given, mode_, n);
    const Index step = mode_ == Mode::full ? n + 1 : 1;
    for (Index i = 0; i < n; ++i)
        deviations0_.push_back(std::sqrt(initial[static_cast<std::size_t>(i * step)]));
    if (mode_ == Mode::full)
        shape_ = std::make_unique<cmaes::Full>(n, std::move(initial));
    else if (mode_ == Mode::diagonal)
        shape_ = std::make_unique<cmaes::Diagonal>(n, std::move(initial));
    else
        shape_ = std::make_unique<cmaes::Limited>(n, initial);
    shape_->look_up = &look_up();
    shape_->start = deviations0_.data();
    const bool limits = restarts_ != cmaes::Restarts::none;
    begin({cmaes::first, size0_, sigma0_, limits ? cmaes::generation_limit(n, size0_) : 0}, x0);
}

// A new descent at x0.
void Cmaes::begin(const cmaes::Descent& descent, const double* x0) {
    descent_ = descent;
    allocate();
    if (box_)
        box_->outside(x0, mean_.data());
    else
        std::copy_n(x0, n_, mean_.data());
    sigma_ = descent.sigma_start;
    std::fill_n(p_sigma_.data(), n_, 0.0);
    path_weight_ = 0.0;
    evaluations_ = 0;
    descent_fun_ = infinity;
    termination_.begin(strategy_);
}

// What depends on the population's size, with the initial C.
void Cmaes::allocate() {
    const Index size = descent_.population_size;
    strategy_ = cmaes::make_strategy(given_, n_, size);
    shape_->begin(strategy_, key());
    if (Z_.size() != size * shape_->stride()) Z_ = Array(size * shape_->stride());
    weights_ = Array(size);
    order_.resize(static_cast<std::size_t>(size));
}

// z, one row a point, padded.
void Cmaes::draw() {
    const Index size = rows(), stride = shape_->stride();
    if (stride == n_) {
        normals_in_turns(key(), time(), size, Z_.data(), n_, look_up());
    } else if (n_ >= 128) {
        for (Index i = 0; i < size; ++i) {
            normals(key(), time(), static_cast<std::uint32_t>(i), Z_.data() + i * stride, n_);
            look_up()(10 * n_);
        }
    } else {  // short rows share the lanes of the generator
        packed_.resize(static_cast<std::size_t>(size * n_));
        normals_in_turns(key(), time(), size, packed_.data(), n_, look_up());
        for (Index i = 0; i < size; ++i)
            std::copy_n(packed_.data() + i * n_, n_, Z_.data() + i * stride);
    }
}

// x = m + sigma y, eqs. (38)-(40), then folded onto the box.
void Cmaes::sample(double* X) {
    draw();
    shape_->points(Z_.data(), mean_.data(), sigma_, X);
    if (box_)
        for (Index i = 0; i < rows(); ++i) {
            box_->inside(X + i * n_);
            look_up()(n_);
        }
}

// z and y of the caller's own points, no longer than sqrt(n) + 2n/(n + 2): N.
// Hansen, "Injecting external solutions into CMA-ES", arXiv:1110.4181 (2011),
// eq. (3).
void Cmaes::inject(const double* X) {
    const double n = static_cast<double>(n_);
    const double longest = std::sqrt(n) + 2.0 * n / (n + 2.0);
    for (Index i = 0; i < rows(); ++i) {
        if (asked(X, i)) continue;
        std::vector<double> y(static_cast<std::size_t>(n_));
        const double* x = X + i * n_;
        if (box_)
            box_->outside(x, y.data());
        else
            std::copy_n(x, n_, y.data());
        for (Index j = 0; j < n_; ++j) y[static_cast<std::size_t>(j)] -= mean_[j];
        for (double& v : y) v /= sigma_;
        double* z = Z_.data() + i * shape_->stride();
        shape_->normal(y.data(), z);
        const double length = norm2(z, n_);
        const double factor = length > longest ? longest / length : 1.0;
        for (Index j = 0; j < n_; ++j) z[j] *= factor;
        for (double& v : y) v *= factor;
        shape_->inject(i, y.data());
    }
}

// The weights of the rows, by the order of their values.
void Cmaes::rank(const double* values) {
    rank_values(values, rows(), order_.data(), look_up());
    for (Index k = 0; k < rows(); ++k)
        weights_[order_[static_cast<std::size_t>(k)]] =
            strategy_.weights[static_cast<std::size_t>(k)];
}

void Cmaes::update(const double* X, const double* values) {
    const Index size = rows();
    evaluations_ += size;
    if (!std::any_of(values, values + size, [](double f) { return f < infinity; }))
        return;  // nothing is learnt from it
    inject(X);
    rank(values);
    move();
    const auto at = [&](Index k) { return values[order_[static_cast<std::size_t>(k)]]; };
    descent_fun_ = std::min(descent_fun_, at(0));
    termination_.remember(at(0), at(size / 2));
    const Stop stop = termination_.why(
        tolerances_, {mean_.data(), sigma_, descent_.sigma_start, descent_.generation_limit, fun()},
        *shape_, at(size - 1) - at(0));
    if (stop) end(stop);
}

void Cmaes::move() {
    const cmaes::Strategy& p = strategy_;
    const Index size = rows(), stride = shape_->stride();
    constexpr Index block = 512;  // coordinates at a time, which stay in the cache
    for (Index first = 0; first < n_; first += block) {
        const Index width = std::min(block, n_ - first);
        look_up()(size * width);
        double* out = z_mean_.data() + first;
        std::fill_n(out, width, 0.0);
        for (Index i = 0; i < size; ++i) {
            const double w = weights_[i], *z = Z_.data() + i * stride + first;
            if (w > 0.0)
                for (Index j = 0; j < width; ++j) out[j] += w * z[j];
        }
    }
    const double forget = 1.0 - p.c_sigma, gain = cmaes::path_gain(p.c_sigma, p.mu_eff);
    for (Index j = 0; j < n_; ++j) p_sigma_[j] = forget * p_sigma_[j] + gain * z_mean_[j];  // (43)
    const double square = dot(p_sigma_.data(), p_sigma_.data(), n_);
    const double forget2 = forget * forget;
    path_weight_ = forget2 * path_weight_ + (1.0 - forget2);  // 1 - (1 - c_sigma)^(2 (g + 1))
    const double n = static_cast<double>(n_);
    const double longest = (1.4 + 2.0 / (n + 1.0)) * p.chi_n;
    const double h_sigma = square < path_weight_ * longest * longest ? 1.0 : 0.0;
    shape_->adapt(h_sigma, Z_.data(), weights_.data(), z_mean_.data(), y_mean_.data());
    const double rate = p.c_m * sigma_;
    for (Index j = 0; j < n_; ++j) mean_[j] = mean_[j] + rate * y_mean_[j];  // (42)
    const double excess =
        mode_ == Mode::limited ? square / n - 1.0 : std::sqrt(square) / p.chi_n - 1.0;
    sigma_ = sigma_ * std::exp(std::min(1.0, p.c_sigma / p.d_sigma * excess));  // (44)
}

std::vector<double> Cmaes::descent_row(Stop stop) const {
    return {static_cast<double>(descent_.regime),
            static_cast<double>(descent_.population_size),
            descent_.sigma_start,
            static_cast<double>(termination_.generation()),
            static_cast<double>(evaluations_),
            descent_fun_,
            static_cast<double>(stop.reason),
            stop.measured,
            stop.limit};
}

// The end of a descent: the next one begins, or the run ends.
void Cmaes::end(Stop stop) {
    if (restarts_ == cmaes::Restarts::none) return halt(stop);
    ledger_.account(descent_.regime, evaluations_);
    const cmaes::Descent next = ledger_.follow(restarts_, key(), n_, size0_, sigma0_);
    if (next.regime == cmaes::large && ledger_.doublings >= given_.integer("max_restarts"))
        return halt(stop);
    const std::vector<double> row = descent_row(stop);
    descents_.insert(descents_.end(), row.begin(), row.end());
    ++ledger_.restart;
    ledger_.doublings += next.regime == cmaes::large;
    std::vector<double> x0(static_cast<std::size_t>(n_)), deviations(deviations0_);
    for (double& d : deviations) d *= sigma0_;
    ledger_.new_start(key(), start_.data(), deviations, region_, bounds_, x0.data());
    begin(next, x0.data());
}

Moments Cmaes::moments() {
    std::copy_n(mean_.data(), n_, shown_mean_.data());
    if (box_) box_->inside(shown_mean_.data());
    return {shown_mean_.data(), sigma_, shape_->covariance(), shape_->covariance_size()};
}

void Cmaes::visit(Visitor& v) {
    PopulationRun::visit(v);
    v.array("start", start_.data(), n_);
    ledger_.visit(v);
    v.integer("regime", descent_.regime);
    std::int64_t size = descent_.population_size;
    v.integer("population_size", size);
    if (size != descent_.population_size) {  // of a checkpoint after a restart
        descent_.population_size = static_cast<Index>(size);
        allocate();
        termination_.begin(strategy_);
    }
    v.integer("repairs", shape_->repairs);
    descents_.resize(static_cast<std::size_t>(9 * ledger_.restart));
    v.array("descents", descents_.data(), static_cast<Index>(descents_.size()));
    v.integer("generation_limit", descent_.generation_limit);
    v.number("sigma_start", descent_.sigma_start);
    v.array("mean", mean_.data(), n_);
    v.number("sigma", sigma_);
    v.array("p_sigma", p_sigma_.data(), n_);
    v.number("path_weight", path_weight_);
    v.integer("evaluations", evaluations_);
    v.number("descent_fun", descent_fun_);
    termination_.visit(v);
    shape_->visit(v);
}

}  // namespace methods

PopulationMethodEntry population_cmaes() {
    return population_entry<methods::Cmaes>("cmaes", {"sigma0",
                                                      "population_size",
                                                      "covariance",
                                                      "active",
                                                      "restarts",
                                                      "mean_lr",
                                                      "scale",
                                                      "initial_covariance",
                                                      "mu",
                                                      "weights",
                                                      "c_sigma",
                                                      "d_sigma",
                                                      "c_c",
                                                      "c_1",
                                                      "c_mu",
                                                      "tolfun",
                                                      "tolx",
                                                      "tolxup",
                                                      "tolcondition",
                                                      "max_restarts",
                                                      "restart_region"});
}

}  // namespace ml4pa

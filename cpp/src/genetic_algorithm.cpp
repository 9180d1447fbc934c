#include "ml4pa/population_methods/genetic_algorithm.hpp"

#include "ml4pa/factory.hpp"

namespace ml4pa {
namespace methods {

using genetic::Draws;

namespace {

// s_j z is finite for every normal drawn.
constexpr double largest_scale = std::numeric_limits<double>::max() / 16.0;

constexpr int stagnation = 57;  // Python's Status has the same number

const genetic::CrossoverEntry* crossover_of(const Parameters& given) {
    if (given.words.count("crossover") == 0) return nullptr;
    return &genetic::entry_of(genetic::crossovers, given.word("crossover"));
}

}  // namespace

GeneticAlgorithm::GeneticAlgorithm(const Parameters& given, std::uint64_t key, const double* x0,
                                   Index n, Bounds bounds)
    : PopulationRun(x0, n, std::move(bounds), key),
      size_(given.integer("population_size")),
      elites_(given.integer("elite")),
      mutation_(genetic::entry_of(genetic::mutations, given.word("mutation"))),
      selection_(genetic::entry_of(genetic::selections, given.word("selection"))),
      crossover_(crossover_of(given)),
      decay_(given.has("mutation_decay") ? given.number("mutation_decay")
                                         : mutation_.decay / static_cast<double>(n)),
      crossover_rate_(given.number("crossover_rate")),
      length_(n),
      start_(n),
      scale_(n),
      population_(size_ * n),
      values_(size_),
      elite_(elites_ * n),
      elite_values_(elites_),
      ranking_(size_ + elites_),
      next_elite_(elites_ * n) {
    if (given.has("mutation_rate")) mutation_rate_ = given.number("mutation_rate");
    if (given.has("stagnation")) stagnation_ = given.integer("stagnation");
    if (given.has("model")) neurons_ = given.vector("model");
    if (given.word("encoding") == "binary") {
        code_.emplace(bounds_, static_cast<int>(given.integer("bits")));
        length_ = code_->length();
        parent_genes_ = Array((size_ + elites_) * length_);
        genes_ = Array(size_ * length_);
    }
    std::copy_n(x0, n, start_.data());
    first_scale(given, x0);
    std::fill_n(values_.data(), size_, std::numeric_limits<double>::quiet_NaN());
    for (Index i = 0; i < elites_; ++i) std::copy_n(x0, n, elite_.data() + i * n);
    std::fill_n(elite_values_.data(), elites_, infinity);

    const auto pairs = static_cast<std::size_t>((size_ + 1) / 2);
    const auto genes = static_cast<std::size_t>(std::max(length_, n_));
    order_.resize(static_cast<std::size_t>(size_ + elites_));
    costs_.resize(order_.size());
    places_.resize(2 * pairs);
    u_.resize(4 * pairs);
    edges_.resize(static_cast<std::size_t>(size_));
    sorted_.resize(edges_.size());
    pair_u_.resize(4 * pairs);
    work_.resize(2 * genes);
    spare_.resize(genes);
    scaled_.resize(static_cast<std::size_t>(n));
    words_.resize(genes / 16 + 4);
}

bool GeneticAlgorithm::boxed(Index j) const {
    const auto k = static_cast<std::size_t>(j);
    return bounds_ && finite(bounds_.low[k]) && finite(bounds_.high[k]);
}

// s_j of the first generation.
void GeneticAlgorithm::first_scale(const Parameters& given, const double* x0) {
    for (Index j = 0; j < n_; ++j) {
        const auto k = static_cast<std::size_t>(j);
        if (given.has("mutation_scale")) {
            const std::vector<double>& told = given.vector("mutation_scale");
            scale_[j] = told[told.size() == 1 ? 0 : k];
        } else if (boxed(j)) {
            const double width = mutation_.adds ? bounds_.high[k] - bounds_.low[k] : 1.0;
            scale_[j] = mutation_.scale * width;
        } else {
            scale_[j] = mutation_.open * (mutation_.adds ? std::max(std::fabs(x0[j]), 1.0) : 1.0);
        }
        scale_[j] = std::min(scale_[j], largest_scale);
    }
}

// Uniform between two finite bounds.
void GeneticAlgorithm::within(const Draws& draws, double* X) {
    if (!bounds_) return;
    for (Index i = 0; i < size_; ++i) {
        draws.uniforms_row(genetic::box, i, work_.data(), n_);
        look_up()(5 * n_);
        for (Index j = 0; j < n_; ++j) {
            const auto k = static_cast<std::size_t>(j);
            if (!boxed(j)) continue;
            const genetic::Unit s(bounds_.low[k], bounds_.high[k]);
            const double low = bounds_.low[k] * s.in, width = bounds_.high[k] * s.in - low;
            X[i * n_ + j] = (low + work_[k] * width) * s.out;
        }
    }
}

// The start; uniform between two finite bounds, else mutants of the start, every gene.
void GeneticAlgorithm::first_generation(double* X) {
    const Draws draws{stream(key(), genetic::start), 0};
    for (Index i = 0; i < size_; ++i) std::copy_n(start_.data(), n_, X + i * n_);
    bool all = true;
    for (Index j = 0; j < n_; ++j) all = all && boxed(j);
    if (!all) mutate(draws, 1.0, 1.0, X, n_);
    within(draws, X);
    std::copy_n(start_.data(), n_, X);
    if (!code_) return;
    for (Index i = 0; i < size_; ++i) {
        look_up()(2 * length_);
        code_->encode(X + i * n_, genes_.data());
        code_->decode(genes_.data(), X + i * n_);
    }
}

// The best of the generation and of the elite of the one before, in their order.
void GeneticAlgorithm::rank_parents() {
    std::copy_n(values_.data(), size_, costs_.data());
    std::copy_n(elite_values_.data(), elites_, costs_.data() + size_);
    ranking_(costs_.data(), size_ + elites_, order_.data(), look_up());
}

const double* GeneticAlgorithm::parent(Index place) const {
    const Index i = order_[static_cast<std::size_t>(place)];
    return i < size_ ? population_.data() + i * n_ : elite_.data() + (i - size_) * n_;
}

const double* GeneticAlgorithm::chromosome(Index place) const {
    return code_ ? parent_genes_.data() + place * length_ : parent(place);
}

void GeneticAlgorithm::sample(double* X) {
    rank_parents();
    if (iteration_ == 0) return first_generation(X);
    const Draws draws{key(), time()};
    select(draws);
    double* genes = X;
    if (code_) {
        for (Index i = 0; i < size_; ++i, look_up()(length_))
            code_->encode(parent(i), parent_genes_.data() + i * length_);
        genes = genes_.data();
    }
    cross(draws, genes);
    mutate(draws, rate(), std::exp(-decay_ * static_cast<double>(iteration_)), genes, length_);
    if (code_)
        for (Index i = 0; i < size_; ++i, look_up()(length_))
            code_->decode(genes + i * length_, X + i * n_);
}

void GeneticAlgorithm::select(const Draws& draws) {
    for (std::size_t k = 0; k < edges_.size(); ++k)
        sorted_[k] = costs_[static_cast<std::size_t>(order_[k])];
    selection_.apply({draws, sorted_.data(), size_, places_.data(),
                      static_cast<Index>(places_.size()), u_.data(), edges_.data()});
}

// The children of the pairs that cross; the others are their parents' copies.
void GeneticAlgorithm::cross(const Draws& draws, double* children) {
    const Index pairs = (size_ + 1) / 2;
    draws.uniforms_of(genetic::pairs, pairs, pair_u_.data(), 4);
    for (Index i = 0; i < pairs; ++i, look_up()(4 * length_)) {
        const double* u = pair_u_.data() + 4 * i;
        const double* a = chromosome(places_[static_cast<std::size_t>(2 * i)]);
        const double* b = chromosome(places_[static_cast<std::size_t>(2 * i + 1)]);
        double* c = children + 2 * i * length_;
        double* d = 2 * i + 1 < size_ ? c + length_ : spare_.data();
        if (crossover_ != nullptr && u[0] < crossover_rate_) {
            crossover_->apply({draws, i, u, a, b, c, d, length_, work_.data(), words_.data()});
        } else {
            std::copy_n(a, length_, c);
            std::copy_n(b, length_, d);
        }
    }
}

// Without a given rate so many genes or neurons of a chromosome mutate on average.
double GeneticAlgorithm::rate() const {
    if (mutation_rate_ >= 0.0) return mutation_rate_;
    return mutation_.rate /
           static_cast<double>(neurons_.empty() ? length_ : static_cast<Index>(neurons_.size()));
}

void GeneticAlgorithm::mutate(const Draws& draws, double rate, double decay, double* genes,
                              Index length) {
    for (Index j = 0; j < n_; ++j) scaled_[static_cast<std::size_t>(j)] = scale_[j] * decay;
    mutation_.apply({draws, rate, scaled_.data(), neurons_, genes, size_, length, look_up()});
}

void GeneticAlgorithm::update(const double* X, const double* values) {
    for (Index i = 0; i < elites_; ++i) {
        std::copy_n(parent(i), n_, next_elite_.data() + i * n_);
        elite_values_[i] = costs_[static_cast<std::size_t>(order_[static_cast<std::size_t>(i)])];
    }
    swap(elite_, next_elite_);
    keep_generation(X, population_);
    std::copy_n(values, size_, values_.data());
    const bool better = best_f_ < improved_;
    if (better) improved_ = best_f_;
    still_ = better ? 0 : still_ + 1;
    if (stagnation_ > 0 && still_ >= stagnation_)
        halt({stagnation, static_cast<double>(iteration_ + 1), static_cast<double>(stagnation_)});
}

void GeneticAlgorithm::visit(Visitor& v) {
    PopulationRun::visit(v);
    v.array("start", start_.data(), n_);
    v.array("scale", scale_.data(), n_);
    v.matrix("population", population_.data(), size_, n_);
    v.array("values", values_.data(), size_);
    v.matrix("elite", elite_.data(), elites_, n_);
    v.array("elite_values", elite_values_.data(), elites_);
    v.number("improved", improved_);
    v.integer("still", still_);
}

}  // namespace methods

PopulationMethodEntry population_genetic_algorithm() {
    return population_entry<methods::GeneticAlgorithm>(
        "genetic_algorithm", {"population_size", "mutation", "mutation_rate", "mutation_scale",
                              "mutation_decay", "crossover", "crossover_rate", "selection", "elite",
                              "encoding", "bits", "model", "polish", "polish_steps", "stagnation"});
}

}  // namespace ml4pa

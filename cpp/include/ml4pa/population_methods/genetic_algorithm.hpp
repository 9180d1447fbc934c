// The genetic algorithm; ml4pa/methods/genetic/method.py is the specification.
#pragma once

#include <optional>
#include <vector>

#include "ml4pa/genetic/encodings/binary.hpp"
#include "ml4pa/genetic/ranking.hpp"
#include "ml4pa/genetic/registry.hpp"
#include "ml4pa/population_run.hpp"

namespace ml4pa::methods {

class GeneticAlgorithm final : public PopulationRun {
public:
    GeneticAlgorithm(const Parameters& given, std::uint64_t key, const double* x0, Index n,
                     Bounds bounds);

    Index rows() const override { return size_; }
    void visit(Visitor& v) override;

protected:
    void sample(double* X) override;
    void update(const double* X, const double* values) override;

private:
    bool boxed(Index j) const;
    void first_scale(const Parameters& given, const double* x0);
    void first_generation(double* X);
    void within(const genetic::Draws& draws, double* X);
    void rank_parents();
    const double* parent(Index place) const;
    const double* chromosome(Index place) const;
    void select(const genetic::Draws& draws);
    void cross(const genetic::Draws& draws, double* children);
    void mutate(const genetic::Draws& draws, double rate, double decay, double* genes,
                Index length);
    double rate() const;

    Index size_, elites_;
    const genetic::MutationEntry& mutation_;
    const genetic::SelectionEntry& selection_;
    const genetic::CrossoverEntry* crossover_ = nullptr;
    double mutation_rate_ = -1.0, decay_, crossover_rate_;
    std::int64_t stagnation_ = 0;  // 0: never
    std::vector<double> neurons_;
    std::optional<genetic::Binary> code_;
    Index length_;  // of a chromosome

    Array start_, scale_, population_, values_, elite_, elite_values_;
    double improved_ = infinity;
    std::int64_t still_ = 0;

    // Of one generation.
    std::vector<Index> order_, places_;
    std::vector<double> costs_, sorted_, u_, edges_, pair_u_, work_, spare_, scaled_;
    std::vector<std::uint32_t> words_;
    genetic::Ranking ranking_;
    Array next_elite_, parent_genes_, genes_;
};

}  // namespace ml4pa::methods

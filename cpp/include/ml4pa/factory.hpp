// From names to objects: the registries as functions. Unknown names give null.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ml4pa/costs/data_cost.hpp"
#include "ml4pa/costs/spec.hpp"
#include "ml4pa/gradient_run.hpp"
#include "ml4pa/line_search.hpp"
#include "ml4pa/minimize.hpp"
#include "ml4pa/minimize_population.hpp"

namespace ml4pa {

// What a registry knows of one entry; Python's side is held to it by a test.
struct Signature {
    std::string name;
    std::vector<std::string> fields;
};

std::unique_ptr<Objective> make_objective(std::string_view name, const double* parameters, Index n);
std::vector<std::string> landscape_names();
std::unique_ptr<Objective> make_rotated(std::shared_ptr<const Objective> inner,
                                        std::vector<double> matrix);
std::unique_ptr<Objective> make_shifted(std::shared_ptr<const Objective> inner,
                                        std::vector<double> offset);
std::unique_ptr<Objective> make_least_squares(std::vector<double> a, std::vector<double> y, Index n,
                                              double scale);

struct CodeSpec;
std::unique_ptr<Objective> make_compiled_function(Index n, CodeSpec spec);

// `whitening` is L^-1 of the covariance matrix L L^T, or null; the data's owner holds it too.
std::unique_ptr<Objective> make_cost(const costs::Spec& spec, costs::Data data,
                                     const double* whitening);
std::vector<std::string> model_names();

std::shared_ptr<const Schedule> make_schedule(std::string_view name, const double* fields,
                                              std::shared_ptr<const Schedule> then);
std::unique_ptr<LineSearch> make_line_search(std::string_view name, const double* fields);

std::unique_ptr<Run> make_run(std::string_view method, const double* fields,
                              std::unique_ptr<LineSearch> search, GradientOptions options,
                              const double* x0, Index n, Bounds bounds);
// The methods that make_run knows.
std::vector<Signature> method_signatures();

// The loop, of minimize.hpp or minimize_small.hpp, compiled once.
void run_to_end(Run& run, const Objective& objective, const Options& options, Path& path,
                Progress& progress, Observer& observer);

// A row of the registry of population methods: its name, its hyper-parameters, and how it starts.
struct PopulationMethodEntry {
    Signature signature;
    std::unique_ptr<PopulationRun> (*start)(const Parameters& parameters, std::uint64_t key,
                                            const double* x0, Index n, Bounds bounds);
};

template <class M>
PopulationMethodEntry population_entry(std::string name, std::vector<std::string> fields) {
    return {{std::move(name), std::move(fields)},
            [](const Parameters& parameters, std::uint64_t key, const double* x0, Index n,
               Bounds bounds) -> std::unique_ptr<PopulationRun> {
                return std::make_unique<M>(parameters, key, x0, n, std::move(bounds));
            }};
}

const std::vector<PopulationMethodEntry>& population_methods();
std::unique_ptr<PopulationRun> make_population_run(std::string_view method,
                                                   const Parameters& parameters, std::uint64_t key,
                                                   const double* x0, Index n, Bounds bounds);

// minimize_population() of minimize_population.hpp, compiled once.
void population_to_end(PopulationRun& run, Evaluation& evaluation, const PopulationOptions& options,
                       PopulationPath& path, Progress& progress, Observer& observer);

// The numbers of random.hpp, compiled for speed.
void draw_normals(std::uint64_t key, std::uint64_t iteration, std::uint32_t individual, double* out,
                  Index n);
void draw_uniforms(std::uint64_t key, std::uint64_t iteration, std::uint32_t individual,
                   double* out, Index n);

}  // namespace ml4pa

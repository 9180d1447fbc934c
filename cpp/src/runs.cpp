#include "ml4pa/damped_run.hpp"
#include "ml4pa/direction_run.hpp"
#include "ml4pa/factory.hpp"
#include "ml4pa/methods/newton.hpp"
#include "ml4pa/minimize_small.hpp"

namespace ml4pa {
namespace {

template <class... M>
std::unique_ptr<Run> find_run(std::tuple<M...>*, std::string_view name, const double* fields,
                              GradientOptions& options, const double* x0, Index n, Bounds& bounds) {
    std::unique_ptr<Run> run;
    (void)((name == M::name &&
            (run = std::make_unique<GradientRun<M>>(make_method<M>(fields), std::move(options), x0,
                                                    n, std::move(bounds)),
             true)) ||
           ...);
    return run;
}

template <class... M>
std::vector<Signature> signatures(std::tuple<M...>*) {
    return {Signature{M::name, {M::fields.begin(), M::fields.end()}}...};
}

}  // namespace

std::unique_ptr<Run> make_run(std::string_view method, const double* fields,
                              std::unique_ptr<LineSearch> search, GradientOptions options,
                              const double* x0, Index n, Bounds bounds) {
    if (method == methods::LevenbergMarquardt::name)
        return std::make_unique<DampedRun>(fields[0], std::move(options), x0, n, std::move(bounds));
    std::unique_ptr<Direction> direction;
    if (method == methods::Newton::name)
        direction = std::make_unique<methods::Newton>(fields[0]);
    else if (search)
        direction = std::make_unique<SteepestDescent>();
    if (direction)
        return std::make_unique<DirectionRun>(std::move(direction), std::move(search),
                                              std::move(options), x0, n, std::move(bounds));
    return find_run(static_cast<Methods*>(nullptr), method, fields, options, x0, n, bounds);
}

std::vector<Signature> method_signatures() {
    std::vector<Signature> all = signatures(static_cast<Methods*>(nullptr));
    all.push_back({methods::Newton::name, {"damping"}});
    all.push_back({methods::LevenbergMarquardt::name, {"damping"}});
    return all;
}

void run_to_end(Run& run, const Objective& objective, const Options& options, Path& path,
                Progress& progress, Observer& observer) {
    const bool small = objective.small_steps() != nullptr && run.small_loop() >= 0 &&
                       options.norm == Norm::max && !observer.every_iterate();
    const auto loop = !small               ? minimize_general
                      : objective.n() == 1 ? minimize_small<1>
                                           : minimize_small<2>;
    loop(run, objective, options, path, progress, observer);
}

void draw_normals(std::uint64_t key, std::uint64_t iteration, std::uint32_t individual, double* out,
                  Index n) {
    normals(Key(key), iteration, individual, out, n);
}

void draw_uniforms(std::uint64_t key, std::uint64_t iteration, std::uint32_t individual,
                   double* out, Index n) {
    uniforms(Key(key), iteration, individual, out, n);
}

}  // namespace ml4pa

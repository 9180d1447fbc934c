#include "ml4pa/fleet.hpp"
#include "ml4pa/gradient_run.hpp"

#include <atomic>
#include <chrono>
#include <thread>

#include "ml4pa/fleet/block_run.hpp"
#include "ml4pa/heartbeat.hpp"
#include "ml4pa/sharing.hpp"

namespace ml4pa {
namespace fleet {

#define SMALL_LANDSCAPE(stem) const Kernel* kernels_##stem(const Objective& objective);
#include "small_landscapes.def"
#undef SMALL_LANDSCAPE

namespace {

// The kernels for a landscape, one a method; null where there are none.
const Kernel* kernels_for(const Objective& objective) {
    using Find = const Kernel* (*)(const Objective&);
    static constexpr Find all[] = {
#define SMALL_LANDSCAPE(stem) &kernels_##stem,
#include "small_landscapes.def"
#undef SMALL_LANDSCAPE
    };
    for (const Find find : all)
        if (const Kernel* kernels = find(objective)) return kernels;
    return nullptr;
}

template <class M>
void make(const double* fields, void* methods, int lane) {
    static_cast<M*>(methods)[lane] = make_method<M>(fields);
}

template <class M>
void begin(const void* methods, const double* rates, double (*scalars)[most_scalars], int lanes,
           int stride, Index count, void* steps) {
    for (Index t = 0; t < count; ++t)
        for (int j = 0; j < lanes; ++j)
            static_cast<typename M::Step*>(steps)[t * stride + j] =
                static_cast<const M*>(methods)[j].begin(rates[t * stride + j], scalars[j]);
}

template <class... M>
const Method* find_method(std::string_view name, std::tuple<M...>*) {
    static constexpr Method all[] = {
        {M::name, static_cast<int>(M::fields.size()), static_cast<int>(M::slots.size()),
         static_cast<int>(M::scalars.size()), sizeof(M), sizeof(typename M::Step), packs<M>(),
         keeps_points<M>, std::is_same_v<M, methods::NewtonStep>,
         place<M>(static_cast<FleetMethods*>(nullptr)), &make<M>, &begin<M>}...};
    for (const Method& method : all)
        if (name == method.name) return &method;
    return nullptr;
}

const Method* method_of(std::string_view name) {
    return find_method(name, static_cast<FleetMethods*>(nullptr));
}

using Time = Heartbeat::Time;

double seconds_since(Time::time_point start) {
    return std::chrono::duration<double>(Time::now() - start).count();
}

// What the threads of a fleet share. The calling thread looks up every 20 ms, also while the others
// finish.
class Crew {
public:
    Crew(double max_time, FleetObserver& observer) : max_time_(max_time), observer_(&observer) {}

    // Why all must end; a reason without a place in a Result where the observer has said so.
    Stop look(bool caller) {
        if (caller && poll_.due()) {
            try {
                if (!observer_->poll(done)) aborted = true;
            } catch (...) {
                fail();
            }
        }
        if (aborted) return {Reason::callback, 0.0, 0.0};
        if (max_time_ == std::numeric_limits<double>::infinity()) return {};
        const double spent = seconds_since(start_);
        return spent >= max_time_ ? Stop{Reason::time_spent, spent, max_time_} : Stop{};
    }

    void fail() {
        if (!aborted.exchange(true)) error = std::current_exception();
    }

    std::atomic<Index> next{0}, done{0};
    std::atomic<int> working{0};
    std::atomic<bool> aborted{false};
    std::exception_ptr error;

private:
    double max_time_;
    FleetObserver* observer_;
    Time::time_point start_ = Time::now();
    Heartbeat poll_;
};

class CrewWatch final : public Watch {
public:
    CrewWatch(Crew& crew, bool caller) : crew_(&crew), caller_(caller) {}
    Stop tick() override { return crew_->look(caller_); }

private:
    Crew* crew_;
    bool caller_;
};

void work(Crew& crew, bool caller, const Fleet& fleet, const FleetRows& rows, const Method& method,
          Kernel kernel, int lanes) {
    ++crew.working;
    try {
        BlockRun run(fleet, rows, method, kernel);
        CrewWatch watch(crew, caller);
        while (!crew.aborted) {
            const Index first = crew.next.fetch_add(lanes);
            if (first >= fleet.m) break;
            const int count = static_cast<int>(std::min<Index>(lanes, fleet.m - first));
            run.run(first, count, watch);
            crew.done += count;
        }
    } catch (...) {
        crew.fail();
    }
    --crew.working;
    while (caller && crew.working > 0) {
        crew.look(true);
        std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
}

// The lanes of a block: fewer than there may be where each thread would else have less than two.
int lanes_of(Index m, int threads) {
    const Index each = (m + 2 * threads - 1) / (2 * threads);
    return static_cast<int>(std::clamp<Index>((each + 7) / 8 * 8, 8, most_lanes));
}

// NaN behind the last row of the paths that are shorter than the longest.
void fill_tails(const Fleet& fleet, const FleetRows& rows) {
    const Index n = fleet.objective->n();
    const Index longest = *std::max_element(rows.path_rows, rows.path_rows + fleet.m);
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    for (Index i = 0; i < fleet.m; ++i) {
        const Index first = i * rows.most_rows + rows.path_rows[i];
        std::fill_n(rows.path_x + first * n, (longest - rows.path_rows[i]) * n, none);
        std::fill_n(rows.path_f + first, longest - rows.path_rows[i], none);
    }
}

}  // namespace
}  // namespace fleet

bool fleet_has(const Objective& objective, std::string_view method) {
    return fleet::kernels_for(objective) != nullptr && fleet::method_of(method) != nullptr;
}

void run_fleet(const Fleet& fleet, const FleetRows& rows, FleetObserver& observer) {
    fleet::Crew crew(fleet.max_time, observer);
    const fleet::Method& method = *fleet::method_of(fleet.method);
    const fleet::Kernel kernel = fleet::kernels_for(*fleet.objective)[method.place];
    const int threads = fleet.threads > 0 ? fleet.threads : available_threads();
    const int lanes = fleet::lanes_of(fleet.m, threads);
    auto work = [&](bool caller) { fleet::work(crew, caller, fleet, rows, method, kernel, lanes); };
#ifdef _OPENMP
    const int wanted = static_cast<int>(std::min<Index>(threads, (fleet.m + lanes - 1) / lanes));
    const int team = forked() ? 1 : granted(wanted);
    if (team > 1) {
#pragma omp parallel num_threads(team)
        work(omp_get_thread_num() == 0);
    } else
#endif
        work(true);
    if (crew.error) std::rethrow_exception(crew.error);
    if (fleet.stride > 0) fleet::fill_tails(fleet, rows);
}

}  // namespace ml4pa

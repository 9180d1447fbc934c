// Many starts of one method on a landscape of one or two dimensions, in one call.
#pragma once

#include <exception>
#include <string_view>
#include <vector>

#include "ml4pa/minimize.hpp"
#include "ml4pa/objective.hpp"
#include "ml4pa/schedule.hpp"

namespace ml4pa {

// What is to be done: m runs, each from a row of `starts` (m x n).
struct Fleet {
    const Objective* objective;
    std::string_view method;
    Index m;
    const double* starts;
    // Hyper-parameters: one value for all, [field], and one rate; or one a run, [run][field].
    bool shared;
    const double* fields;
    std::vector<Rate> rates;
    Rules rules;
    double max_time;      // of all runs together
    std::int64_t stride;  // of the recorded paths; 0: none
    int threads;          // 0: as many as there are
};

// Where it is written: a row a run. `hessian` is that at the last iterate of a run that converged,
// where the method wants it; paths have room for `most_rows` points each.
struct FleetRows {
    double *x, *fun, *jac, *measured, *limit;
    std::int64_t *nit, *reason;
    double* hessian;
    double *path_x, *path_f;
    Index* path_rows;
    Index most_rows;
};

class FleetObserver {
public:
    virtual ~FleetObserver() = default;
    // Called every 20 ms by the calling thread, with the runs done so far; false, or what it
    // throws, ends the fleet.
    virtual bool poll(Index done) = 0;
};

// Whether there are kernels for it. All else is run by `minimize`.
bool fleet_has(const Objective& objective, std::string_view method);
void run_fleet(const Fleet& fleet, const FleetRows& rows, FleetObserver& observer);

}  // namespace ml4pa

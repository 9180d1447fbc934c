// Loops over independent items, on OpenMP threads where the compiler has them. Each item is
// computed by one thread in the same way, so the number of threads cannot change a result.
#pragma once

#include "ml4pa/objective.hpp"

#ifdef _OPENMP
#include <omp.h>
#include <pthread.h>
#endif

namespace ml4pa {

// Work below this many operations is done at once by the calling thread.
inline constexpr Index worth_threads = Index{1} << 15;

#ifdef _OPENMP
// GNU's OpenMP does not survive a fork: a child that used its threads would wait for ever for
// those of the parent. A child works alone.
inline bool& forked() {
    static bool flag = false;
    static const int registered = pthread_atfork(nullptr, nullptr, [] { flag = true; });
    (void)registered;
    return flag;
}
#endif

// body(i) for i in [0, m); `cost` is the number of operations of one item.
template <class Body>
void parallel_for(Index m, Index cost, Body body) {
#ifdef _OPENMP
    const int threads = forked() || m * cost < worth_threads ? 1 : omp_get_max_threads();
#pragma omp parallel for schedule(static) num_threads(threads) if (threads > 1)
#endif
    for (Index i = 0; i < m; ++i) body(i);
    (void)cost;
}

}  // namespace ml4pa

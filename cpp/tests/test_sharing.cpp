// Items shared out among threads; and machine code of the user's, whose differences are shared.
#include "ml4pa/sharing.hpp"

#include <numeric>
#include <stdexcept>
#include <vector>

#include "check.hpp"
#include "ml4pa/compiled_function.hpp"

using namespace ml4pa;

namespace {

const auto always = [] { return true; };

void spin(double seconds) {
    const auto start = std::chrono::steady_clock::now();
    while (std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() <
           seconds) {
    }
}

void every_item_is_done_once() {
    for (const int threads : {1, 2, 8})
        for (const Index items : {0, 1, 2, 7, 100, 1001})
            for (const Index block : {1, 3, 64}) {
                std::vector<std::atomic<int>> times(static_cast<std::size_t>(items));
                const Index done = share_out(
                    items, threads, block,
                    [&](Index first, Index count) {
                        CHECK(first >= 0 && count > 0 && first + count <= items);
                        for (Index i = first; i < first + count; ++i)
                            ++times[static_cast<std::size_t>(i)];
                    },
                    always);
                CHECK(done == items);
                for (const auto& t : times) CHECK(t == 1);
            }
}

// Of the threads wanted, never more; those that were there once are not tried again.
void no_more_threads_than_wanted() {
    CHECK(granted(1) == 1);
    const int first = granted(8);
    CHECK(first >= 1 && first <= 8 && granted(8) == first);
    CHECK(granted(2) == std::min(first, 2));
    CHECK(granted(16) >= first && granted(16) <= 16);
}

// Where poll says no, the items done are the first ones.
void what_is_cut_off_is_the_end() {
    for (const int threads : {1, 2, 8})
        for (const bool adaptive : {false, true}) {
            std::vector<std::atomic<int>> times(500);
            int polls = 0;
            const auto work = [&](Index first, Index count) {
                spin(1e-5);
                for (Index i = first; i < first + count; ++i) ++times[static_cast<std::size_t>(i)];
            };
            const auto poll = [&] { return ++polls < 5; };
            Sharing sharing(threads);
            const Index done =
                adaptive ? sharing(500, work, poll) : share_out(500, threads, 1, work, poll);
            CHECK(polls <= 5 && done >= polls && (threads > 1 || (polls == 5 && done < 500)));
            for (Index i = 0; i < 500; ++i) CHECK(times[static_cast<std::size_t>(i)] == (i < done));
        }
}

void exceptions_come_through() {
    for (const int threads : {1, 2, 8})
        for (const bool in_poll : {false, true}) {
            Sharing sharing(threads);
            bool caught = false;
            try {
                sharing(
                    300,
                    [&](Index first, Index) {
                        spin(1e-3);
                        if (!in_poll && first > 10) throw std::runtime_error("work");
                    },
                    [&] { return in_poll ? throw std::runtime_error("poll") : true; });
            } catch (const std::runtime_error&) {
                caught = true;
            }
            CHECK(caught);
        }
}

// The calling thread asks while it waits for the others, and what it throws ends them where they would
// ask.
void a_team_listens() {
    const auto start = std::chrono::steady_clock::now();
    const auto seconds = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    const TeamLimit two(2);
    const Listening listening([] { throw std::runtime_error("heard"); });
    bool caught = false;
    try {
        parallel_for(2, worth_threads, [&](Index i) {
            for (const Listener look = Listener::here(); i == 1 && seconds() < 20.0;)
                look(LookUp::turn);
        });
    } catch (const std::runtime_error&) {
        caught = true;
    }
    CHECK(caught && seconds() < 10.0);
}

void exceptions_leave_a_loop() {
    for (const Index thrower : {0, 99}) {
        bool caught = false;
        try {
            parallel_for(100, worth_threads, [&](Index i) {
                if (i == thrower) throw std::runtime_error("work");
            });
        } catch (const std::runtime_error&) {
            caught = true;
        }
        CHECK(caught);
    }
}

// Whatever it decides from what the batches take, each item is done once, also where the costs
// change from batch to batch.
void batches_of_any_cost() {
    Sharing sharing(2);
    std::vector<int> out;
    for (int batch = 0; batch < 120; ++batch) {
        const Index items = 1 + batch % 9;
        out.assign(static_cast<std::size_t>(items), -1);
        const double cost = batch < 40 ? 0.0 : batch < 80 ? 1e-4 : 1e-7 * batch;
        const Index done = sharing(
            items,
            [&](Index first, Index count) {
                for (Index i = first; i < first + count; ++i) {
                    if (cost > 0.0) spin(cost);
                    out[static_cast<std::size_t>(i)] = static_cast<int>(i);
                }
            },
            always);
        CHECK(done == items);
        for (Index i = 0; i < items; ++i) CHECK(out[static_cast<std::size_t>(i)] == i);
    }
}

double quadratic(int n, double* x) {
    double total = 0.0;
    for (int i = 0; i < n; ++i) total += (i + 1) * x[i] * x[i];
    x[0] = 1e300;  // its own copy
    return total;
}
void slope(int n, double* x, double* g, void* data) {
    const double scale = *static_cast<double*>(data);
    for (int i = 0; i < n; ++i) g[i] = scale * 2.0 * (i + 1) * x[i];
}

void machine_code() {
    constexpr Index n = 5;
    const double x[n] = {1.0, -2.0, 0.5, 3.0, 0.25};
    double scale = 1.0;
    for (const bool with_slope : {false, true})
        for (const bool forward : {false, true}) {
            CodeSpec spec;
            spec.value.address = reinterpret_cast<std::uintptr_t>(&quadratic);
            if (with_slope)
                spec.gradient = {reinterpret_cast<std::uintptr_t>(&slope), true, &scale};
            spec.step = forward ? 1.5e-8 : 6e-6;
            spec.curvature_step = 6e-6;
            spec.forward = forward;
            spec.threads = 2;
            spec.poll = always;
            spec.bounds.low.assign(n, -4.0);
            spec.bounds.high.assign(n, 4.0);
            const CompiledFunction f(n, spec);
            double g[n], h[n * n];
            Counters count;
            CHECK_NEAR(f.evaluate(x, g, h, count), 1.0 + 8.0 + 0.75 + 36.0 + 0.3125, 1e-14);
            CHECK(count.nfev == (with_slope ? 1 : forward ? 6 : 11));
            CHECK(count.njev == (with_slope ? 11 : 10) && count.nhev == 0);
            for (Index i = 0; i < n; ++i) {
                CHECK_NEAR(g[i], 2.0 * static_cast<double>(i + 1) * x[i], 1e-5);
                if (!forward || with_slope)
                    for (Index j = 0; j < n; ++j)
                        CHECK_NEAR(h[i * n + j], i == j ? 2.0 * static_cast<double>(i + 1) : 0.0,
                                   1e-3);
            }
        }
}

}  // namespace

int main() {
    no_more_threads_than_wanted();
    every_item_is_done_once();
    what_is_cut_off_is_the_end();
    exceptions_come_through();
    a_team_listens();
    exceptions_leave_a_loop();
    batches_of_any_cost();
    machine_code();
    return test::failures();
}

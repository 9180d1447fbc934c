// CHECK for the C++ tests: says what failed and goes on; main() returns failures().
#pragma once

#include <cmath>
#include <cstdio>

namespace ml4pa::test {

inline int& failure_count() {
    static int count = 0;
    return count;
}

// Counts a failure; whether to say so: the first ones tell enough.
inline bool fail() { return ++failure_count() <= 20; }

inline void check(bool holds, const char* what, const char* file, int line) {
    if (holds || !fail()) return;
    std::fprintf(stderr, "%s:%d: failed: %s\n", file, line, what);
}

inline void check_near(double value, double expected, double tolerance, const char* what,
                       const char* file, int line) {
    if (std::fabs(value - expected) <= tolerance || !fail()) return;  // false for NaN
    std::fprintf(stderr, "%s:%d: failed: %s = %.17g, expected %.17g within %g\n", file, line, what,
                 value, expected, tolerance);
}

// The exit code of a test: 0 if every check held.
inline int failures() {
    if (failure_count() > 0) std::fprintf(stderr, "%d checks failed\n", failure_count());
    return failure_count() > 0 ? 1 : 0;
}

}  // namespace ml4pa::test

#define CHECK(condition) ::ml4pa::test::check((condition), #condition, __FILE__, __LINE__)
#define CHECK_NEAR(value, expected, tolerance) \
    ::ml4pa::test::check_near((value), (expected), (tolerance), #value, __FILE__, __LINE__)

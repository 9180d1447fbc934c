// Arrays: aligned, 0 at the start, and huge ones without touching what they hold.
#include "ml4pa/memory.hpp"

#include <cstdint>
#include <cstdio>
#include <new>
#include <utility>

#include "check.hpp"

using namespace ml4pa;

namespace {

void arrays_are_aligned_and_zero() {
    for (const Index n : {1, 7, 8, 1000, 1 << 19, (1 << 22) - 1, 1 << 22, (1 << 22) + 9}) {
        for (int again = 0; again < 3; ++again) {  // of memory that has been used, too
            Array a(n);
            CHECK(reinterpret_cast<std::uintptr_t>(a.data()) % 64 == 0);
            double sum = 0.0;
            for (Index i = 0; i < n; ++i) sum += std::fabs(a[i]);
            CHECK(a.size() == n && sum == 0.0);
            for (Index i = 0; i < n; ++i) a[i] = 1.0;
        }
    }
    CHECK(Array(0).data() == nullptr);
}

void arrays_are_moved_and_swapped() {
    Array small(3), huge((1 << 22) + 1);
    small[2] = 2.0;
    huge[1 << 22] = 5.0;
    swap(small, huge);
    CHECK(small[1 << 22] == 5.0 && huge[2] == 2.0 && huge.size() == 3);
    Array moved = std::move(small);
    small = Array(2);
    CHECK(moved[1 << 22] == 5.0 && small[1] == 0.0);
    moved = std::move(small);
    CHECK(moved.size() == 2);
}

// A size in bytes that would wrap.
void an_impossible_array_is_refused() {
    for (const Index n : {Index{1} << 60, Index{1} << 61, Index{1} << 62}) {
        bool refused = false;
        try {
            const Array a(n);
        } catch (const std::bad_alloc&) {
            refused = true;
        }
        CHECK(refused);
    }
}

// Pages of this process that are in memory; 0 where the system does not tell.
[[maybe_unused]] long resident() {
    long all = 0, here = 0;
    std::FILE* file = std::fopen("/proc/self/statm", "r");
    if (file == nullptr) return 0;
    if (std::fscanf(file, "%ld %ld", &all, &here) != 2) here = 0;
    std::fclose(file);
    return here;
}

// Filled, it would keep its caller for a second or more, who could not be interrupted.
void a_huge_array_is_not_filled() {
#ifdef __linux__
    const long before = resident();
    constexpr Index n = Index{1} << 26;  // 512 MB
    Array a(n);
    CHECK(resident() - before < 2000);
    CHECK(a[0] == 0.0 && a[n - 1] == 0.0 && a[n / 2] == 0.0);
    CHECK(reinterpret_cast<std::uintptr_t>(a.data()) % (1 << 21) == 0);
    a = Array();
    CHECK(resident() - before < 2000);
#endif
}

}  // namespace

int main() {
    arrays_are_aligned_and_zero();
    arrays_are_moved_and_swapped();
    an_impossible_array_is_refused();
    a_huge_array_is_not_filled();
    return test::failures();
}

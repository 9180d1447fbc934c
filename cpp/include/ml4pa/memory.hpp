// Writing large arrays without reading them first.
#pragma once

#include <cstdint>
#include <cstring>

#include "ml4pa/objective.hpp"

#if defined(__AVX512F__) || defined(__SSE2__)
#include <immintrin.h>
#endif

namespace ml4pa {

// Beyond this many doubles an array does not stay in the cache from one step to the next.
inline constexpr Index streamed_from = Index{1} << 18;

// Copies a block to memory past the cache: the target's old content is not fetched, which saves
// one of three transfers. Needs `to` aligned to 64 bytes and n a multiple of 8, else plain copying.
inline void stream(double* to, const double* from, Index n) {
    const bool aligned = (reinterpret_cast<std::uintptr_t>(to) & 63u) == 0 && n % 8 == 0;
#if defined(__AVX512F__)
    if (aligned) {
        for (Index i = 0; i < n; i += 8) _mm512_stream_pd(to + i, _mm512_loadu_pd(from + i));
        return;
    }
#elif defined(__AVX__)
    if (aligned) {
        for (Index i = 0; i < n; i += 4) _mm256_stream_pd(to + i, _mm256_loadu_pd(from + i));
        return;
    }
#elif defined(__SSE2__)
    if (aligned) {
        for (Index i = 0; i < n; i += 2) _mm_stream_pd(to + i, _mm_loadu_pd(from + i));
        return;
    }
#endif
    (void)aligned;
    std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(double));
}

// Streamed stores become visible in order after this.
inline void stream_fence() {
#if defined(__SSE2__)
    _mm_sfence();
#endif
}

}  // namespace ml4pa

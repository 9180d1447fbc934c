// How wide the vector registers are, of the instruction set that this is compiled for.
#pragma once

#include <cstddef>

namespace ml4pa {

#if defined(__AVX512F__)
inline constexpr std::size_t register_bytes = 64;
#elif defined(__AVX__)
inline constexpr std::size_t register_bytes = 32;
#else
inline constexpr std::size_t register_bytes = 16;
#endif

}  // namespace ml4pa

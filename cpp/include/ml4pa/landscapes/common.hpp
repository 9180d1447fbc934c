// What several landscapes share.
#pragma once

#include "ml4pa/objective.hpp"

namespace ml4pa::landscapes {

inline constexpr double pi = 3.14159265358979323846;

// The n x n matrix, row by row, with entry(i) on its diagonal and zeros elsewhere.
template <class T, class Entry>
inline void diagonal(Index n, T* h, Entry entry) {
    for (Index i = 0; i < n * n; ++i) h[i] = T{};
    for (Index i = 0; i < n; ++i) h[i * n + i] = entry(i);
}

}  // namespace ml4pa::landscapes

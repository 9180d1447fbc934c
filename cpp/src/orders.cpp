#include "ml4pa/costs/orders.hpp"

#include <numeric>

namespace ml4pa::costs {

void Order::begin(std::uint64_t key, std::uint64_t epoch, std::uint32_t part, Index n) {
    Shuffled::begin(key, epoch, part, n, [this](Index i, Index count, const std::uint32_t* to) {
        std::uint32_t* rows = items();
        if (to == nullptr) return std::iota(rows, rows + count, 0U);
        for (Index k = 0; k < count; ++k) rows[Index{to[k]}] = static_cast<std::uint32_t>(i + k);
    });
}

}  // namespace ml4pa::costs

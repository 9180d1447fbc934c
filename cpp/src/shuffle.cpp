#include "ml4pa/shuffle.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace ml4pa {
namespace {

constexpr std::uint32_t deal_domain = 0x6465616c;  // "deal"

// Words first, ..., first + count - 1 of `words` in random.hpp, count/4 counters side by side; `first`
// is a multiple of 4.
template <Index count>
void draw(Key key, std::uint64_t epoch, std::uint32_t part, Index first, std::uint32_t* out) {
    constexpr Index counters = count / 4;
    detail::Counters64 counter;
    detail::Words64 words;
    for (Index k = 0; k < counters; ++k) {
        counter.block[k] = static_cast<std::uint32_t>(first / 4 + k);
        counter.individual[k] = part;
    }
    detail::philox_lanes(key, epoch, counter, counters, words);
    for (Index k = 0; k < counters; ++k) {
        out[4 * k] = words.x0[k];
        out[4 * k + 1] = words.x1[k];
        out[4 * k + 2] = words.x2[k];
        out[4 * k + 3] = words.x3[k];
    }
}

// Calls f(i, byte i of the words), i < count.
template <class F>
inline void for_bytes(const std::uint32_t* words, Index count, F f) {
    Index i = 0;
    for (; i + 4 <= count; i += 4) {
        const std::uint32_t w = words[i / 4];
        f(i, w & 0xff);
        f(i + 1, w >> 8 & 0xff);
        f(i + 2, w >> 16 & 0xff);
        f(i + 3, w >> 24);
    }
    for (; i < count; ++i) f(i, words[i / 4] >> (8 * (i % 4)) & 0xff);
}

}  // namespace

void Shuffle::begin(std::uint64_t key, std::uint64_t epoch, std::uint32_t part, Index n) {
    key_ = stream(Key(key), detail::word_domain);
    deal_key_ = stream(key_, deal_domain);
    epoch_ = epoch;
    part_ = part;
    n_ = n;
    dealt_ = drawn_ = current_ = 0;
    bits_ = std::min(8, static_cast<int>(std::bit_width(
                            static_cast<std::uint64_t>(std::max<Index>(0, n - 1) / bucket))));
    next_ = {};
    if (deals_in_order()) {
        next_[0] = static_cast<std::uint32_t>(n);
        return;
    }
    // Counted by byte, in four tables: a count that was just raised is not waited for.
    std::array<std::array<std::uint32_t, 256>, 4> counts{};
    for (Index i = 0; i < n; i += chunk) {
        draw<words>(deal_key_, epoch, part, i / 4, word_.data());
        for_bytes(word_.data(), std::min(chunk, n - i), [&](Index k, std::uint32_t byte) {
            ++counts[static_cast<std::size_t>(k % 4)][byte];
        });
    }
    for (std::uint32_t b = 0; b < 256; ++b)
        for (const auto& count : counts) next_[b >> (8 - bits_)] += count[b];
    std::uint32_t place = 0;  // counts become the places where the buckets begin
    for (std::uint32_t& next : next_) place += std::exchange(next, place);
}

Index Shuffle::deal(std::uint32_t* to) {
    const Index here = std::min(chunk, n_ - dealt_);
    draw<words>(deal_key_, epoch_, part_, dealt_ / 4, word_.data());
    const int shift = 8 - bits_;
    std::uint32_t* next = next_.data();
    for_bytes(word_.data(), here,
              [=](Index k, std::uint32_t byte) { to[k] = next[byte >> shift]++; });
    dealt_ += here;
    return here;
}

void Shuffle::partners(Index place, Index count, std::uint32_t* with) {
    constexpr Index few = 64;  // words drawn at once, while a loop over rows waits for its chain
    for (Index i = 0; i < count;) {
        const Index k = place + i;
        if (k % few == 0) draw<few>(key_, epoch_, part_, k, word_.data());
        while (next_[static_cast<std::size_t>(current_)] <= k) ++current_;
        const Index end = next_[static_cast<std::size_t>(current_)];
        const Index m = std::min({count - i, end - k, few - k % few});
        const std::uint32_t* word = word_.data() + k % few;
        for (Index j = 0; j < m; ++j) {
            const std::uint64_t left = static_cast<std::uint64_t>(end - k - j);
            with[i + j] = static_cast<std::uint32_t>(k + j) +
                          static_cast<std::uint32_t>(word[j] * left >> 32);
        }
        i += m;
    }
}

}  // namespace ml4pa

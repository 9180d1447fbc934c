#include "ml4pa/batches.hpp"

#include <algorithm>
#include <utility>

namespace ml4pa {
namespace {

// Of shorter rows, a cache line that is read for one holds several: then it is worth while to copy
// them to where they are met, if the caches do not hold all of them anyway.
constexpr Index short_row = 6, many_rows = Index{1} << 14;

constexpr Index drawn = 4 * detail::lanes;

// Calls f(i, word i) for i = 0, ..., n - 1: the words are those of `words` in random.hpp, 64
// counters side by side. To draw them twice is faster than to keep them.
template <class F>
inline void for_words(Key key, std::uint64_t epoch, std::uint32_t part, Index n, F f) {
    key = stream(key, detail::word_domain);
    detail::Counters64 counter;
    detail::Words64 words;
    std::fill_n(counter.individual, detail::lanes, part);
    for (Index i = 0; i < n; i += drawn) {
        for (Index k = 0; k < detail::lanes; ++k)
            counter.block[k] = static_cast<std::uint32_t>(i / 4 + k);
        detail::philox_lanes(key, epoch, counter, detail::lanes, words);
        alignas(64) std::uint32_t w[drawn];
        for (Index k = 0; k < detail::lanes; ++k) {
            w[4 * k] = words.x0[k];
            w[4 * k + 1] = words.x1[k];
            w[4 * k + 2] = words.x2[k];
            w[4 * k + 3] = words.x3[k];
        }
        const Index here = std::min(drawn, n - i);
        for (Index k = 0; k < here; ++k) f(i + k, w[k]);
    }
}

// Counts become the places where the buckets begin.
void begin_buckets(std::uint32_t* count, Index buckets) {
    std::uint32_t place = 0;
    for (Index k = 0; k < buckets; ++k) place += std::exchange(count[k], place);
}

// Sorts m numbers whose `below` lower bits of the word are random: into about as many buckets as
// there are numbers, then by insertion, which has little left to do.
// `place` has room for them.
constexpr int most_bits = 14;
void sort_bucket(const std::uint64_t* a, Index m, int below, std::uint64_t* b, std::uint32_t* place,
                 std::uint32_t* rows) {
    int bits = 1;
    while ((Index{1} << bits) < m && bits < most_bits) ++bits;
    bits = std::min(bits, below);
    const int shift = 32 + below - bits;
    const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
    std::fill_n(place, mask + 1, 0u);
    for (Index i = 0; i < m; ++i) ++place[(a[i] >> shift) & mask];
    begin_buckets(place, static_cast<Index>(mask) + 1);
    for (Index i = 0; i < m; ++i) b[place[(a[i] >> shift) & mask]++] = a[i];
    for (Index i = 1; i < m; ++i) {
        const std::uint64_t v = b[i];
        Index k = i;
        for (; k > 0 && b[k - 1] > v; --k) b[k] = b[k - 1];
        b[k] = v;
    }
    for (Index i = 0; i < m; ++i) rows[i] = static_cast<std::uint32_t>(b[i]);
}

}  // namespace

const std::uint32_t* Order::shuffle(std::uint64_t key, std::uint64_t epoch, std::uint32_t part,
                                    Index n, costs::Copy* copy, Index start) {
    if (n > room_) {
        room_ = n;
        sorted_ = Buffer<std::uint64_t>(n);
        rows_ = Buffer<std::uint32_t>(n);
    }
    // First by the upper bits, as many as the first cache has lines to write to.
    const int bits = n < 1 << 12 ? 0 : n < 1 << 24 ? 8 : 11;
    const int below = 32 - bits;
    const auto bucket = [=](std::uint32_t word) { return std::uint64_t{word} >> below; };
    std::vector<std::uint32_t> place(std::size_t{1} << bits);
    for_words(Key(key), epoch, part, n, [&](Index, std::uint32_t w) { ++place[bucket(w)]; });
    const std::vector<std::uint32_t> counts = place;
    begin_buckets(place.data(), Index{1} << bits);
    std::uint64_t* sorted = sorted_.data();
    for_words(Key(key), epoch, part, n, [&](Index i, std::uint32_t w) {
        const std::uint64_t at = place[bucket(w)]++;
        const std::uint64_t row = copy != nullptr ? at : static_cast<std::uint64_t>(i);
        sorted[at] = std::uint64_t{w} << 32 | row;
        if (copy != nullptr) copy->take(start + i, static_cast<Index>(at));
    });
    const Index most = *std::max_element(counts.begin(), counts.end());
    if (most > bucket_room_) {
        bucket_room_ = most;
        bucket_ = Buffer<std::uint64_t>(most);
    }
    std::vector<std::uint32_t> finer(std::size_t{1} << most_bits);
    Index begin = 0;
    for (const std::uint32_t m : counts) {
        sort_bucket(sorted + begin, m, below, bucket_.data(), finer.data(), rows_.data() + begin);
        begin += m;
    }
    return rows_.data();
}

void descend(Run& run, BatchSum& sum, Order& order, const Batches& batches,
             const Reduction& reduction, Watch& watch) {
    const Index n = sum.n(), count = batches.stop - batches.start;
    costs::Visit visit{batches.start, count, nullptr};
    costs::Copy* copy = nullptr;
    sum.block().read(sum.source());
    if (batches.shuffle) {
        if (sum.source().features <= short_row && count >= many_rows) {
            copy = &sum.copy(count);
            visit.start = 0;
        }
        visit.order =
            order.shuffle(batches.key, batches.epoch, batches.part, count, copy, batches.start);
        if (copy != nullptr) sum.block().read(copy->source());
    }
    if (sum.descend_small(run, batches, visit, reduction, watch)) return;
    Array g(n);
    for (Index first = 0; first < count; first += batches.size) {
        const Index rows = std::min(batches.size, count - first);
        const double* theta = run.ask();
        sum.gradient(theta, visit, first, rows, g.data());
        const double scale = reduction.scale(rows);
        for (Index j = 0; j < n; ++j) g[j] *= scale;
        if (const auto penalty = reduction.penalty(rows)) penalty.add(theta, n, g.data());
        run.advance(g.data());
        if (run.stop() || !watch.go(rows * n)) return;
    }
}

}  // namespace ml4pa

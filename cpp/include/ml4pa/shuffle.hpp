// A random order of rows, all permutations equally probable: the rows are dealt to buckets at
// random, then each bucket is shuffled by Fisher and Yates' method. ml4pa/shuffle.py has the
// definition and its sources.
//
// Both steps tell where things go, so that numbers of rows are moved as well as the rows:
//
//     shuffle.begin(key, epoch, part, n);
//     while ((count = shuffle.deal(to)) > 0)      // the next rows go to these places, if not all
//         ...                                     // are dealt in order; then, for
//     shuffle.partners(place, count, with);       // place after place: change it with this one
#pragma once

#include <array>
#include <cstdint>

#include "ml4pa/objective.hpp"
#include "ml4pa/random.hpp"

namespace ml4pa {

class Shuffle {
public:
    static constexpr Index words = 256;        // drawn at once
    static constexpr Index chunk = 4 * words;  // rows dealt at once
    static constexpr Index bucket = 1 << 19;   // rows; more only where there are 256 of them

    // n < 2^32
    void begin(std::uint64_t key, std::uint64_t epoch, std::uint32_t part, Index n);

    // Whether there is one bucket: then each row is dealt to its own place.
    bool deals_in_order() const { return bits_ == 0; }

    // The places of the next rows, `chunk` of them or those that are left; 0 at the end.
    Index deal(std::uint32_t* to);

    // The partners of `count` places, which follow those of the call before. What stands at place k
    // after it has changed with its partner, which is not before k, stays there.
    void partners(Index place, Index count, std::uint32_t* with);

private:
    Key key_{0}, deal_key_{0};
    std::uint64_t epoch_ = 0;
    std::uint32_t part_ = 0;
    Index n_ = 0, dealt_ = 0, drawn_ = 0;
    int bits_ = 0;                           // of the number of a bucket
    Index current_ = 0;                      // the bucket of the next place
    std::array<std::uint32_t, 256> next_{};  // where the next row of a bucket goes; then its end
    alignas(64) std::array<std::uint32_t, words> word_{};
};

}  // namespace ml4pa

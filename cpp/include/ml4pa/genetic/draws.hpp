// The random numbers of one generation: each purpose has a stream; in it a draw depends on the key,
// the generation, the row and the coordinate alone. ml4pa/methods/genetic/draws.py is the
// specification.
#pragma once

#include <algorithm>
#include <cmath>

#include "ml4pa/random.hpp"

namespace ml4pa::genetic {

// Draws first, ..., first + n - 1 of row 0 as random.hpp makes them; first is even.
template <class Transform>
inline void draw_part(Key key, std::uint64_t t, Index first, double* out, Index n) {
    constexpr Index most = 2 * detail::lanes;
    detail::Counters64 counter{};
    detail::Words64 words;
    alignas(64) double draws[most];
    for (Index done = 0; done < n; done += most) {
        const Index drawn = std::min(n - done, most);
        const Index padded = ((drawn + 1) / 2 + 7) & ~Index{7};  // whole vectors only
        const auto block = static_cast<std::uint32_t>((first + done) / 2);
        for (Index i = 0; i < padded; ++i) counter.block[i] = block + static_cast<std::uint32_t>(i);
        detail::philox_lanes(key, t, counter, padded, words);
        Transform::apply(words, padded, draws);
        std::copy_n(draws, drawn, out + done);
    }
}

// Whom a parent is, what a pair does, what it does to each gene, which genes mutate, how far; the
// first generation adds `start`, and has uniforms within the bounds.
enum Stream : std::uint32_t {
    parents = 1,
    pairs = 2,
    genes = 3,
    places = 4,
    steps = 5,
    box = 6,
    start = 0x100
};

struct Draws {
    Key key;
    std::uint64_t t;

    // In [0, 1), rows x n.
    void uniforms_of(Stream domain, Index rows, double* out, Index n) const {
        uniforms_rows(stream(key, domain), t, 0, rows, out, n);
    }
    void uniforms_row(Stream domain, Index row, double* out, Index n) const {
        uniforms(stream(key, domain), t, static_cast<std::uint32_t>(row), out, n);
    }
    // per_word genes of a pair share a word of 32 random bits.
    void bits(Index pair, std::uint32_t* out, Index n, Index per_word) const {
        words(stream(key, genes), t, static_cast<std::uint32_t>(pair), out,
              (n + per_word - 1) / per_word);
    }
    // Normals first, first + 1, ..., of the genes that mutate; first is even.
    void normals_from(Index first, double* out, Index n) const {
        draw_part<detail::BoxMuller>(stream(key, steps), t, first, out, n);
    }
};

// Which of `size` genes mutate, each with probability p: the genes between one and the next are
// floor(ln u / ln(1 - p)), so that one number is drawn for each that mutates.
class Places {
public:
    static constexpr Index most = 128;

    Places(const Draws& draws, Index size, double rate)
        : draws_(draws),
          size_(rate > 1e-300 ? static_cast<double>(size) : 0.0),
          rate_(rate),
          inverse_(1.0 / std::log1p(-rate)) {}

    // The next of them, `most` at a time at the most; 0 where there are none left.
    Index next(Index* out) {
        if (place_ >= size_ - 1.0) return 0;
        const Index count = enough();
        const Key key = stream(stream(draws_.key, places), detail::uniform_domain);
        draw_part<detail::Uniform>(key, draws_.t, drawn_, gap_, count);
        drawn_ += count;
        for (Index i = 0; i < count; ++i)
            gap_[i] = 1.0 + std::floor(detail::log_unit(1.0 - gap_[i]) * inverse_);
        for (Index i = 0; i < count; ++i) {
            place_ += gap_[i];
            if (place_ >= size_) return i;
            out[i] = static_cast<Index>(place_);
        }
        return count;
    }

private:
    // As many as are likely to be needed, an even number.
    Index enough() const {
        const double expected = (size_ - place_) * rate_;
        const double likely = expected + 3.0 * std::sqrt(expected) + 6.0;
        return likely < most ? static_cast<Index>(likely) & ~Index{1} : most;
    }

    const Draws& draws_;
    double size_, rate_, inverse_, place_ = -1.0;
    Index drawn_ = 0;
    alignas(64) double gap_[most];
};

}  // namespace ml4pa::genetic

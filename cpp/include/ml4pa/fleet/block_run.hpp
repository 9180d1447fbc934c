// The loop of a fleet: one block of descents after another. The kernel makes many steps before
// anything is asked; where a lane may have ended among them, its steps are made again one by one.
// Without paths it does not even keep the best points: what is kept is the state before the chunk of
// steps that came upon the best value, and if no better one follows, that chunk is made once more.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "ml4pa/fleet.hpp"
#include "ml4pa/fleet/block.hpp"

namespace ml4pa::fleet {

// An iterate of one lane, as the rules see it.
struct Iterate {
    Index d = 1;
    double value = 0.0, value_before = 0.0;
    std::array<double, most_dimensions> gradient{}, step{};
    std::int64_t t = 0;

    Index n() const { return d; }
    static Norm norm() { return Norm::max; }
    double f() const { return value; }
    double f_before() const { return value_before; }
    double g(Index i) const { return gradient[static_cast<std::size_t>(i)]; }
    double dx(Index i) const { return step[static_cast<std::size_t>(i)]; }
    std::int64_t iteration() const { return t; }
    std::int64_t nfev() const { return t + 1; }
    static std::int64_t last_cost() { return 1; }
    static constexpr bool waits() { return false; }

    bool sound() const {
        double zero = value * 0.0;  // NaN where anything is infinite or NaN
        for (Index i = 0; i < d; ++i) zero += g(i) * 0.0;
        return zero == 0.0;
    }
};

// What ends all runs: the time spent. It is asked after every few thousand steps.
class Watch {
public:
    virtual ~Watch() = default;
    virtual Stop tick() = 0;
};

class BlockRun {
public:
    BlockRun(const Fleet& fleet, const FleetRows& out, const Method& method, Kernel kernel);

    // The runs [first, first + count) from their starts to their ends.
    void run(Index first, int count, Watch& watch);

private:
    static constexpr int pack = 8;                    // lanes that are done again together
    static constexpr std::int64_t most_known = 4096;  // steps that are kept
    static constexpr Index longest = 128, longest_packed = 64, longest_kept = 16, shortest = 8;

    void begin(Index first, int count);
    void prepare(std::int64_t t, Index count);
    void know(std::int64_t end);
    void make_steps(std::int64_t t, Index count, double (*scalars)[most_scalars], double* to);
    void advance(bool brief, Index count);
    Steps steps(Index k) const;
    // Steps k, ..., k + count - 1 of those that are prepared.
    void call(Advance advance, const Block& from, Block& to, int first, int last, Index k,
              Index count, double* rows) const {
        advance(*fleet_.objective, steps(k), from, to, first, last, count, rows);
    }
    bool look(std::int64_t t, Index count);
    bool look_at_state(std::int64_t t);
    bool look_at_rows(std::int64_t t, Index count);
    void again(int first, std::int64_t t, Index count);
    Stop ask(int j, const Iterate& it, const Block& after) const;
    Iterate iterate(int j, std::int64_t t, const double* row, const double* before) const;
    void keep(int first, std::int64_t t, Index count);
    void keep_square(int first, std::int64_t t, Index k);
    void forgive();
    void remember(bool seeks);
    void end(int j, Stop stop, std::int64_t t, const double* row, const Block& best, bool found);
    void end_all(Stop stop, std::int64_t t);
    void drop_ended();
    void find_best_points();
    void find_best_points(std::size_t first, std::size_t count);
    void differentiate(Index first, int count) const;

    const Fleet& fleet_;
    const FleetRows& out_;
    const Method& method_;
    Kernel kernel_;
    Index d_;
    Index most_;         // the longest chunk
    std::int64_t last_;  // the iterate at which a budget is spent
    Stop spent_;         // and what it says
    double gtol_;
    int stride_;      // between the lanes' own methods and steps: 1 where they share them
    bool asks_rows_;  // whether the values and points of all steps are asked
    bool keeps_rows_;
    bool asks_gradient_;  // whether it is asked at every step
    bool brief_;          // whether best points are found afterwards
    bool constant_;       // whether all steps are the same
    bool keeps_steps_;    // whether all blocks have the same ones
    Index step_doubles_, prepared_ = 0;
    const double* now_ = nullptr;  // the steps that are prepared

    // A chunk of steps, and the numbers that the method kept before it.
    struct Chunk {
        std::int64_t t;
        Index count;
        double scalars[most_scalars];
    };
    // A run that is done and came upon its best point in a chunk.
    struct Wanted {
        Index run;
        std::size_t chunk;
        double theta[most_dimensions], slot[most_slots][most_dimensions];
    };
    // The lanes before the chunk of their best value; chunk < 0 where the point itself is known.
    struct alignas(64) Before {
        Lanes theta[most_dimensions];
        Lanes slot[most_slots][most_dimensions];
        Lanes chunk;
    };

    struct Workspace {
        Block blocks[2], again[2];
        Before before;
        double scalars[most_lanes][most_scalars];
        double last[row_size(most_dimensions)];    // of the rows of the chunk before
        double row[2][row_size(most_dimensions)];  // of the steps that are made again
    };
    std::unique_ptr<Workspace> work_;
    Block *from_, *to_;
    std::vector<double> methods_, steps_, rates_, rows_;
    std::vector<double> known_steps_;
    std::vector<std::array<double, most_scalars>>
        known_scalars_;  // before each, and after the last
    std::vector<Chunk> chunks_;
    std::vector<Wanted> wanted_;
    int active_ = 0;
    bool any_ended_ = false;
    Index id_[most_lanes] = {};
    bool suspect_lane_[most_lanes] = {};
    Index ended_[most_lanes] = {};  // the step of the chunk at which a lane has ended, or -1
};

}  // namespace ml4pa::fleet

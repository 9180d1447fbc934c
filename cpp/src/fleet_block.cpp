#include "ml4pa/fleet/block_run.hpp"

#include "ml4pa/lanes.hpp"

namespace ml4pa::fleet {
namespace {

// Whether a rule has a limit that is neither a budget nor the gradient's, which is asked by itself.
bool asks_rows(const Rules& rules) {
    auto asks = [](const auto& rule) {
        using Rule = std::decay_t<decltype(rule)>;
        if constexpr (is_counted<Rule> || std::is_same_v<Rule, stopping::GradientTolerance>)
            return false;
        else
            return rule.limit == rule.limit;
    };
    return std::apply([&](const auto&... rule) { return (... || asks(rule)); }, rules);
}

// The doubles that hold so many bytes.
std::size_t doubles(std::size_t bytes) { return (bytes + sizeof(double) - 1) / sizeof(double); }

using Eight = ml4pa::Lanes<double>;

// Past the caches, where `to` is a whole line: it is not read again soon, nor need be read first.
void stream(double* to, Eight v) {
    const bool line = reinterpret_cast<std::uintptr_t>(to) % sizeof v == 0;
#if defined(__clang__) && defined(__AVX512F__)
    if (line) return __builtin_nontemporal_store(v, reinterpret_cast<Eight*>(to));
#elif defined(__clang__)
#elif defined(__AVX512F__)
    if (line) return __builtin_ia32_movntpd512(to, v);
#elif defined(__SSE2__)
    typedef double Two __attribute__((vector_size(16)));
    if (line) {
        for (int i = 0; i < 8; i += 2) __builtin_ia32_movntpd(to + i, Two{v[i], v[i + 1]});
        return;
    }
#endif
    (void)line;
    store(to, v);
}

int padded(int lanes, int to) { return (lanes + to - 1) / to * to; }

}  // namespace

BlockRun::BlockRun(const Fleet& fleet, const FleetRows& out, const Method& method, Kernel kernel)
    : fleet_(fleet),
      out_(out),
      method_(method),
      kernel_(kernel),
      d_(fleet.objective->n()),
      work_(std::make_unique<Workspace>()),
      from_(&work_->blocks[0]),
      to_(&work_->blocks[1]) {
    Iterate it;
    last_ = last_iteration(fleet.rules, it);
    it.t = last_;
    spent_ = first_spent(fleet.rules, it);
    gtol_ = std::get<stopping::GradientTolerance>(fleet.rules).limit;
    // A descent that keeps nothing stays where its gradient is 0, until the last step of a chunk.
    asks_gradient_ = gtol_ > 0.0 || (gtol_ == 0.0 && method.slots > 0);
    asks_rows_ = asks_rows(fleet.rules);
    keeps_rows_ = asks_rows_ || fleet.stride > 0;
    brief_ = kernel.brief != nullptr && !keeps_rows_ && fleet.shared && fleet.rates[0].pure();
    constant_ = fleet.shared && fleet.rates[0].constant() && method.scalars == 0;
    keeps_steps_ = fleet.shared && !constant_ && fleet.rates[0].pure();
    step_doubles_ = static_cast<Index>(method.step_size / sizeof(double));
    const bool long_steps = method.packs && !method.keeps_points;  // of those made once more
    most_ = keeps_rows_ || !fleet.shared ? longest_kept : long_steps ? longest_packed : longest;
    stride_ = fleet.shared ? 1 : most_lanes;
    methods_.resize(doubles(method.size * static_cast<std::size_t>(stride_)));
    steps_.resize(doubles(method.step_size * static_cast<std::size_t>(most_ * stride_)));
    rates_.resize(static_cast<std::size_t>(most_ * stride_));
    if (fleet.shared) method.make(fleet.fields, methods_.data(), 0);
    if (keeps_rows_) rows_.resize(static_cast<std::size_t>(most_ * row_size(d_)));
}

void BlockRun::run(Index first, int count, Watch& watch) {
    begin(first, count);
    std::int64_t t = 0;
    Index chunk = watch.tick() ? 1 : shortest;
    while (active_ > 0) {
        const bool final = t == last_;
        const Index steps =
            final ? 1 : static_cast<Index>(std::min<std::int64_t>(chunk, last_ - t));
        const bool brief = brief_ && !final, seeks = brief && !method_.keeps_points;
        if (seeks) {
            chunks_.push_back({t, steps, {}});
            std::copy_n(work_->scalars[0], most_scalars, chunks_.back().scalars);
        }
        prepare(t, steps);
        advance(brief, steps);
        const bool quiet = look(t, steps);
        remember(seeks);
        if (keeps_rows_)
            std::copy_n(rows_.data() + (steps - 1) * row_size(d_), row_size(d_), work_->last);
        t += steps;
        if (final)
            end_all(spent_, t - 1);
        else if (const Stop told = watch.tick())
            end_all(told, t - 1);
        drop_ended();
        std::swap(from_, to_);
        chunk = quiet ? std::min(2 * chunk, most_) : std::max(chunk / 2, shortest);
    }
    find_best_points();
    differentiate(first, count);
}

void BlockRun::advance(bool brief, Index count) {
    const int lanes = padded(active_, pack);
    if (!brief)
        call(kernel_.whole, *from_, *to_, 0, lanes, 0, count, keeps_rows_ ? rows_.data() : nullptr);
    else if (asks_gradient_ || count == 1)
        call(kernel_.brief, *from_, *to_, 0, lanes, 0, count, nullptr);
    else {
        std::copy_n(from_->least, lanes, to_->least);
        call(kernel_.briefest, *from_, *to_, 0, lanes, 0, count - 1, nullptr);
        call(kernel_.brief, *to_, *to_, 0, lanes, count - 1, 1, nullptr);
    }
}

void BlockRun::begin(Index first, int count) {
    active_ = count;
    chunks_.clear();
    std::fill_n(ended_, most_lanes, Index{-1});
    std::fill_n(work_->before.chunk, most_lanes, -1.0);
    Block& block = *from_;
    for (int j = 0; j < padded(count, pack); ++j) {
        const Index run = first + std::min(j, count - 1);  // the last fills up the pack
        id_[j] = run;
        for (Index i = 0; i < d_; ++i) {
            block.theta[i][j] = block.best_x[i][j] = fleet_.starts[run * d_ + i];
            for (auto& slot : block.slot) slot[i][j] = 0.0;
        }
        block.best_f[j] = std::numeric_limits<double>::infinity();
        block.total[j] = 0.0;
        block.least[j] = std::numeric_limits<double>::infinity();
        for (double& scalar : work_->scalars[j]) scalar = 0.0;
        if (!fleet_.shared) method_.make(fleet_.fields + run * method_.fields, methods_.data(), j);
    }
}

// The numbers of the next steps. The first ones of a method that all share are the same for all
// blocks, and are kept.
void BlockRun::prepare(std::int64_t t, Index count) {
    if (constant_ && count <= prepared_) return;
    prepared_ = count;
    if (!keeps_steps_ || t + count > most_known) {
        now_ = steps_.data();
        return make_steps(t, count, work_->scalars, steps_.data());
    }
    know(t + count);
    now_ = known_steps_.data() + t * step_doubles_;
    std::copy_n(known_scalars_[static_cast<std::size_t>(t + count)].data(), most_scalars,
                work_->scalars[0]);
}

// The steps before `end`, and the numbers that the method has kept then.
void BlockRun::know(std::int64_t end) {
    const auto size = static_cast<std::size_t>(end);
    if (known_scalars_.empty()) known_scalars_.push_back({});
    const std::size_t first = known_scalars_.size() - 1;
    if (first >= size) return;
    known_scalars_.resize(size + 1);
    known_steps_.resize(size * static_cast<std::size_t>(step_doubles_));
    for (std::size_t t = first; t < size; ++t) {
        double scalars[1][most_scalars];
        std::copy_n(known_scalars_[t].data(), most_scalars, scalars[0]);
        make_steps(static_cast<std::int64_t>(t), 1, scalars,
                   known_steps_.data() + t * static_cast<std::size_t>(step_doubles_));
        std::copy_n(scalars[0], most_scalars, known_scalars_[t + 1].data());
    }
}

void BlockRun::make_steps(std::int64_t t, Index count, double (*scalars)[most_scalars],
                          double* to) {
    const int lanes = fleet_.shared ? 1 : padded(active_, pack);
    for (Index k = 0; k < count; ++k)
        for (int j = 0; j < lanes; ++j)
            rates_[static_cast<std::size_t>(k * stride_ + j)] =
                fleet_.rates[static_cast<std::size_t>(fleet_.shared ? 0 : id_[j])](t + k);
    method_.begin(methods_.data(), rates_.data(), scalars, lanes, stride_, count, to);
}

Steps BlockRun::steps(Index k) const {
    return {methods_.data(), now_ + k * stride_ * step_doubles_, fleet_.shared};
}

// What has happened in a chunk. Returns whether nothing has.
bool BlockRun::look(std::int64_t t, Index count) {
    bool quiet = look_at_state(t);
    if (asks_rows_) quiet &= look_at_rows(t, count);
    if (quiet && fleet_.stride == 0) return true;
    quiet = true;
    for (int first = 0; first < active_; first += pack) {
        const int last = std::min(first + pack, active_);
        if (std::none_of(suspect_lane_ + first, suspect_lane_ + last, [](bool s) { return s; }))
            continue;
        again(first, t, count);
        quiet = false;
    }
    if (!quiet) forgive();
    if (fleet_.stride > 0)
        for (int first = 0; first < active_; first += pack) keep(first, t, count);
    return quiet;
}

// Whether no lane is suspect by what was gathered on the way.
bool BlockRun::look_at_state(std::int64_t t) {
    const Block& block = *to_;
    alignas(64) double zero[most_lanes];
    const int lanes = padded(active_, pack);
    for (int j = 0; j < lanes; ++j) zero[j] = block.total[j] * 0.0;
    if (t != last_)  // the last update is not made
        for (Index i = 0; i < d_; ++i) {
            for (int j = 0; j < lanes; ++j) zero[j] += block.theta[i][j] * 0.0;
            for (int s = 0; s < method_.slots; ++s)
                for (int j = 0; j < lanes; ++j) zero[j] += block.slot[s][i][j] * 0.0;
        }
    std::int64_t any = 0;  // as wide as a double: a vector of them is compared at once
    for (int j = 0; j < lanes; ++j) any |= ((zero[j] != 0.0) | (block.least[j] <= gtol_)) ? 1 : 0;
    if (any == 0) {
        std::fill_n(suspect_lane_, lanes, false);
        return true;
    }
    for (int j = 0; j < lanes; ++j) suspect_lane_[j] = (zero[j] != 0.0) | (block.least[j] <= gtol_);
    return false;
}

// Whether no rule on values or points is met at any step.
bool BlockRun::look_at_rows(std::int64_t t, Index count) {
    bool none = true;
    const double* before = work_->last;
    for (Index k = 0; k < count; ++k) {
        const double* row = rows_.data() + k * row_size(d_);
        for (int j = 0; j < active_; ++j)
            if (!suspect_lane_[j] && any_met(fleet_.rules, iterate(j, t + k, row, before))) {
                suspect_lane_[j] = true;
                none = false;
            }
        before = row;
    }
    return none;
}

Iterate BlockRun::iterate(int j, std::int64_t t, const double* row, const double* before) const {
    Iterate it;
    it.d = d_;
    it.t = t;
    it.value = row[2 * d_ * most_lanes + j];
    it.value_before = before[2 * d_ * most_lanes + j];
    for (Index i = 0; i < d_; ++i) {
        const auto k = static_cast<std::size_t>(i);
        it.gradient[k] = row[(d_ + i) * most_lanes + j];
        it.step[k] = row[i * most_lanes + j] - before[i * most_lanes + j];
    }
    return it;
}

// The suspect lanes of a pack step by step, each as `minimize` goes.
void BlockRun::again(int first, std::int64_t t, Index count) {
    const int last = std::min(first + pack, active_);
    auto open = std::count(suspect_lane_ + first, suspect_lane_ + last, true);
    const Block* state = from_;
    const double* before = work_->last;
    for (Index k = 0; k < count && open > 0; ++k) {
        Block& after = work_->again[k % 2];
        double* row = work_->row[k % 2];
        call(kernel_.whole, *state, after, first, first + pack, k, 1, row);
        for (int j = first; j < last; ++j) {
            if (!suspect_lane_[j] || ended_[j] >= 0) continue;
            const Iterate it = iterate(j, t + k, row, before);
            if (const Stop stop = ask(j, it, after)) {
                ended_[j] = k;
                --open;
                const Block& best = finite(it.value) ? after : *state;
                end(j, stop, t + k, row + j, best,
                    work_->before.chunk[j] < 0.0 || best.best_f[j] < from_->best_f[j]);
            }
        }
        before = row;
        state = &after;
    }
}

// Those that were suspected and go on start anew. Where one coordinate of the gradient misleads too
// often, all that follows is made whole.
void BlockRun::forgive() {
    int wrong = 0;
    for (int j = 0; j < active_; ++j) {
        if (!suspect_lane_[j] || ended_[j] >= 0) continue;
        ++wrong;
        to_->total[j] = 0.0;
        to_->least[j] = std::numeric_limits<double>::infinity();
    }
    if (wrong > active_ / 16) brief_ = false;
}

// Whether the lane ends at this iterate, `after` being what the update made of it.
Stop BlockRun::ask(int j, const Iterate& it, const Block& after) const {
    if (!it.sound()) return {Reason::diverged, it.value, 0.0};
    if (const Stop stop = first_met(fleet_.rules, it)) return stop;
    bool theta = true, slots = true;
    for (Index i = 0; i < d_; ++i) {
        theta &= finite(after.theta[i][j]);
        for (int s = 0; s < method_.slots; ++s) slots &= finite(after.slot[s][i][j]);
    }
    if (theta && slots) return {};
    if (!method_.newton) return {Reason::diverged, it.value, 0.0};
    if (!slots) return {Reason::singular, it.value, 0.0};
    return {Reason::diverged, after.best_f[j], 0.0};
}

// The rows of a chunk that the paths of a pack want.
void BlockRun::keep(int first, std::int64_t t, Index count) {
    const int last = std::min(first + pack, active_);
    Index done = 0;
    if (fleet_.stride == 1 && last == first + pack &&
        std::all_of(ended_ + first, ended_ + last, [](Index k) { return k < 0; }))
        for (; done + pack <= count; done += pack) keep_square(first, t, done);
    const std::int64_t stride = fleet_.stride;
    for (int j = first; j < last; ++j) {
        const Index end = ended_[j] < 0 ? count : ended_[j] + 1;
        for (std::int64_t k = done + (stride - (t + done) % stride) % stride; k < end;
             k += stride) {
            const Index to = id_[j] * out_.most_rows + (t + k) / stride;
            const double* row = rows_.data() + k * row_size(d_) + j;
            for (Index i = 0; i < d_; ++i) out_.path_x[to * d_ + i] = row[i * most_lanes];
            out_.path_f[to] = row[2 * d_ * most_lanes];
        }
    }
}

// Eight rows of eight lanes: rows become columns in registers.
void BlockRun::keep_square(int first, std::int64_t t, Index k) {
    Eight x[most_dimensions][pack], f[pack];
    for (Index r = 0; r < pack; ++r) {
        const double* row = rows_.data() + (k + r) * row_size(d_) + first;
        for (Index i = 0; i < d_; ++i) x[i][r] = load(row + i * most_lanes);
        f[r] = load(row + 2 * d_ * most_lanes);
    }
    transpose<double>(f);
    for (Index i = 0; i < d_; ++i) transpose<double>(x[i]);
    for (int l = 0; l < pack; ++l) {
        const Index to = id_[first + l] * out_.most_rows + t + k;
        stream(out_.path_f + to, f[l]);
        double* points = out_.path_x + to * d_;
        if (d_ == 1) {
            stream(points, x[0][l]);
        } else {
            const Eight a = x[0][l], b = x[1][l];
            stream(points, interleaved<0, double>(a, b));
            stream(points + pack, interleaved<4, double>(a, b));
        }
    }
}

// Where the best values of the last chunk came from.
void BlockRun::remember(bool seeks) {
    const Block &from = *from_, &to = *to_;
    Before& before = work_->before;
    const int lanes = padded(active_, pack);
    if (!seeks) {
        for (int j = 0; j < lanes; ++j)
            before.chunk[j] = to.best_f[j] < from.best_f[j] ? -1.0 : before.chunk[j];
        return;
    }
    const auto chunk = static_cast<double>(chunks_.size() - 1);
    auto keep = [&](const double* now, double* kept) {
        for (int j = 0; j < lanes; ++j) kept[j] = to.best_f[j] < from.best_f[j] ? now[j] : kept[j];
    };
    for (Index i = 0; i < d_; ++i) {
        keep(from.theta[i], before.theta[i]);
        for (int s = 0; s < method_.slots; ++s) keep(from.slot[s][i], before.slot[s][i]);
    }
    for (int j = 0; j < lanes; ++j)
        before.chunk[j] = to.best_f[j] < from.best_f[j] ? chunk : before.chunk[j];
}

// Writes what came out of a run that ends at iterate t, the lane's numbers of which are in `row`;
// its best point later where it is not yet found.
void BlockRun::end(int j, Stop stop, std::int64_t t, const double* row, const Block& best,
                   bool found) {
    const Index run = id_[j];
    any_ended_ = true;
    if (!found) {
        const Before& before = work_->before;
        Wanted wanted{run, static_cast<std::size_t>(before.chunk[j]), {}, {}};
        for (Index i = 0; i < d_; ++i) {
            wanted.theta[i] = before.theta[i][j];
            for (int s = 0; s < method_.slots; ++s) wanted.slot[s][i] = before.slot[s][i][j];
        }
        wanted_.push_back(wanted);
    }
    for (Index i = 0; i < d_; ++i) out_.x[run * d_ + i] = best.best_x[i][j];
    out_.fun[run] = best.best_f[j];
    out_.nit[run] = t;
    out_.reason[run] = stop.reason;
    out_.measured[run] = stop.measured;
    out_.limit[run] = stop.limit;
    double x[most_dimensions] = {};
    for (Index i = 0; i < d_; ++i) x[i] = row[i * most_lanes];
    if (method_.newton) fleet_.objective->hessian(x, out_.hessian + run * d_ * d_);
    if (fleet_.stride > 0) {
        Index& rows = out_.path_rows[run];
        rows = t / fleet_.stride + 1;
        if (t % fleet_.stride == 0) return;
        std::copy_n(x, d_, out_.path_x + (run * out_.most_rows + rows) * d_);
        out_.path_f[run * out_.most_rows + rows] = row[2 * d_ * most_lanes];
        ++rows;
    }
}

// Ends all that go on, at the last iterate evaluated.
void BlockRun::end_all(Stop stop, std::int64_t t) {
    for (int j = 0; j < active_; ++j)
        if (ended_[j] < 0) {
            ended_[j] = 0;
            end(j, stop, t, work_->last + j, *to_, work_->before.chunk[j] < 0.0);
        }
}

// The lanes that go on move together.
void BlockRun::drop_ended() {
    if (!any_ended_) return;
    any_ended_ = false;
    Block& block = *to_;
    for (int j = active_ - 1; j >= 0; --j) {
        if (ended_[j] < 0) continue;
        ended_[j] = -1;
        const int from = --active_;
        if (j == from) continue;
        id_[j] = id_[from];
        for (Index i = 0; i < d_; ++i) {
            block.theta[i][j] = block.theta[i][from];
            block.best_x[i][j] = block.best_x[i][from];
            for (auto& slot : block.slot) slot[i][j] = slot[i][from];
        }
        block.best_f[j] = block.best_f[from];
        block.total[j] = block.total[from];
        block.least[j] = block.least[from];
        Before& before = work_->before;
        for (Index i = 0; i < d_; ++i) {
            before.theta[i][j] = before.theta[i][from];
            for (auto& slot : before.slot) slot[i][j] = slot[i][from];
        }
        before.chunk[j] = before.chunk[from];
        for (Index i = 0; i <= 2 * d_; ++i)
            work_->last[i * most_lanes + j] = work_->last[i * most_lanes + from];
        if (fleet_.shared) continue;
        std::copy_n(work_->scalars[from], most_scalars, work_->scalars[j]);
        auto* bytes = reinterpret_cast<unsigned char*>(methods_.data());
        std::memcpy(bytes + static_cast<std::size_t>(j) * method_.size,
                    bytes + static_cast<std::size_t>(from) * method_.size, method_.size);
    }
}

// The best points that are not yet found, side by side where their chunks have the same steps.
void BlockRun::find_best_points() {
    auto before = [&](const Wanted& a, const Wanted& b) {
        const Chunk &p = chunks_[a.chunk], &q = chunks_[b.chunk];
        return constant_ ? p.count < q.count : p.t < q.t;
    };
    std::sort(wanted_.begin(), wanted_.end(), before);
    for (std::size_t first = 0, last = 0; first < wanted_.size(); first = last) {
        while (last < wanted_.size() && last - first < most_lanes &&
               !before(wanted_[first], wanted_[last]))
            ++last;
        find_best_points(first, last - first);
    }
    wanted_.clear();
}

void BlockRun::find_best_points(std::size_t first, std::size_t count) {
    const Chunk& chunk = chunks_[wanted_[first].chunk];
    Block& block = work_->again[0];
    const int lanes = padded(static_cast<int>(count), pack);
    for (int j = 0; j < lanes; ++j) {
        const Wanted& wanted = wanted_[first + std::min(static_cast<std::size_t>(j), count - 1)];
        for (Index i = 0; i < d_; ++i) {
            block.theta[i][j] = wanted.theta[i];
            for (int s = 0; s < method_.slots; ++s) block.slot[s][i][j] = wanted.slot[s][i];
        }
        block.best_f[j] = block.least[j] = std::numeric_limits<double>::infinity();
        block.total[j] = 0.0;
    }
    std::copy_n(chunk.scalars, most_scalars, work_->scalars[0]);
    prepare(chunk.t, chunk.count);
    call(kernel_.whole, block, work_->again[1], 0, lanes, 0, chunk.count, nullptr);
    for (std::size_t j = 0; j < count; ++j)
        for (Index i = 0; i < d_; ++i)
            out_.x[wanted_[first + j].run * d_ + i] = work_->again[1].best_x[i][j];
}

// The gradients at the best points.
void BlockRun::differentiate(Index first, int count) const {
    for (Index run = first; run < first + count; ++run) {
        double* g = out_.jac + run * d_;
        if (finite(out_.fun[run]))
            fleet_.objective->value_and_gradient(out_.x + run * d_, g);
        else
            std::fill_n(g, d_, 0.0);
    }
}

}  // namespace ml4pa::fleet

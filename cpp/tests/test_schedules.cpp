#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>

#include "check.hpp"
#include "ml4pa/factory.hpp"

namespace {

using Schedule = std::shared_ptr<const ml4pa::Schedule>;

Schedule make(const char* name, std::initializer_list<double> fields, Schedule then = nullptr) {
    return ml4pa::make_schedule(name, fields.begin(), std::move(then));
}

void formulas() {
    const Schedule constant = make("constant", {0.25});
    CHECK(constant->at(0) == 0.25 && constant->at(std::int64_t{1} << 40) == 0.25);

    const Schedule inverse = make("inverse_time", {0.1, 1.0});
    CHECK(inverse->at(0) == 0.1 && inverse->at(3) == 0.025);

    const Schedule exponential = make("exponential", {0.5, std::log(2.0) / 10.0});
    CHECK(exponential->at(0) == 0.5);
    CHECK_NEAR(exponential->at(10), 0.25, 1e-16);
    CHECK(exponential->at(std::int64_t{1} << 40) == 0.0);

    const Schedule step = make("step", {0.8, 2.0, 0.5});
    const double steps[] = {0.8, 0.8, 0.4, 0.4, 0.2};
    for (int t = 0; t < 5; ++t) CHECK(step->at(t) == steps[t]);

    const Schedule cosine = make("cosine", {1.0, 4.0, 0.2});
    CHECK(cosine->at(0) == 1.0);
    CHECK_NEAR(cosine->at(2), 0.6, 1e-15);
    CHECK(cosine->at(4) == 0.2 && cosine->at(5) == 0.2);
    for (int t = 0; t < 6; ++t) CHECK(cosine->at(t + 1) <= cosine->at(t));
}

void warmup() {
    const Schedule one = make("warmup", {4.0}, make("inverse_time", {0.4, 1.0}));
    const double rates[] = {0.1, 0.2, 0.4 * 0.75, 0.4, 0.4, 0.2};
    for (int t = 0; t < 6; ++t) CHECK_NEAR(one->at(t), rates[t], 1e-16);
    // A warm-up of a warm-up.
    const Schedule two = make("warmup", {2.0}, one);
    CHECK(two->at(0) == 0.05 && two->at(1) == 0.1);
    for (int t = 0; t < 6; ++t) CHECK(two->at(t + 2) == one->at(t));
}

void names() {
    const double fields[3] = {0.1, 1.0, 0.5};
    CHECK(ml4pa::make_schedule("nothing", fields, nullptr) == nullptr);
    CHECK(ml4pa::make_schedule("backtracking", fields, nullptr) == nullptr);
    CHECK(ml4pa::make_line_search("constant", fields) == nullptr);
}

// Both searches on phi(eta) = (eta - 3)^2, whose minimum is at 3.
void line_searches() {
    const auto phi = [](double eta) { return (eta - 3.0) * (eta - 3.0); };
    const auto slope = [](double eta) { return 2.0 * (eta - 3.0); };
    const auto search = [&](ml4pa::LineSearch& line) {
        double eta = line.begin(phi(0.0), slope(0.0));
        int trials = 1;
        for (; trials < 100 && !line.accepts(eta, phi(eta), slope(eta)); ++trials)
            eta = line.next(eta, phi(eta), slope(eta));
        CHECK(trials < 20);
        return eta;
    };
    const double exact_fields[] = {0.1, 1e-6};
    const auto exact = ml4pa::make_line_search("exact_line_search", exact_fields);
    CHECK_NEAR(search(*exact), 3.0, 1e-5);
    CHECK_NEAR(exact->begin(phi(0.0), slope(0.0)), 3.0, 1e-5);  // begins with the last step
    const auto copy = exact->copy();
    CHECK(copy->begin(1.0, -1.0) == exact->begin(1.0, -1.0));

    // 8 -> 4: phi(8) = 25 > 9, and phi(4) = 1 <= 9 - 1e-4 * 4 * 6.
    const double back_fields[] = {8.0, 0.5, 1e-4};
    const auto back = ml4pa::make_line_search("backtracking", back_fields);
    CHECK(search(*back) == 4.0);
    CHECK(!back->accepts(1.0, std::numeric_limits<double>::quiet_NaN(), 0.0));

    // Above the start the minimum has been passed, however level it is there.
    CHECK(exact->begin(1.0, -1.0) > 0.0);
    CHECK(exact->accepts(8.0, 1.0, 0.0) && !exact->accepts(8.0, 1.5, 0.0));
    CHECK(exact->next(6.0, 1.5, -0.5) == 12.0);
    CHECK(exact->next(8.0, 1.5, 0.0) == 4.0);

    // Past the end of what is finite the trial is too long, not good.
    const double inf = std::numeric_limits<double>::infinity();
    CHECK(exact->begin(1.0, -1.0) > 0.0);
    const double eta = exact->next(8.0, inf, std::numeric_limits<double>::quiet_NaN());
    CHECK(eta == 4.0);
}

}  // namespace

int main() {
    formulas();
    warmup();
    names();
    line_searches();
    return ml4pa::test::failures();
}

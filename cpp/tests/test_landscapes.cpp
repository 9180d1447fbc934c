#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "check.hpp"
#include "landscapes.hpp"
#include "ml4pa/factory.hpp"

namespace {

using ml4pa::Index;
using ml4pa::Objective;
using Vector = std::vector<double>;
using Pointer = std::shared_ptr<const Objective>;

using ml4pa::test::dimension;
using ml4pa::test::parameters;

Pointer make(const std::string& name, Index n) {
    return ml4pa::make_objective(name, parameters.data(), n);
}

// f' from four values: the error is h^4 f^(5) / 30.
template <class F>
double slope(F f, double h) {
    return (8.0 * (f(h) - f(-h)) - (f(2.0 * h) - f(-2.0 * h))) / (12.0 * h);
}

// Gradient and Hessian against differences of value and gradient.
void derivatives(const Objective& f, const std::string& name, std::uint64_t key) {
    const Index n = f.n();
    const auto size = static_cast<std::size_t>(n);
    for (std::uint64_t k = 0; k < 20; ++k) {
        Vector x(size), g(size), other(size), matrix(size * size);
        ml4pa::draw_normals(key, k, 0, x.data(), n);
        for (double& a : x) a = 1.5 * a + 0.3;
        const double value = f.value_and_gradient(x.data(), g.data());
        CHECK(value == f.value(x.data()));
        f.hessian(x.data(), matrix.data());
        // What rounding leaves of the differences.
        double scale = std::fabs(value) + 1.0;
        for (const double a : g) scale = std::max(scale, std::fabs(a));
        for (const double a : matrix) scale = std::max(scale, std::fabs(a));
        for (std::size_t i = 0; i < size; ++i) {
            const double centre = x[i];
            const double h = std::clamp(1e-3 * std::fabs(centre), 1e-6, 1e-3);  // roots of |x|
            const double by_values = slope(
                [&](double step) {
                    x[i] = centre + step;
                    return f.value(x.data());
                },
                h);
            x[i] = centre;
            if (!(std::fabs(g[i] - by_values) <= 1e-8 * scale)) {
                std::fprintf(stderr, "%s, gradient[%zu]:\n", name.c_str(), i);
                CHECK_NEAR(g[i], by_values, 1e-8 * scale);
            }
            for (std::size_t j = 0; j < size; ++j) {
                const double by_gradients = slope(
                    [&](double step) {
                        x[i] = centre + step;
                        f.value_and_gradient(x.data(), other.data());
                        return other[j];
                    },
                    h);
                x[i] = centre;
                const double entry = matrix[i * size + j];
                CHECK_NEAR(entry, matrix[j * size + i], 1e-13 * scale);
                if (!(std::fabs(entry - by_gradients) <= 1e-8 * scale)) {
                    std::fprintf(stderr, "%s, Hessian[%zu, %zu]:\n", name.c_str(), i, j);
                    CHECK_NEAR(entry, by_gradients, 1e-8 * scale);
                }
            }
        }
    }
}

// An orthogonal matrix: the reflection 1 - 2 v v^T / v^T v, times a cycle of the coordinates.
Vector orthogonal(Index n) {
    const auto size = static_cast<std::size_t>(n);
    Vector v(size), matrix(size * size);
    ml4pa::draw_normals(7, 0, 0, v.data(), n);
    double length = 0.0;
    for (const double a : v) length += a * a;
    for (std::size_t i = 0; i < size; ++i)
        for (std::size_t j = 0; j < size; ++j)
            matrix[i * size + (j + 1) % size] = (i == j ? 1.0 : 0.0) - 2.0 * v[i] * v[j] / length;
    return matrix;
}

void every_entry() {
    std::uint64_t key = 0;
    CHECK(ml4pa::landscape_names().size() >= 26);
    for (const std::string& name : ml4pa::landscape_names()) {
        const Index free = 5, n = dimension(name, free);
        CHECK(n >= 1 && n <= free);
        derivatives(*make(name, n), name, ++key);
        if (n == free) {  // all the remainders of the eight partial sums
            derivatives(*make(name, 2), name, ++key);
            derivatives(*make(name, 11), name, ++key);
        }
        const Pointer rotated = ml4pa::make_rotated(make(name, n), orthogonal(n));
        derivatives(*rotated, "rotated " + name, ++key);
        derivatives(*ml4pa::make_shifted(rotated, Vector(static_cast<std::size_t>(n), 0.7)),
                    "shifted, rotated " + name, ++key);
    }
    CHECK(ml4pa::make_objective("Nowhere", parameters.data(), 2) == nullptr);
}

// Values by hand, from the formulas, and the gradient 0 at a minimum.
void minima() {
    const double pi = std::acos(-1.0), third = pi / 3.0;
    struct Row {
        const char* name;
        Vector own;  // the landscape's own parameters
        Vector x;
        double value;
        double tolerance;  // of the value; where the minimum is known to few digits, of both
    };
    const Row rows[] = {
        {"Cubic", {}, {4.0 / 3.0}, 22.0 / 27.0, 1e-15},
        {"Quadratic", {2.0, 3.0}, {0.0, 0.0}, -1.0, 0.0},
        {"Saddle", {2.0, 3.0}, {0.0, 0.0}, 0.0, 0.0},
        {"MonkeySaddle", {}, {0.0, 0.0}, 0.0, 0.0},
        {"Beale", {}, {3.0, 0.5}, 0.0, 0.0},
        {"Himmelblau", {}, {3.0, 2.0}, 0.0, 0.0},
        {"Booth", {}, {1.0, 3.0}, 0.0, 0.0},
        {"Matyas", {}, {0.0, 0.0}, 0.0, 0.0},
        {"ThreeHumpCamel", {}, {0.0, 0.0}, 0.0, 0.0},
        {"SixHumpCamel", {}, {0.08984201, -0.71265640}, -1.0316284535, 1e-7},
        {"GoldsteinPrice", {}, {0.0, -1.0}, 3.0, 1e-12},
        {"Branin", {}, {pi, 2.275}, 10.0 / (8.0 * pi), 1e-13},
        {"McCormick", {}, {0.5 - third, -0.5 - third}, -0.5 * std::sqrt(3.0) - third, 1e-14},
        {"Sphere", {}, {0.0, 0.0, 0.0}, 0.0, 0.0},
        {"Ellipsoid", {1e6}, {0.0, 0.0, 0.0}, 0.0, 0.0},
        {"Rosenbrock", {1.5, 30.0}, {1.5, 2.25}, 0.0, 0.0},
        {"Rosenbrock", {1.0, 100.0}, {1.0, 1.0, 1.0}, 0.0, 0.0},
        {"Rastrigin", {}, {0.0, 0.0, 0.0}, 0.0, 1e-14},
        {"Griewank", {}, {0.0, 0.0, 0.0}, 0.0, 0.0},
        {"StyblinskiTang", {}, {-2.903534, -2.903534}, 2.0 * -39.16616570, 1e-4},
        {"Levy", {}, {1.0, 1.0, 1.0}, 0.0, 1e-30},
        {"Schwefel", {}, {420.968746, 420.968746}, 0.0, 1e-4},
        {"Cigar", {}, {0.0, 0.0, 0.0}, 0.0, 0.0},
        {"Discus", {}, {0.0, 0.0, 0.0}, 0.0, 0.0},
    };
    for (const Row& row : rows) {
        const auto n = static_cast<Index>(row.x.size());
        const Pointer f = ml4pa::make_objective(row.name, row.own.data(), n);
        CHECK(f != nullptr && f->n() == n);
        Vector g(row.x.size());
        CHECK_NEAR(f->value_and_gradient(row.x.data(), g.data()), row.value, row.tolerance);
        for (const double a : g) CHECK_NEAR(a, 0.0, std::max(100.0 * row.tolerance, 1e-13));
    }
    // Ackley's minimum is a tip: there is a value, and a finite gradient beside it.
    const Vector origin(3), beside(3, 1e-9);
    Vector g(3);
    const Pointer ackley = make("Ackley", 3);
    CHECK_NEAR(ackley->value(origin.data()), 0.0, 1e-14);
    ackley->value_and_gradient(beside.data(), g.data());
    for (const double a : g) CHECK(std::isfinite(a));
}

// J = scale |A theta - y|^2 for the line through (0, 1), (1, 3), (2, 6).
void least_squares() {
    const Vector a{1, 0, 1, 1, 1, 2}, y{1, 3, 6};
    const Pointer f = ml4pa::make_least_squares(a, y, 2, 0.5);
    derivatives(*f, "least squares", 99);
    const Vector theta{1.0, 2.0};
    Vector g(2), h(4);
    CHECK(f->value_and_gradient(theta.data(), g.data()) == 0.5);  // residuals 0, 0, -1
    CHECK(g[0] == -1.0 && g[1] == -2.0);
    f->hessian(theta.data(), h.data());
    CHECK(h[0] == 3.0 && h[1] == 3.0 && h[2] == 3.0 && h[3] == 5.0);
}

}  // namespace

int main() {
    every_entry();
    minima();
    least_squares();
    return ml4pa::test::failures();
}

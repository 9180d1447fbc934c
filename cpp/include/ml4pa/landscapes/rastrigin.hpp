#pragma once

#include <cmath>

#include "ml4pa/landscapes/common.hpp"
#include "ml4pa/linalg.hpp"

namespace ml4pa::landscapes {

// sin(pi x) and cos(pi x), up to a sign that both share, by Taylor's series in r = x - (the integer
// nearest x); the terms left out are below 1e-16. Only + - *, so that loops become vectors.
template <class T>
struct HalfTurn {
    T sin, cos;

    explicit HalfTurn(T x) {
        constexpr double integer = 0x1.8p52;  // adding it rounds to an integer
        const T nearest = x + integer;
        const T r = x - (nearest - integer);
        const T y = r * r;
        sin =
            r * series(y, {-1.0518471716932065e-11, 5.392664662608129e-10, -2.2948428997269873e-08,
                           7.952054001475513e-07, -2.1915353447830217e-05, 0.00046630280576761255,
                           -0.0073704309457143504, 0.08214588661112823, -0.5992645293207921,
                           2.5501640398773455, -5.16771278004997, 3.141592653589793});
        cos = series(y, {1.3768647280377414e-12, -7.700707130601354e-11, 3.604730797462501e-09,
                         -1.3878952462213771e-07, 4.303069587032947e-06, -0.0001046381049248457,
                         0.0019295743094039231, -0.02580689139001406, 0.2353306303588932,
                         -1.3352627688545895, 4.0587121264167685, -4.934802200544679, 1.0});
    }

private:
    template <int k>
    static T series(T y, const double (&c)[k]) {
        T p = y * c[0] + c[1];
#pragma GCC unroll 16
        for (int i = 2; i < k; ++i) p = p * y + c[i];
        return p;
    }
};

// 10n + sum x_i^2 - 10 cos(2 pi x_i); minimum 0 at 0.
// Computed as sum x_i^2 + 20 sin^2(pi x_i), which cancels nothing near the minimum.
struct Rastrigin {
    static constexpr Index dimension = 0;

    template <class T>
    static T value(const T* x, Index n) {
        return sum<T>(n, [&](Index i) {
            const T s = HalfTurn<T>(x[i]).sin;
            return x[i] * x[i] + 20.0 * (s * s);
        });
    }

    template <class T>
    static T value_and_gradient(const T* x, Index n, T* g) {
        return sum<T>(n, [&](Index i) {
            const HalfTurn<T> turn(x[i]);
            const T s = turn.sin, x2 = x[i] * x[i];
            g[i] = 2.0 * x[i] + (40.0 * pi) * (s * turn.cos);
            return x2 + 20.0 * (s * s);
        });
    }

    template <class T>
    static void hessian(const T* x, Index n, T* h) {
        using std::cos;
        diagonal(n, h, [&](Index i) { return (40.0 * pi * pi) * cos((2.0 * pi) * x[i]) + 2.0; });
    }
};

}  // namespace ml4pa::landscapes

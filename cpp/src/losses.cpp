#include <limits>
#include <stdexcept>

#include "ml4pa/losses/cross_entropy.hpp"
#include "ml4pa/losses/loops.hpp"
#include "ml4pa/losses/squared_error.hpp"

namespace ml4pa::losses {

namespace {

// Where a loop writes.
template <class T>
struct Out {
    T *value, *slope, *curvature;

    template <bool slopes, bool curvatures>
    void put(Index i, const Terms<T>& terms) const {
        value[i] = terms.value;
        if constexpr (slopes) slope[i] = terms.slope;
        if constexpr (curvatures) curvature[i] = terms.curvature;
    }
};

// Of a loss that has odds two loops: its operations wait for each other, and one that has them all
// fills the processor's registers before it comes to a second vector.
template <class Loss, class T, bool slopes, bool curvatures>
void loop(const T* score, const T* y, Index count, T* value, T* slope, T* curvature) {
    const Out<T> out{value, slope, curvature};
    if constexpr (requires { Loss::odds(*score); }) {
        constexpr T most = std::numeric_limits<T>::max();
        T u[most_at_once], v[most_at_once];
        typename Float<T>::Bits infinite = 0;
        for (Index i = 0; i < count; ++i) {
            infinite |= absolute(score[i]) > most ? 1 : 0;
            const Odds<T> e = Loss::odds(score[i]);
            u[i] = e.u;
            v[i] = e.v;
        }
        for (Index i = 0; i < count; ++i)
            out.template put<slopes, curvatures>(i, Loss::at(score[i], y[i], Odds<T>{u[i], v[i]}));
        if (infinite != 0)
            for (Index i = 0; i < count; ++i)
                if (absolute(score[i]) > most) value[i] = Loss::limit(score[i], y[i]);
    } else {
        for (Index i = 0; i < count; ++i)
            out.template put<slopes, curvatures>(i, Loss::at(score[i], y[i]));
    }
}

template <class Loss, class T>
void become_slopes(T* score, const T* y, Index count) {
    for (Index i = 0; i < count; ++i) score[i] = Loss::at(score[i], y[i]).slope;
}

template <class Loss, class T>
constexpr Loops<T> loops_of{loop<Loss, T, false, false>, loop<Loss, T, true, false>,
                            loop<Loss, T, true, true>, become_slopes<Loss, T>};

// Of a loss of the prediction, whatever its link.
template <template <class> class Loss, class T>
const Loops<T>& of_link(const costs::Spec& spec) {
    return spec.sigmoid() ? loops_of<Loss<models::Sigmoid>, T>
                          : loops_of<Loss<models::Identity>, T>;
}

}  // namespace

// The registry: one line a loss.
template <class T>
const Loops<T>& loops(const costs::Spec& spec) {
    if (spec.cross_entropy()) return loops_of<CrossEntropy, T>;
    if (spec.squares()) return of_link<SquaredError, T>(spec);
    throw std::invalid_argument("no compiled loss is named " + spec.loss);
}

template const Loops<float>& loops(const costs::Spec&);
template const Loops<double>& loops(const costs::Spec&);

}  // namespace ml4pa::losses

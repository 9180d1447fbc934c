"""CMA-ES applied: a network fitted by chi2 to data whose law is known, beside Adam."""

from __future__ import annotations

import numpy as np

from ... import plot
from ...costs import Cost
from ...datasets import closure_test
from ...method import Method
from ...methods import CMAES, Adam
from ...models import MLP
from ...result import Result
from ..chapter import Chapter, panels, sheet
from ..measure import descend

#: Both have as many evaluations of the cost, and CMA-ES no gradient.
EVALUATIONS = 14_000


def closure() -> Chapter:
    chapter = Chapter(
        "CMA-ES applied: a closure test",
        "<p>Pseudo-data from a known curve, with correlated errors: a network of 32 parameters must"
        " find the curve again, with χ² near the number of degrees of freedom, 100 − 32. CMA-ES"
        " sees only χ², Adam its gradient too.</p>",
    )
    data = closure_test(rng=1)
    model = MLP((1, 5, 3, 1))
    cost = Cost(model, data.x[:, np.newaxis], data.y, "chi2", covariance=data.covariance)
    figure = sheet(2, width=7.0)
    left, right = panels(figure, 2)
    left.errorbar(
        data.x, data.y, np.sqrt(np.diag(data.covariance)), fmt=".", color="0.6", label="data"
    )
    left.plot(data.x, data.truth, color="black", label="truth")
    runs: dict[str, Result] = {}
    methods: dict[str, tuple[Method, dict[str, int]]] = {
        "CMA-ES": (CMAES(0.5), {"max_evals": EVALUATIONS, "threads": 1}),
        "Adam": (Adam(0.02), {"max_iter": EVALUATIONS}),
    }
    for (name, (method, limits)), style in zip(methods.items(), ("-", "--"), strict=True):
        result, row = descend(
            f"closure test, {name}", cost, model.initial(1), method, exact="χ² ≈ 68", rng=1,
            found=lambda r: f"χ² = {r.fun:.1f}", **limits,
        )  # fmt: skip
        chapter.rows.append(row)
        runs[name] = result
        left.plot(
            data.x, model.predict(result.x, data.x[:, np.newaxis]), label=name, lw=2, ls=style
        )
    left.set_xlabel("$x$", fontsize=15)
    left.set_ylabel("$y$", fontsize=15)
    left.legend(fontsize=13)
    plot.convergence(runs, right, minimum=0.0)
    right.set_xlim(-50, 2000)
    chapter.add(
        "closure",
        figure,
        "Left, the data, the law that they come from, and both fits. Right, χ² against steps: one"
        " of CMA-ES is a generation of 14 networks, one of Adam a gradient, and the first 2000 of"
        " Adam's 14 000 are shown.",
    )
    return chapter

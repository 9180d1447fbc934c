"""The tutorials and examples: each runs from top to bottom, and finds what its text says."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"

#: What must hold of the names that a tutorial has made.
FINDINGS = {
    "tutorial_1_fitting_and_predicting": (
        "degrees.training[-1] < 0.8 < 1.0 < 4.0 < degrees.new[-1]",
        "beyond.new[-1] < 1.2 and beyond.beyond[-1] > 100",
        "study.new[1, 0] < study.new[2, 0] and study.new[2, 1] < study.new[1, 1]",
        "1e-4 < best < 1",
        "abs(hubble.params[1] - 454.158) < 1e-3",
        "crossed[1] < crossed[0] and crossed[1] < crossed[6]",
    ),
    "tutorial_2a_one_dimension": (
        "len(fixed.path) == 17 and round(fixed.x[0], 8) == 1.33342535",
        "result.success and len(results['exact line search'].path) == 4",
        "len(comparison.missed) == 0 and len(comparison.spurious) == 0",
        "descent.njev == 565_859 and quick.nit < 100",
        "fits['batches of 1'].cost < 101 < 120 < fits['batches of 1024'].cost",
    ),
    "tutorial_2b_two_dimensions": (
        "[name for name, r in results.items() if not r.success] == ['RMSprop']",
        "abs(results['RMSprop'].x - [3, 0.5]).max() < 0.1",
        "theory.nit < 150 < 900 < plain.nit",
        "abs(sweep.best.momentum - gamma) < 0.1 and 0.5 < sweep.best.learning_rate / eta < 2",
        "falls.status.name == 'TARGET'",
        "found == {'Himmelblau': 4, 'SixHumpCamel': 6, 'Rastrigin': 121}",
        "tuned.verdict == 'better' and tuned.interval[0] > 2",
    ),
    "tutorial_3_populations": (
        "medians['Rastrigin, minimum at 0', 'multiplicative'] < 1e-9",
        "medians['Rastrigin, shifted', 'multiplicative'] > 1e-3",
        "work['Newton with backtracking'] < 100 < work['Adam'] < work['CMA-ES'] < 20_000",
        "work['genetic algorithm'] == np.inf",
        "depth['CMA-ES, IPOP'] < 1e-7 and depth['genetic algorithm'] < 0.1",
        "depth['Adam, restarted'] > 5",
    ),
    "tutorial_4_networks": (
        "abs(adam.fun - degrees) < 3 * (2 * degrees) ** 0.5",
        "abs(cmaes.fun - adam.fun) < 5",
        "fleet.fun.max() < degrees + 3 * (2 * degrees) ** 0.5",
        "covered > 0.6",
        "stopped.status.name == 'PATIENCE'",
    ),
}


def cells(path: Path) -> list[str]:
    """The code of a notebook, cell by cell."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]


def test_every_tutorial_has_its_row() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.ipynb")} == set(FINDINGS)


@pytest.mark.parametrize("name", FINDINGS)
def test_tutorials_run_and_find_what_they_say(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)  # what a tutorial saves
    names: dict[str, Any] = {"__name__": "__main__"}
    with plt.rc_context():
        for i, code in enumerate(cells(EXAMPLES / f"{name}.ipynb")):
            exec(compile(code, f"{name}, cell {i}", "exec"), names)
    plt.close("all")
    for finding in FINDINGS[name]:
        assert eval(finding, names), finding


@pytest.mark.peers
def test_breast_cancer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways find the same classifier, as good as scikit-learn's at the same penalty."""
    linear_model = pytest.importorskip("sklearn.linear_model")
    monkeypatch.syspath_prepend(EXAMPLES)
    module = importlib.import_module("breast_cancer")
    newton, adam = module.main()
    X, y = module.load_breast_cancer(return_X_y=True)
    order = np.random.default_rng(1).permutation(len(y))
    seen, new = order[len(y) // 5 :], order[: len(y) // 5]
    X = (X - X[seen].mean(axis=0)) / X[seen].std(axis=0)
    # The mean cost + l2 |w|^2 is their C sum cost + |w|^2 / 2, divided by C N.
    peer = linear_model.LogisticRegression(C=1 / (2 * 0.01 * len(seen)), tol=1e-8).fit(
        X[seen], y[seen]
    )
    assert newton == pytest.approx(peer.score(X[new], y[new]))
    assert abs(adam - newton) < 0.02

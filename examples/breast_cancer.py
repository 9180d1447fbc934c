"""Logistic regression on scikit-learn's table of breast tumours: python examples/breast_cancer.py

569 tumours, 30 features of their cells, measured from images; benign or malignant. A fifth is held
back. Needs scikit-learn for its table.
"""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_breast_cancer

import ml4pa


def main() -> tuple[float, float]:
    X, y = load_breast_cancer(return_X_y=True)
    order = np.random.default_rng(1).permutation(len(y))
    seen, new = order[len(y) // 5 :], order[: len(y) // 5]
    # Features of one size: else one learning rate cannot suit all of them.
    X = (X - X[seen].mean(axis=0)) / X[seen].std(axis=0)
    model = ml4pa.Logistic(X.shape[1])

    best = ml4pa.fit(model, X[seen], y[seen], loss="cross_entropy", l2=0.01)
    print(f"Newton:  {best.message}")
    steps = ml4pa.fit(
        model, X[seen], y[seen], ml4pa.Adam(0.01), loss="cross_entropy", l2=0.01, batch_size=32,
        epochs=200, rng=1,
    )  # fmt: skip
    print(f"Adam:    {steps.message}")
    shares = []
    for name, found in (("Newton", best), ("Adam", steps)):
        right = (found.predict(X[new]) > 0.5) == y[new]
        shares.append(float(right.mean()))
        print(f"{name:7}: cost {found.cost:.4f}, {100 * right.mean():.1f} % of the new ones right")
    return shares[0], shares[1]


if __name__ == "__main__":
    main()

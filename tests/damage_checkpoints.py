"""Loads checkpoints of every kind of run, each with one entry that is wild, and goes on with them.

A program of its own: a fault of the core would end the process. It prints each case before it is
tried, so that the last line tells which one that was.
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
from pathlib import Path

import numpy as np
from specimens import GRADIENT, POPULATIONS

import ml4pa
from ml4pa import CMAES, Backtracking, ExactLineSearch, GeneticAlgorithm, GradientDescent, Newton

NUMBERS = (-7, 3, 10**6, (1 << 63) - 1)
REALS = (np.nan, -1e300)
KINDS = {
    **GRADIENT,
    "exact": GradientDescent(ExactLineSearch()),
    "backtracking": GradientDescent(Backtracking()),
    "newton-exact": Newton(ExactLineSearch()),
    "newton-backtracking": Newton(Backtracking()),
    "noise": dataclasses.replace(GRADIENT["adam"], noise=0.1),
    **POPULATIONS,
    "bipop": CMAES(0.3, restarts="bipop", tolfun=1e-2, tolx=1e-2),
    "binary": GeneticAlgorithm(10, encoding="binary", mutation="bit_flip"),
}


def wild(a):
    """The entry with other values, and of other lengths."""
    if a.dtype.kind == "i":
        return [np.full_like(a, v) for v in NUMBERS] + [np.array(np.nan)]
    values = [np.full_like(a, v) for v in REALS]
    if a.ndim == 0:
        return values
    one = a.copy()
    one.ravel()[:1] = np.nan
    return [*values, one, np.concatenate([a, a, a]), a[: len(a) // 2], a[:0], a[np.newaxis]]


def go_on(path, engine, f):
    try:
        run = ml4pa.load(path, engine=engine)
    except ValueError as error:
        assert "is not a checkpoint of ml4pa" in str(error)
        return
    try:
        if not run.stop:
            ml4pa.minimize(f, None, run, max_iter=4, max_evals=400, max_time=1.0)
        repr(run), run.state
    except (ValueError, TypeError, ArithmeticError, np.linalg.LinAlgError) as error:
        print("   ", type(error).__name__, error)


def main(engine):
    np.seterr(all="ignore")
    f = ml4pa.landscapes.Rosenbrock(3)
    with tempfile.TemporaryDirectory() as folder:
        whole, damaged = Path(folder, "whole"), Path(folder, "damaged")
        for name, method in KINDS.items():
            run = method.start([1.0, 2.0, 0.5], bounds=[(-5, 5)] * 3, rng=1, engine=engine)
            ml4pa.minimize(f, None, run, max_iter=30, max_evals=600, max_time=20.0)
            run.save(whole)
            with np.load(whole) as archive:
                content = dict(archive)
            for entry, a in content.items():
                if entry == "header":
                    continue
                for i, changed in enumerate(wild(a)):
                    print(name, entry, i, flush=True)
                    with damaged.open("wb") as file:
                        np.savez(file, **{**content, entry: changed})
                    go_on(damaged, engine, f)
    print("all went on or were refused")


if __name__ == "__main__":
    main(sys.argv[1])

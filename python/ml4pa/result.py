"""What comes out of a run."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from .objective import Array
from .path import Path
from .stop import NEGATIVE, Status, Stop, message
from .stopping import RULES


@dataclass(eq=False)
class Result:
    """What comes out of `minimize`, under SciPy's names.

    Attributes
    ----------
    x, fun : ndarray (n,), float
        The best point evaluated, and its value: ``fun == f(x)``.
    success : bool
        True only when a convergence test was met; a spent budget is False.
    status, message : Status, str
        The reason by number and name, and as a sentence with what was measured and its limit.
    nit, nfev, njev, nhev : int
        Steps from the start to the last iterate; evaluations of f, gradient and Hessian that were
        really made.
    jac : ndarray (n,) or None
        The gradient at x; NaN where no value was finite, None for a population, and for a run that
        went on and came upon no better point.
    engine : str
        Which engine ran: ``"compiled"`` or ``"numpy"``.
    restarts : tuple
        One record a descent, of a method that restarts; see `CMAES`.
    path : Path or None
        With ``record=True`` or a stride: the iterates.
    """

    x: Array
    fun: float
    success: bool
    status: Status
    nit: int
    nfev: int
    njev: int
    nhev: int
    jac: Array | None
    engine: str
    path: Path | None = None
    stop: Stop = Stop(Status.RUNNING, 0.0, 0.0)
    euclidean: bool = False
    restarts: tuple[Any, ...] = ()

    @property
    def message(self) -> str:
        """The reason of stopping as a sentence, with what was measured and its limit."""
        if self.stop.reason >= len(RULES):
            return message(self.stop, self.nit)
        norm = "|{}|" if self.euclidean else "max|{}|"
        return RULES[self.stop.reason].sentence(self.stop, self.nit, self.nfev, norm)

    def check_minimum(self, hessian: Array) -> None:
        """No success where the Hessian at the last iterate has a negative eigenvalue."""
        eigenvalues = np.linalg.eigvalsh(hessian)
        least = float(eigenvalues[0])
        if least < NEGATIVE * float(np.max(np.abs(eigenvalues))):
            self.success, self.status = False, Status.SADDLE
            self.stop = Stop(Status.SADDLE, least, 0.0)

    def as_dict(self) -> dict[str, Any]:
        """What SciPy's OptimizeResult takes: the attributes by name."""
        hidden = ("stop", "euclidean")
        names = [f.name for f in dataclasses.fields(self) if f.name not in hidden]
        return {name: getattr(self, name) for name in (*names, "message")}

    def __repr__(self) -> str:
        rows = [
            ("message", self.message),
            ("success", self.success),
            ("status", f"{int(self.status)} ({self.status.name})"),
            ("fun", self.fun),
            ("x", self.x),
            ("jac", self.jac),
            ("nit", self.nit),
            ("nfev", self.nfev),
            ("njev", self.njev),
            ("nhev", self.nhev),
            ("engine", self.engine),
        ]
        if self.restarts:
            rows.append(("restarts", f"{len(self.restarts) - 1}"))
        if self.path is not None:
            rows.append(("path", f"{len(self.path)} points"))
        return "\n".join(f"{name:>8}: {value}" for name, value in rows)

"""What comes out of a run."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from .objective import Array
from .path import Path
from .stop import Status


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
    jac : ndarray (n,)
        The gradient at x.
    engine : str
        Which engine ran: ``"compiled"`` or ``"numpy"``.
    path : Path or None
        With ``record=True`` or a stride: the iterates.
    """

    x: Array
    fun: float
    success: bool
    status: Status
    message: str
    nit: int
    nfev: int
    njev: int
    nhev: int
    jac: Array
    engine: str
    path: Path | None = None

    def as_dict(self) -> dict[str, Any]:
        """The fields by name, as SciPy's OptimizeResult takes them."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

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
        if self.path is not None:
            rows.append(("path", f"{len(self.path)} points"))
        return "\n".join(f"{name:>8}: {value}" for name, value in rows)

"""What the explorer shows: from places of sliders to a path. It knows of no widget."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from .. import checks
from ..method import GradientMethod
from ..methods import METHODS
from ..minimize import minimize
from ..objective import Array, as_objective
from ..result import Result
from ..spaces import Range, log_scale, near_one
from .contour import contour
from .curve import curve
from .path import kept, plane

#: What has a slider, in their order: its letter and its range.
SLIDERS: dict[str, tuple[str, Range]] = {
    "learning_rate": ("η", log_scale(1e-5, 10.0)),
    "momentum": ("γ", Range(0.0, 0.999)),
    "beta": ("β", near_one(0.5, 0.9999)),
    "beta1": ("β₁", Range(0.0, 0.999)),
    "beta2": ("β₂", near_one(0.5, 0.9999)),
    "damping": ("λ", Range(0.0, 10.0)),
    "noise": ("noise", Range(0.0, 1.0)),
}
#: The picture in inches, and its pixels an inch: twice as many as a plain screen shows.
SIZE, DPI = (6.25, 4.75), 192


class Exploration:
    """A landscape, a choice of methods, and the run that is shown.

    Attributes
    ----------
    method, start, result : GradientMethod, ndarray (n,), Result
        Of the path shown last.
    """

    method: GradientMethod
    start: Array
    result: Result

    def __init__(
        self,
        f: Any,
        x0: Any,
        methods: Sequence[type[GradientMethod]] | None,
        bounds: Any,
        steps: int,
        rng: Any,
    ) -> None:
        self.f = as_objective(f)
        self.n = checks.explorable(self.f, bounds)
        self.domain = checks.window(bounds, self.f, self.n)
        self.steps = log_scale(1.0, checks.count("steps", steps, least=2))
        self.rng = rng
        every = [kind for kind in METHODS.values() if issubclass(kind, GradientMethod)]
        self.kinds = {kind.__name__: kind for kind in (every if methods is None else methods)}
        low, high = self.domain.T
        self.start = (
            low + 0.25 * (high - low) if x0 is None else checks.start(x0, self.n, "explore")
        )
        self.picture, self.window, self.axes = self._map()

    def _map(self) -> tuple[bytes, Array, list[float]]:
        """The map as a PNG, its window, and where its axes lie: left, bottom, right, top."""
        figure = Figure(figsize=SIZE, layout="constrained")
        canvas = FigureCanvasAgg(figure)
        ax = figure.add_subplot()
        (curve if self.n == 1 else contour)(self.f, ax, bounds=self.domain)
        canvas.draw()  # type: ignore[no-untyped-call, unused-ignore]
        window = np.array([ax.get_xlim(), ax.get_ylim()])
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=DPI)
        return file.getvalue(), window, [float(e) for e in ax.get_position().extents]

    def sliders(self, kind: type[GradientMethod]) -> list[dict[str, Any]]:
        """The sliders of a method: name, letter, and the part of its range where it stands."""
        fields = {field.name: field for field in dataclasses.fields(kind)}
        found: list[dict[str, Any]] = []
        for name, (letter, over) in SLIDERS.items():
            if name in fields:
                default = fields[name].default
                value = over.at(0.5) if default is dataclasses.MISSING else default
                part = min(max(over.part(value), 0.0), 1.0)
                found.append({"name": name, "label": letter, "part": part})
        return [*found, {"name": "steps", "label": "steps", "part": 1.0}]

    def spec(self) -> dict[str, Any]:
        """What the front end is made from, in plain numbers and words."""
        return {
            "methods": {name: self.sliders(kind) for name, kind in self.kinds.items()},
            "method": next(iter(self.kinds)),
            "axes": self.axes,
            "size": [round(96 * side) for side in SIZE],
            "start": self._unit(self._point(self.start)[np.newaxis])[0].tolist(),
        }

    def _point(self, x: Array) -> Array:
        """Where x is in the picture."""
        return np.array([x[0], float(self.f(x))]) if self.n == 1 else x

    def _unit(self, points: Array) -> Array:
        """From the window to the unit square."""
        low, high = self.window.T
        return np.asarray((points - low) / (high - low))

    def answer(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """The path of a method under the places of its sliders, and what is said about it.

        Parameters
        ----------
        request : dict
            ``method``, its name; ``parts``, of each slider by name; ``start``, in the unit square.

        Returns
        -------
        reply : dict
            ``values``, what the sliders stand for; ``message``; ``steps``.
        path : bytes
            float32 pairs in the unit square, y up; NaN where the path is far off.
        """
        kind, parts = self.kinds[request["method"]], dict(request["parts"])
        names = [slider["name"] for slider in self.sliders(kind)[:-1]]
        given = {name: SLIDERS[name][1].at(float(parts[name])) for name in names}
        steps = round(self.steps.at(float(parts["steps"])))
        values = {name: f"{value:.3g}" for name, value in given.items()} | {"steps": f"{steps}"}
        low, high = self.window.T
        start = (low + np.array(request["start"], dtype=float) * (high - low))[: self.n]
        try:
            self.run(kind(**given), start, steps)
        except Exception as error:  # the user's function may fail: say so, and stay usable
            return {
                "values": values,
                "message": f"{type(error).__name__}: {error}",
                "steps": 0,
            }, b""
        points, _ = plane(self.result, (0, 1))
        _, shown = kept(points, self.window)
        path = self._unit(shown).astype(np.float32).tobytes()
        return {"values": values, "message": self.result.message, "steps": self.result.nit}, path

    def run(self, method: GradientMethod, start: Array, steps: int) -> None:
        """Runs, and keeps what is shown."""
        self.result = minimize(self.f, start, method, max_iter=steps, record=True, rng=self.rng)
        self.method, self.start = method, start

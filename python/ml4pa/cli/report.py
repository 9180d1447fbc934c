"""What ``ml4pa fit`` prints and writes."""

from __future__ import annotations

import argparse
import io
import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import __version__
from ..costs.errors import PLAIN
from ..losses import LOSSES
from ..models import Linear, Polynomial
from ..objective import Array

if TYPE_CHECKING:
    from ..fitted import Fit
    from .fit import Data

#: Of more parameters the table is in the JSON file alone.
MOST = 20


def names(fit: Fit, data: Data) -> list[str]:
    """What the parameters are called."""
    if isinstance(fit.model, Polynomial):
        return [f"c{k}" for k in range(fit.model.n_params)]
    if isinstance(fit.model, Linear):
        return ["intercept", *data.x_names] if fit.model.intercept else data.x_names
    return [f"θ{k}" for k in range(fit.model.n_params)]


def number(value: float, error: float | None) -> tuple[str, str]:
    """A value and its error in words, to three digits of the error or to whole numbers."""
    if error is None or not error > 0.0:
        return f"{value:.8g}", ""
    digits = max(2 - math.floor(math.log10(error)), 0)
    if digits <= 8 and max(abs(value), error) < 1e9:
        return f"{value:.{digits}f}", f"{error:.{digits}f}"
    shown = 3 + max(math.floor(math.log10(max(abs(value), error) / error)), 0)
    return f"{value:.{min(shown, 16)}g}", f"{error:.3g}"


def quality(loss: str, data: Data, fit: Fit) -> dict[str, float]:
    """How good the fit is, by the loss: chi2/ndof, accuracy, or the residuals' size."""
    predicted = fit.predict(data.X)
    if LOSSES[loss].classifies:
        return {"accuracy": float(np.mean((predicted > 0.5) == (data.y > 0.5)))}
    if fit.chi2 is not None and fit.ndof is not None:
        return {"chi2": fit.chi2, "ndof": fit.ndof}
    residual = data.y - predicted
    return {"rms_residual": float(np.sqrt(np.mean(residual**2)))}


def lines(file: str, loss: str, data: Data, fit: Fit) -> Iterator[str]:
    """The report, line by line."""
    columns = f"{data.y_name} against {', '.join(data.x_names)}"
    yield f"{file}: {len(data.y)} rows, {columns if len(columns) < 70 else data.y_name}"
    yield f"model: {fit.model!r}"
    if data.classes:
        yield f"classes: 0 is {data.classes[0]!r}, 1 is {data.classes[1]!r}"
    yield ""
    yield from _table(fit, data)
    yield ""
    found = quality(loss, data, fit)
    yield f"{f'cost ({loss})':<22}{fit.cost:.8g}"
    if "chi2" in found:
        chi2, ndof = found["chi2"], found["ndof"]
        ratio = f" = {chi2 / ndof:.3f}" if ndof > 0 else ""
        yield f"{'chi2/ndof':<22}{chi2:.6g}/{ndof:g}{ratio}"
    elif "accuracy" in found:
        right = round(found["accuracy"] * len(data.y))
        yield f"{'accuracy':<22}{100 * found['accuracy']:.2f} % ({right} of {len(data.y)})"
    else:
        yield f"{'rms residual':<22}{found['rms_residual']:.6g}"
    if fit.history.validation is not None:
        yield f"{'cost, held back':<22}{np.nanmin(fit.history.validation):.8g}"
    if fit.errors is None:
        yield f"{'errors':<22}{fit.errors_message.removeprefix('no errors: ')}"
    elif fit.errors_message != PLAIN:
        yield f"{'errors':<22}{fit.errors_message.removeprefix(PLAIN + ', ')}"
    yield f"{'stopped':<22}{fit.message}"


def _table(fit: Fit, data: Data) -> Iterator[str]:
    if len(fit.params) > MOST:
        yield f"{len(fit.params)} parameters: see fit.json"
        return
    words = names(fit, data)
    rows = [number(*pair) for pair in zip(fit.params.tolist(), _errors(fit), strict=True)]
    widths = [max(map(len, column)) for column in zip(*rows, ("value", "error"), strict=True)]
    first = max(map(len, (*words, "parameter")))
    head = f"{'parameter':<{first}}  {'value':>{widths[0]}}"
    yield head if fit.errors is None else f"{head}  {'error':>{widths[1] + 2}}"
    for word, (value, error) in zip(words, rows, strict=True):
        pair = f"{word:<{first}}  {value:>{widths[0]}}"
        yield f"{pair}  ± {error:>{widths[1]}}" if error else pair


def _errors(fit: Fit) -> list[float | None]:
    return [None] * len(fit.params) if fit.errors is None else fit.errors.tolist()


def write(folder: Path, options: argparse.Namespace, loss: str, data: Data, fit: Fit) -> list[Path]:
    """Writes fit.json and the pictures, and tells what it wrote."""
    text = json.dumps(_record(options, loss, data, fit), indent=2, ensure_ascii=False)
    files = {"fit.json": (text + "\n").encode()}
    if options.plot:
        files.update(_pictures(data, fit))
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in files]


def _record(options: argparse.Namespace, loss: str, data: Data, fit: Fit) -> dict[str, Any]:
    """Everything about the fit, for fit.json; what is not there, or not finite, is null."""
    history = fit.history
    parameters = zip(names(fit, data), fit.params.tolist(), _errors(fit), strict=True)
    return {
        "ml4pa": __version__,
        "file": options.file,
        "rows": len(data.y),
        "x": data.x_names,
        "y": data.y_name,
        "sigma": data.sigma_name,
        "classes": data.classes,
        "model": repr(fit.model),
        "loss": loss,
        "method": options.method,
        "seed": options.seed,
        "parameters": [
            {"name": name, "value": value, "error": error} for name, value, error in parameters
        ],
        "covariance": None if fit.covariance is None else fit.covariance.tolist(),
        "cost": fit.cost,
        **quality(loss, data, fit),
        "success": fit.success,
        "message": fit.message,
        "steps": fit.nit,
        "history": {
            "epoch": history.epoch.tolist(),
            "cost": _finite(history.cost),
            "validation": None if history.validation is None else _finite(history.validation),
        },
    }


def _finite(values: Array) -> list[float | None]:
    """JSON has no NaN."""
    return [value if math.isfinite(value) else None for value in values.tolist()]


def _pictures(data: Data, fit: Fit) -> dict[str, bytes]:
    """The pictures as PNG files: the fit, and the cost of its epochs where there are any."""
    from matplotlib.figure import Figure

    from .. import plot
    from ..plot import style

    def picture(draw: Callable[[Any], Any]) -> bytes:
        figure = Figure(figsize=style.FIGURE, layout="constrained")
        ax = figure.add_subplot()
        draw(ax)
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=130, facecolor="white")
        return file.getvalue()

    def drawn(ax: Any) -> None:
        """The columns' names stand at the axes where the axes are columns."""
        if len(data.x_names) == 1:
            ax.set_xlabel(data.x_names[0], fontsize=style.LABEL)
            ax.set_ylabel(data.y_name, fontsize=style.LABEL)
        elif len(data.x_names) == 2 and fit.model.link == "sigmoid":
            ax.set_xlabel(data.x_names[0], fontsize=style.LABEL)
            ax.set_ylabel(data.x_names[1], fontsize=style.LABEL)
        plot.fit(fit, ax, classes=data.classes or ("class 0", "class 1"))

    files = {"fit.png": picture(drawn)}
    if len(fit.history) > 1:
        files["history.png"] = picture(lambda ax: plot.history(fit, ax))
    return files

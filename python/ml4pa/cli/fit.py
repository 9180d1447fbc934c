"""``ml4pa fit``."""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..fitting import fit
from ..losses import LOSSES
from ..method import GradientMethod
from ..methods import METHODS
from ..models import MLP, Linear, Logistic, Model, Polynomial
from ..objective import Array
from ..stop import Status
from . import report
from .command import BadInput, Command, directory, whole
from .table import Table

MODELS = ("polynomial", "linear", "logistic", "mlp")
GRADIENT_METHODS = tuple(k for k, method in METHODS.items() if issubclass(method, GradientMethod))
#: Degree, and neurons of the hidden layers, where none are given.
DEGREE, HIDDEN = 1, (10,)


class Data(NamedTuple):
    """What is fitted: (N, p) or (N,), and (N,); and what the columns are called."""

    X: Array
    y: Array
    sigma: Array | None
    x_names: list[str]
    y_name: str
    sigma_name: str | None
    classes: tuple[str, str] | None


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the table; - is the standard input")
    add = _group(parser, "columns", "by name, or by number, counted from 1")
    add(
        "--x",
        metavar="COL",
        action="append",
        help="a variable; may be given several times (default: all columns but y and sigma)",
    )
    add("--y", metavar="COL", help="what is fitted (default: the second of two columns)")
    add("--sigma", metavar="COL", help="the standard deviation of y; the loss is then chi2")
    add = _group(parser, "model")
    add("--model", choices=MODELS, default="polynomial", help="default: %(default)s")
    add("--degree", metavar="N", type=whole(0), help=f"of the polynomial (default: {DEGREE})")
    add(
        "--hidden",
        metavar="N,N,...",
        type=_neurons,
        help="neurons in the hidden layers of the mlp (default: 10)",
    )
    add("--activation", choices=("tanh", "sigmoid", "relu"), help="of the mlp (default: tanh)")
    add(
        "--loss",
        choices=tuple(LOSSES),
        help="default: cross_entropy for logistic, chi2 with --sigma, else mse",
    )
    add("--l1", metavar="WEIGHT", type=float, help="weight of the penalty Σ|θ| (default: 0)")
    add("--l2", metavar="WEIGHT", type=float, help="weight of the penalty Σθ² (default: 0)")
    add = _group(parser, "minimisation")
    add(
        "--method",
        choices=GRADIENT_METHODS,
        help="default: the exact solution where there is one, else what suits the model",
    )
    add("--learning-rate", metavar="RATE", type=float, help="of the method")
    add("--epochs", metavar="N", type=whole(1), help="passes over the data")
    add("--batch-size", metavar="N", type=whole(1), help="rows in a batch (default: all)")
    add(
        "--validation",
        metavar="PART",
        type=float,
        help="part of the rows, e.g. 0.2, that is held back to judge the fit",
    )
    add(
        "--patience",
        metavar="N",
        type=whole(1),
        help="stop after so many epochs without a better cost on the rows held back",
    )
    add(
        "--seed",
        metavar="N",
        type=whole(0),
        default=0,
        help="of everything random (default: %(default)s)",
    )
    add = _group(parser, "table", "found by itself where it is not given")
    add("--delimiter", metavar="CHAR", help="between the cells; 'space' is any white space")
    add("--comment", metavar="CHAR", default="#", help="begins a comment (default: %(default)s)")
    add("--header", action=argparse.BooleanOptionalAction, help="whether the first row holds names")
    add = _group(parser, "output")
    add(
        "-o",
        "--output",
        metavar="DIR",
        type=directory,
        default="ml4pa_fit",
        help="where fit.json and the pictures go (default: %(default)s)",
    )
    add("--plot", action=argparse.BooleanOptionalAction, default=True,
        help="draw pictures, which needs matplotlib (default: yes)")  # fmt: skip


def _group(
    parser: argparse.ArgumentParser, title: str, text: str | None = None
) -> Callable[..., Any]:
    return parser.add_argument_group(title, text).add_argument


def _neurons(text: str) -> tuple[int, ...]:
    """The type of --hidden."""
    return tuple(whole(1)(part) for part in text.split(","))


def _run(options: argparse.Namespace) -> int:
    _check_options(options)
    table = Table(options.file, _delimiter(options.delimiter), options.comment, options.header)
    loss = options.loss or _usual_loss(options)
    data = _data(options, table, classifies=LOSSES[loss].classifies)
    model = _model(options, len(data.x_names), loss)
    _check_output(options.output)
    if options.plot:
        _check_matplotlib()
    try:
        found = fit(
            model, data.X, data.y, _method(options), loss=loss, sigma=data.sigma,
            l1=options.l1 or 0.0, l2=options.l2 or 0.0, rng=options.seed, progress=_progress(),
            **_given(options, "epochs", "batch_size", "validation", "patience"),
        )  # fmt: skip
    except (ValueError, TypeError, np.linalg.LinAlgError) as error:
        raise BadInput(" ".join(str(error).split())) from None
    if found.status is Status.DIVERGED:
        print(f"ml4pa: error: {found.message}", file=sys.stderr)
        return 1
    for line in report.lines(options.file, loss, data, found):
        print(line)
    try:
        written = report.write(Path(options.output), options, loss, data, found)
    except OSError as error:
        raise BadInput(
            f"--output {options.output}: cannot write there: {error.strerror or error}"
        ) from None
    print("\nwritten: " + ", ".join(map(str, written)))
    return 0


# ---- what was asked for --------------------------------------------------------------------------


def _check_options(options: argparse.Namespace) -> None:
    """Options that belong to another model, or to a method that was not named."""
    owners = {"degree": "polynomial", "hidden": "mlp", "activation": "mlp"}
    for option, model in owners.items():
        if getattr(options, option) is not None and options.model != model:
            raise BadInput(f"--{option} belongs to --model {model}, not to {options.model}")
    if options.learning_rate is not None and options.method is None:
        raise BadInput(f"--learning-rate {options.learning_rate} needs a --method")


def _usual_loss(options: argparse.Namespace) -> str:
    if options.model == "logistic":
        return "cross_entropy"
    return "mse" if options.sigma is None else "chi2"


def _delimiter(given: str | None) -> str | None:
    if given is None:
        return None
    delimiter = {"space": " ", "tab": "\t", "\\t": "\t"}.get(given, given)
    if len(delimiter) != 1:
        raise BadInput(f"--delimiter {given} must be one character, 'tab' or 'space'")
    return delimiter


def _model(options: argparse.Namespace, features: int, loss: str) -> Model:
    if options.model == "polynomial":
        if features > 1:
            raise BadInput(
                f"--model polynomial takes one variable, but there are {features}: "
                "name one with --x, or use --model linear"
            )
        return Polynomial(DEGREE if options.degree is None else options.degree)
    if options.model == "mlp":
        layers = (features, *(options.hidden or HIDDEN), 1)
        output = "sigmoid" if LOSSES[loss].classifies else "linear"
        return MLP(layers, options.activation or "tanh", output)
    return Linear(features) if options.model == "linear" else Logistic(features)


def _method(options: argparse.Namespace) -> Any:
    if options.method is None:
        return None
    try:
        return METHODS[options.method](**_given(options, "learning_rate"))
    except (TypeError, ValueError) as error:
        if options.learning_rate is None:
            raise BadInput(f"--method {options.method} needs a --learning-rate") from None
        raise BadInput(str(error)) from None


def _given(options: argparse.Namespace, *names: str) -> dict[str, Any]:
    """Those of the options that were given: the others keep the defaults of the library."""
    values = {name: getattr(options, name) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def _progress() -> bool:
    """A bar, where somebody looks and tqdm is there."""
    return sys.stderr.isatty() and importlib.util.find_spec("tqdm") is not None


# ---- the data ------------------------------------------------------------------------------------


def _data(options: argparse.Namespace, table: Table, classifies: bool) -> Data:
    y, x, sigma = _columns(options, table)
    classes = table.classes(y) if classifies else None
    wanted = [*x, *([] if sigma is None else [sigma]), *([] if classes else [y])]
    values = table.numbers(wanted)
    label = table.is_word(y, classes[1]) if classes else values[:, -1]
    if classifies:
        table.check(y, (label == 0.0) | (label == 1.0), "0 or 1, or one of two words")
    errors = None
    if sigma is not None:
        errors = values[:, len(x)].copy()
        table.check(sigma, errors > 0.0, "> 0")
    X = values[:, 0] if len(x) == 1 else values[:, : len(x)]
    names = table.names
    return Data(
        np.ascontiguousarray(X), label.copy(), errors, [names[i] for i in x], names[y],
        None if sigma is None else names[sigma], classes,
    )  # fmt: skip


def _columns(options: argparse.Namespace, table: Table) -> tuple[int, list[int], int | None]:
    """The places of y, x and sigma."""
    count = len(table.names)
    if count == 1:
        raise BadInput(
            f"{table.path} has one column only, {table.listing()}: is its --delimiter another?"
        )
    sigma = None if options.sigma is None else table.find("--sigma", options.sigma)
    if options.y is not None:
        y = table.find("--y", options.y)
    else:
        rest = [i for i in range(count) if i != sigma]
        if len(rest) != 2:
            raise BadInput(f"{table.path} has the columns {table.listing()}: name y with --y")
        y = rest[1]
    if options.x is not None:
        x = [table.find("--x", word) for word in options.x]
    else:
        x = [i for i in range(count) if i not in (y, sigma)]
    taken = [*x, y] if sigma is None else [*x, y, sigma]
    for i in taken:
        if taken.count(i) > 1:
            raise BadInput(f"column {table.names[i]!r} is taken twice: see --x, --y and --sigma")
    return y, x, sigma


# ---- the output ----------------------------------------------------------------------------------


def _check_output(folder: str) -> None:
    """Fails before the work, where the directory cannot be written."""
    place = Path(folder).absolute()
    while not place.exists():
        place = place.parent
    if not place.is_dir():
        raise BadInput(f"--output {folder}: cannot write there: {place} is a file")
    if not os.access(place, os.W_OK | os.X_OK):
        raise BadInput(f"--output {folder}: cannot write there: Permission denied")


def _check_matplotlib() -> None:
    try:
        from .. import plot  # noqa: F401
    except ModuleNotFoundError as error:
        if error.name != "matplotlib":
            raise
        raise BadInput(f"{error}, or use --no-plot") from None


FIT = Command(
    "fit",
    "fit a model to a table of data",
    "  ml4pa fit data.csv                                  # a straight line\n"
    "  ml4pa fit data.csv --degree 3 --sigma error         # chi2\n"
    "  ml4pa fit cells.csv --y malignant --model logistic  # all other columns\n"
    "  ml4pa fit data.csv --model mlp --hidden 5,3 --method adam --learning-rate 0.01 \\\n"
    "      --epochs 2000 --validation 0.2 --patience 50\n",
    _options,
    _run,
)

"""Hyper-parameters of the genetic algorithm, and what a caller's own operators return."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import Array, Bounds, finite
from .cmaes import per_coordinate, positive_numbers
from .scalars import choice, count, within
from .shown import shown

#: More bits would not come back from the rounding of a parameter.
MOST_BITS = 32
#: What works on bits as well as on parameters; the other crossovers compute with parameters.
OF_BITS = ("single_point", "two_point", "uniform")


def genetic(
    method: Any,
    mutations: tuple[str, ...],
    crossovers: tuple[str, ...],
    selections: tuple[str, ...],
    encodings: tuple[str, ...],
) -> dict[str, Any]:
    """The hyper-parameters of `GeneticAlgorithm` that are not one number in an interval."""
    _operator("mutation", method.mutation, mutations)
    if method.crossover is not None:
        _operator("crossover", method.crossover, crossovers)
    _operator("selection", method.selection, selections)
    choice("encoding", method.encoding, encodings)
    _fitting(method)
    out: dict[str, Any] = {}
    if method.mutation_rate is not None:
        out["mutation_rate"] = within("mutation_rate", method.mutation_rate, ge=0, le=1)
    if method.mutation_decay is not None:
        out["mutation_decay"] = within("mutation_decay", method.mutation_decay, ge=0)
    if method.mutation_scale is not None:
        out["mutation_scale"] = positive_numbers("mutation_scale", method.mutation_scale)
    if method.stagnation is not None:
        out["stagnation"] = count("stagnation", method.stagnation, least=1)
    if method.elite > method.population_size:
        raise ValueError(
            f"elite={method.elite} must be <= population_size={method.population_size}"
        )
    within("bits", method.bits, le=MOST_BITS)
    _polish(method.polish)
    return out


def _operator(name: str, value: Any, known: tuple[str, ...]) -> None:
    if not callable(value) and not (isinstance(value, str) and value in known):
        also = ", None" if name == "crossover" else ""
        words = ", ".join(map(repr, known))
        raise ValueError(f"{name}={shown(value)} must be one of {words}{also}, or a callable")


def _fitting(method: Any) -> None:
    """Bits are flipped and swapped, parameters are not; a model has neurons."""
    if method.encoding == "binary":
        if not callable(method.mutation) and method.mutation != "bit_flip":
            raise ValueError(
                f"mutation={shown(method.mutation)} does not work on bits: pass "
                "mutation='bit_flip', or encoding='real'"
            )
        if isinstance(method.crossover, str) and method.crossover not in OF_BITS:
            raise ValueError(
                f"crossover={shown(method.crossover)} does not work on bits: pass one of "
                f"{', '.join(map(repr, OF_BITS))}, or encoding='real'"
            )
    elif method.mutation == "bit_flip":
        raise ValueError("mutation='bit_flip' flips bits: pass encoding='binary' with it")
    if method.mutation == "nodal" and method.model is not None:
        network(method.model)
    if method.mutation != "nodal" and method.model is not None:
        raise ValueError(f"model={shown(method.model)} must be None without mutation='nodal'")


def network(model: Any) -> Any:
    """A model that has neurons."""
    from ..models import MLP

    if not isinstance(model, MLP):
        raise ValueError(
            f"model={shown(model)} must be an MLP, whose neurons mutation='nodal' changes: pass "
            "model=MLP(...), or minimise the Cost of one"
        )
    return model


def _polish(value: Any) -> None:
    from ..method import GradientMethod

    if value is not None and not isinstance(value, GradientMethod):
        raise TypeError(
            f"polish={shown(value)} must be None or a gradient method, such as Adam(0.01)"
        )


def genetic_start(method: Any, x0: Array, limits: Bounds | None) -> None:
    """Whether a start can be mutated as the method says."""
    if method.mutation_scale is not None:
        per_coordinate("mutation_scale", method.mutation_scale, x0.size)
    boxed = np.zeros(x0.size, bool)
    if limits is not None:
        boxed = np.isfinite(limits[0]) & np.isfinite(limits[1])
    if method.encoding == "binary" and not boxed.all():
        i = int(np.flatnonzero(~boxed)[0])
        raise ValueError(
            f"encoding='binary' needs two finite bounds a parameter, but x[{i}] has none: pass "
            "bounds, or encoding='real'"
        )
    if method.mutation == "multiplicative" and ((x0 == 0.0) & ~boxed).any():
        i = int(np.flatnonzero((x0 == 0.0) & ~boxed)[0])
        raise ValueError(
            f"x0[{i}]={x0[i]} stays 0 under mutation='multiplicative': start elsewhere, give it "
            "two finite bounds to draw from, or pass mutation='gaussian'"
        )
    if method.mutation == "nodal":
        network(method.model)
    if method.model is not None and method.model.n_params != x0.size:
        raise ValueError(
            f"x0 has length {x0.size}, but model={shown(method.model)} has {method.model.n_params} "
            "parameters"
        )


def enough_to_polish(max_evals: Any, polish: Any) -> None:
    """A budget that one polished point does not exceed."""
    if max_evals is not None and polish is not None and max_evals < polish.cost:
        raise ValueError(
            f"max_evals={max_evals} must be >= {polish.cost}: polishing one point takes so many"
        )


def places(told: Any, wanted: int, size: int) -> NDArray[np.int64]:
    """What a caller's own selection returned."""
    a = np.asarray(told)
    if a.shape != (wanted,) or a.dtype.kind not in "iu":
        raise ValueError(
            f"selection gave {a.dtype} of shape {a.shape}, but must give {wanted} whole numbers"
        )
    if wanted and not (a.min() >= 0 and a.max() < size):
        raise ValueError(
            f"selection gave places from {a.min()} to {a.max()}, but must lie in [0, {size})"
        )
    return a.astype(np.int64)


def children(name: str, told: Any, shape: tuple[int, ...]) -> Array:
    """What a caller's own mutation returned."""
    a = finite(name, told, 2)
    if a.shape != shape:
        raise ValueError(f"{name} gave shape {a.shape}, but must give {shape}")
    return a


def two_children(told: Any, shape: tuple[int, ...]) -> tuple[Array, Array]:
    """What a caller's own crossover returned."""
    if not isinstance(told, tuple | list) or len(told) != 2:
        raise TypeError(
            f"crossover gave {type(told).__name__}, but must give a pair (children, children)"
        )
    return children("crossover", told[0], shape), children("crossover", told[1], shape)

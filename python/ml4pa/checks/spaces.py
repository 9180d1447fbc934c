"""Checks of what is tuned."""

from __future__ import annotations

from typing import Any

from .arrays import Array, array, finite
from .fleets import all_given, hyper_parameters
from .shown import shown


def maker(name: str, make: Any, given: dict[str, Any]) -> None:
    """A class of methods that has these hyper-parameters, or a function."""
    if isinstance(make, type) and hasattr(make, "start"):
        hyper_parameters("space", make, given)
        all_given("space", make, given)
    elif isinstance(make, type) or hasattr(make, "start") or not callable(make):
        raise TypeError(
            f"{name}={shown(make)} must be a class of methods or a function that makes one: Adam, "
            "not 'adam' or Adam()"
        )


def a_method(name: str, value: Any) -> Any:
    """A Method."""
    if isinstance(value, type) or not hasattr(value, "start"):
        raise TypeError(f"{name}={shown(value)} must be a Method: Adam(0.1)")
    return value


def population_method(value: Any) -> Any:
    """A method that needs no gradient."""
    if not hasattr(a_method("method", value), "sample"):
        raise TypeError(
            f"method={shown(value)} must be a population method, because costs of settings have no "
            "gradient: CMAES(0.3)"
        )
    return value


def a_space(name: str, value: Any) -> Any:
    """What may be tuned."""
    if not hasattr(value, "ranges"):
        raise TypeError(
            f"{name}={shown(value)} must be a Space: space(Adam, learning_rate=log_scale(1e-4, 1))"
        )
    return value


def costs(value: Any, m: int) -> Array:
    """One finite cost a run."""
    a = array("goal(runs)", value)
    if a.shape != (m,):
        raise ValueError(f"goal(runs) has shape {a.shape}, but there are {m} runs: return ({m},)")
    return finite("goal(runs)", a, ndim=1)

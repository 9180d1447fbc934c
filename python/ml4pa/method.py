"""Methods: immutable records of hyper-parameters that can be started."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from . import checks
from .learning_rates import LearningRate, check_learning_rate, is_line_search
from .objective import Array
from .records import check, count, hyper

if TYPE_CHECKING:
    from .run import Run

__all__ = ["GradientMethod", "LearningRate", "Method", "State", "count", "hyper", "zeros"]

State = dict[str, Any]


@dataclass(frozen=True)
class Method:
    """What all methods share: they are comparable, printable, picklable, and can be started."""

    #: The lower-case name, as in ``minimize(..., method="adam")``.
    name: ClassVar[str] = ""
    #: What SciPy's ``tol`` is here.
    tolerance: ClassVar[str] = "gtol"

    def __post_init__(self) -> None:
        checks.decorated(type(self))  # type: ignore[arg-type]  # as in hyper_parameters
        check(self)

    def start(
        self, x0: Any = None, rng: Any = None, bounds: Any = None, *, engine: str = "compiled"
    ) -> Run:
        """Start at x0: returns the Run, which asks and is told."""
        raise NotImplementedError

    def __call__(
        self,
        fun: Any,
        x0: ArrayLike,
        args: tuple[Any, ...] = (),
        *,
        jac: Any = None,
        hess: Any = None,
        hessp: Any = None,
        bounds: Any = None,
        constraints: Any = (),
        callback: Any = None,
        **options: Any,
    ) -> Any:
        """SciPy's custom-method protocol: ``scipy.optimize.minimize(f, x0, method=Adam(0.1))``.

        ``options`` are the keywords of `ml4pa.minimize`; SciPy's ``maxiter``, ``tol`` and ``disp``
        too (``disp=True`` prints how the run ended).
        """
        from scipy.optimize import OptimizeResult

        from .minimize import minimize

        if constraints:
            raise ValueError(
                f"constraints={checks.shown(constraints)} must be empty: {self.name} knows bounds "
                "only"
            )
        if hessp is not None:
            raise ValueError(
                f"hessp={checks.shown(hessp)} must be None: {self.name} solves with the Hessian "
                "itself, pass hess="
            )
        if "maxiter" in options:
            options["max_iter"] = options.pop("maxiter")
        if (tol := options.pop("tol", None)) is not None:
            options.setdefault(self.tolerance, tol)
        disp = options.pop("disp", False)
        result = minimize(
            fun,
            x0,
            self,
            jac=jac,
            hess=hess,
            args=args,
            bounds=bounds,
            callback=None if callback is None else _scipy_callback(callback),
            **options,
        )
        if disp:
            print(result)  # noqa: T201, it was asked for
        return OptimizeResult(result.as_dict())


def _scipy_callback(callback: Callable[..., Any]) -> Callable[[Any], Any]:
    """SciPy's two forms: ``callback(intermediate_result)``, by that name, or ``callback(xk)``."""
    from scipy.optimize import OptimizeResult

    if set(inspect.signature(callback).parameters) == {"intermediate_result"}:
        return lambda told: callback(intermediate_result=OptimizeResult(told.as_dict()))
    return lambda told: callback(told.x)


@dataclass(frozen=True)
class GradientMethod(Method):
    r"""A method that moves by gradients.

    A subclass gives ``init`` and ``step``, and perhaps ``look_ahead``; it then runs on the NumPy
    loop at once.

    Parameters
    ----------
    learning_rate : float, schedule, line search, or callable t -> eta
        The step size eta; t counts the steps completed, 0 before the first.
    noise : float >= 0, default 0
        Standard deviation of the Gaussian noise added to the gradient.
    clip : float > 0, optional
        The largest gradient norm (Euclidean): a longer gradient is scaled down to it.
    """

    learning_rate: LearningRate
    noise: float = dataclasses.field(default=0.0, kw_only=True, metadata={"within": {"ge": 0}})
    clip: float | None = dataclasses.field(default=None, kw_only=True)

    #: Whether a line search may choose the step: the step must be along a descent direction.
    searches: ClassVar[bool] = False
    #: Whether `tell` needs the Hessian.
    wants_hessian: ClassVar[bool] = False
    #: Whether that of the linearised model will do, where the objective is a `Cost`.
    linearises: ClassVar[bool] = False
    #: Where no test of convergence is asked for.
    default_gtol: ClassVar[float] = 1e-8

    def __init_subclass__(cls, **keywords: Any) -> None:
        """A step of one's own may lead anywhere, unless it says that a search may choose it."""
        super().__init_subclass__(**keywords)
        if "step" in vars(cls) and "searches" not in vars(cls):
            cls.searches = False

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "learning_rate", check_learning_rate(self.learning_rate))
        if self.clip is not None:
            object.__setattr__(self, "clip", checks.positive_number("clip", self.clip))
        if is_line_search(self.learning_rate) and not self.searches:
            kind = type(self).__name__
            raise ValueError(
                f"learning_rate={self.learning_rate!r} is a line search, but a step of {kind} "
                "is not chosen by one: use GradientDescent or Newton, or a schedule"
            )

    def hyper_parameters(self) -> dict[str, float]:
        """The method's own numbers, in order: what its compiled twin is made from."""
        names = own_names(type(self))  # type: ignore[arg-type]  # mypy asks instances to be hashable
        return {name: getattr(self, name) for name in names}

    def start(
        self, x0: Any = None, rng: Any = None, bounds: Any = None, *, engine: str = "compiled"
    ) -> Run:
        from .starting import start

        return start(self, x0, rng, bounds, engine)

    # The specification, in NumPy.

    def init(self, theta: Array) -> State:
        """What is kept between the steps, before the first."""
        return {}

    def step(self, theta: Array, g: Array, eta: float, state: State) -> Array:
        """The next theta; ``state`` is changed in place."""
        raise checks.missing(self, "step")

    def look_ahead(self, theta: Array, state: State) -> Array:
        """Where the gradient is wanted."""
        return theta


@functools.cache  # asking dataclasses.fields at every start would be slow
def own_names(kind: type[GradientMethod]) -> tuple[str, ...]:
    """The names of the hyper-parameters that only this method has."""
    shared = ("learning_rate", "noise", "clip")
    return tuple(f.name for f in dataclasses.fields(kind) if f.name not in shared)


def zeros(theta: Array) -> Array:
    """A vector to be kept, 0 before the first step."""
    return np.zeros_like(theta)

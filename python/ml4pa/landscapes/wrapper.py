"""What Rotated and Shifted share."""

from __future__ import annotations

from .. import checks
from .base import Landscape


class Wrapper(Landscape):
    """A landscape seen through a change of coordinates: the same values, the same least value.

    Attributes
    ----------
    inner : Landscape
        The landscape inside, which may be a wrapper itself.
    """

    def __init__(self, f: Landscape) -> None:
        if not isinstance(f, Landscape):
            raise TypeError(
                f"f={checks.shown(f)} must be a landscape: pass e.g. ml4pa.landscapes.Sphere(10)"
            )
        self.inner = f
        super().__init__(f.n)

    @property
    def has_twin(self) -> bool:
        """As the landscape inside."""
        return super().has_twin and self.inner.has_twin

    @property
    def name(self) -> str:
        """The kind of wrapper and the name of what is inside, e.g. ``Rotated Ellipsoid``."""
        return f"{type(self).__name__} {self.inner.name}"

    @property
    def minimum(self) -> float | None:
        """That of the landscape inside."""
        return self.inner.minimum

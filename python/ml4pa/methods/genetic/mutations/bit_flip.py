"""Bit flips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....objective import Array
from ..draws import Draws

if TYPE_CHECKING:
    from ..method import Step

#: A flip has no size; one bit of a chromosome on average.
SCALE, OPEN, RATE, DECAY, ADDS = 1.0, 1.0, 1.0, 0.0, False


def bit_flip(draws: Draws, genes: Array, step: Step) -> Array:
    r""":math:`b \leftarrow 1 - b`."""
    places = draws.places(genes.size, step.rate)
    mutated = genes.ravel().copy()
    mutated[places] = 1.0 - mutated[places]
    return mutated.reshape(genes.shape)

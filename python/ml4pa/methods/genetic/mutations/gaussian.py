"""Gaussian mutation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....objective import Array
from ..draws import Draws

if TYPE_CHECKING:
    from ..method import Step

#: Where none are given: s_j in units of the parameter's width, between two finite bounds and where
#: a side is open; genes of a chromosome that mutate on average; n times the decay.
SCALE, OPEN, RATE, DECAY, ADDS = 0.3, 0.3, 1.0, 0.1, True


def gaussian(draws: Draws, genes: Array, step: Step) -> Array:
    r""":math:`\theta_{ij} \leftarrow \theta_{ij} + s_j z`."""
    places = draws.places(genes.size, step.rate)
    z = draws.steps(len(places))
    mutated = genes.ravel().copy()
    mutated[places] = mutated[places] + step.scale[places % genes.shape[1]] * z
    return mutated.reshape(genes.shape)

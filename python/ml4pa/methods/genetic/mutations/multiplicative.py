"""Multiplicative mutation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....objective import Array
from ..draws import Draws

if TYPE_CHECKING:
    from ..method import Step

#: Where none are given: s_j between two finite bounds, and where a side is open; genes of a
#: chromosome that mutate on average; n times the decay. It does not add.
SCALE, OPEN, RATE, DECAY, ADDS = 10.0, 1.5, 0.7, 0.1, False


def multiplicative(draws: Draws, genes: Array, step: Step) -> Array:
    r""":math:`\theta_{ij} \leftarrow \theta_{ij}(1 + \eta_j)`, :math:`\eta_j = s_j z`, the
    lecture's; a gene that is 0 stays there."""
    places = draws.places(genes.size, step.rate)
    z = draws.steps(len(places))
    mutated = genes.ravel().copy()
    mutated[places] = mutated[places] * (1.0 + step.scale[places % genes.shape[1]] * z)
    return mutated.reshape(genes.shape)

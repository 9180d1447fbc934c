"""Nodal mutation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ....objective import Array
from ..draws import Draws

if TYPE_CHECKING:
    from ..method import Step

#: Where none are given: s_j in units of the parameter's width, between two finite bounds and where
#: a side is open; neurons of a chromosome that mutate on average; n times the decay.
SCALE, OPEN, RATE, DECAY, ADDS = 0.3, 0.3, 1.0, 0.1, True


def nodal(draws: Draws, genes: Array, step: Step) -> Array:
    r""":math:`\theta_{ij} \leftarrow \theta_{ij} + s_j z` for all weights of a neuron, or for none:
    a neuron's weights have a meaning only together."""
    sizes = np.asarray(step.neurons)
    ends = np.cumsum(sizes)
    neurons = draws.places(len(genes) * len(sizes), step.rate)
    places = [
        row * genes.shape[1] + np.arange(ends[k] - sizes[k], ends[k])
        for row, k in zip(neurons // len(sizes), neurons % len(sizes), strict=True)
    ]
    place = np.concatenate([np.arange(0), *places])
    z = draws.steps(len(place))
    mutated = genes.ravel().copy()
    mutated[place] = mutated[place] + step.scale[place % genes.shape[1]] * z
    return mutated.reshape(genes.shape)

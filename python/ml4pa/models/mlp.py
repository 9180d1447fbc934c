"""The multilayer perceptron."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .. import checks
from ..objective import Array
from ..random import draw_key, normals
from .activations import ACTIVATIONS
from .base import Model
from .links import LINKS


@dataclass(frozen=True)
class MLP(Model):
    r"""A multilayer perceptron: a feed-forward neural network.

    .. math:: a^{(0)} = x, \qquad
              z^{(l)}_i = b^{(l)}_i + \sum_j w^{(l)}_{ij} a^{(l-1)}_j, \qquad
              a^{(l)} = g(z^{(l)}), \qquad s = z^{(L)}

    Parameters
    ----------
    layers : sequence of int >= 1
        The neurons of each layer, inputs first and outputs last: (1, 5, 3, 1) has one input, two
        hidden layers and one output.
    activation : {"tanh", "sigmoid", "relu"}, default "tanh"
        g, of the hidden layers. The slope of relu at 0 is taken as 0.
    output : {"linear", "sigmoid"}, default "linear"
        What the outputs are: s itself, or 1/(1 + exp(-s)).

    Notes
    -----
    The parameters stand neuron by neuron, layer by layer, from the first hidden layer on; a
    neuron's are its bias b_i, then its weights w_i1, w_i2, ... ``l1`` and ``l2`` do not penalise
    the biases.

    `initial` draws the weights from normal distributions of variance 2/(inputs + outputs) of
    their layer, for relu 2/inputs, and sets the biases to 0.

    Examples
    --------
    >>> import ml4pa
    >>> model = ml4pa.MLP((2, 3, 1))
    >>> model.n_params
    13
    >>> model.predict(model.initial(1), [[0.0, 0.0], [1.0, -1.0]]).shape
    (2,)

    References
    ----------
    D. E. Rumelhart, G. E. Hinton, R. J. Williams, Nature 323 (1986) 533: the gradient by back
    propagation. X. Glorot, Y. Bengio, AISTATS (2010), eq. (12), and K. He et al., ICCV (2015),
    eq. (10): the initial weights.
    """

    name: ClassVar[str] = "mlp"

    layers: tuple[int, ...]
    activation: str = "tanh"
    output: str = "linear"

    def __post_init__(self) -> None:
        checks.choice("activation", self.activation, tuple(ACTIVATIONS))
        checks.choice("output", self.output, tuple(LINKS))
        layers = checks.layers(self.layers)
        self._set(layers=layers, features=layers[0], outputs=layers[-1], link=self.output)
        self._set(n_params=sum(out * (1 + into) for into, out in self._shapes()))

    @property
    def penalised(self) -> Array:
        mask = np.ones(self.n_params)
        for neurons in self._matrices(mask):
            neurons[:, 0] = 0.0
        return mask

    def initial(self, rng: Any = None) -> Array:
        theta = normals(draw_key(rng), 0, 0, self.n_params)
        for neurons in self._matrices(theta):
            out, into = neurons.shape[0], neurons.shape[1] - 1
            variance = 2.0 / into if self.activation == "relu" else 2.0 / (into + out)
            neurons *= np.sqrt(variance)
            neurons[:, 0] = 0.0
        return theta

    def score(self, theta: Array, X: Array) -> Array:
        return self._forward(theta, X)[-1]

    def pull(self, theta: Array, X: Array, slope: Array) -> Array:
        *a, _ = self._forward(theta, X)
        matrices = list(self._matrices(theta))
        g = np.empty_like(theta)
        gradients = list(self._matrices(g))
        delta = slope  # dL/dz of the layer
        for layer in reversed(range(len(matrices))):
            gradients[layer][:, 0] = delta.sum(axis=0)
            gradients[layer][:, 1:] = delta.T @ a[layer]
            if layer:
                back = delta @ matrices[layer][:, 1:]
                delta = back * ACTIVATIONS[self.activation].slope(a[layer])
        return g

    def native(self) -> tuple[str, list[float], list[str]]:
        return self.name, list(self.layers), [self.activation, self.output]

    def _shapes(self) -> Iterator[tuple[int, int]]:
        """(inputs, outputs) of each layer of weights."""
        return zip(self.layers[:-1], self.layers[1:], strict=True)

    def _matrices(self, theta: Array) -> Iterator[Array]:
        """Each layer's parameters as a view (outputs, 1 + inputs): biases in column 0."""
        start = 0
        for into, out in self._shapes():
            end = start + out * (1 + into)
            yield theta[start:end].reshape(out, 1 + into)
            start = end

    def _forward(self, theta: Array, X: Array) -> list[Array]:
        """a of each layer, the inputs first; for the last one z."""
        a = [X]
        for neurons in self._matrices(theta):
            z = a[-1] @ neurons[:, 1:].T + neurons[:, 0]
            last = len(a) == len(self.layers) - 1
            a.append(z if last else ACTIVATIONS[self.activation].value(z))
        return a

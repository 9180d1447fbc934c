"""The parameters themselves: a gene is a parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....objective import Array

if TYPE_CHECKING:
    from ..method import Box


def encode(X: Array, box: Box) -> Array:
    return X


def decode(genes: Array, box: Box) -> Array:
    return genes

"""Losses: how far predictions are from data, one short file each, and this registry."""

from __future__ import annotations

from .base import Loss, Terms
from .chi2 import Chi2
from .cross_entropy import CrossEntropy
from .mse import MSE

#: The registry: one line a loss; `Cost` finds names here, and every test runs over it.
LOSSES: dict[str, Loss] = {loss.name: loss for loss in (MSE(), Chi2(), CrossEntropy())}

__all__ = ["LOSSES", "MSE", "Chi2", "CrossEntropy", "Loss", "Terms"]

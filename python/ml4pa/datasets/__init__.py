"""Data to fit: two small tables of facts, and generators of data whose law is known."""

from __future__ import annotations

from .closure_test import ClosureTest, closure_test
from .crickets import crickets
from .hubble import hubble
from .noisy_line import noisy_line
from .noisy_polynomial import noisy_polynomial
from .two_classes import two_classes

__all__ = [
    "ClosureTest",
    "closure_test",
    "crickets",
    "hubble",
    "noisy_line",
    "noisy_polynomial",
    "two_classes",
]

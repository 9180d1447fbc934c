"""Numerical experiments whose outcome is a table: what a fit, or a method, is worth."""

from __future__ import annotations

from .overfitting import Overfitting, overfitting

__all__ = ["Overfitting", "overfitting"]

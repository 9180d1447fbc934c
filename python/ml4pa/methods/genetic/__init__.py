"""Genetic algorithms."""

from __future__ import annotations

from .method import GeneticAlgorithm

__all__ = ["GeneticAlgorithm"]

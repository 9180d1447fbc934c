"""Selections: one short file each, ``name(draws, values, count) -> places``.

values (lambda,) are sorted, the best first, NaN last; places (count,) say which become parents.
"""

"""Crossovers: one short file each, ``name(draws, A, B) -> (C, D)``.

Row i of A and B (pairs, L) are two parents, row i of C and D their two children.
"""

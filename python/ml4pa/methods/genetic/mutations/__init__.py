"""Mutations: one short file each, ``name(draws, genes, step) -> genes``.

genes (lambda, L), one chromosome a row, is not written to; step says how likely and how large.
"""

"""Encodings: one short file each, with ``encode(X, box)`` and ``decode(genes, box)``, inverse to
each other: parameters (rows, n) to genes (rows, L), and back."""

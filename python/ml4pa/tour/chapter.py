"""What a chapter of the tour is made of, and the paper that its pictures are drawn on."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .measure import Row


@dataclass(frozen=True)
class Picture:
    """A picture with the sentence under it."""

    name: str
    png: bytes
    caption: str


@dataclass
class Chapter:
    """A title, a few sentences (HTML), pictures, and rows of the table."""

    title: str
    text: str
    pictures: list[Picture] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def add(self, name: str, figure: Figure, caption: str) -> None:
        """Takes a finished figure."""
        self.pictures.append(Picture(name, png(figure), caption))


def sheet(columns: int, rows: int = 1, width: float = 6.2, height: float = 5.4) -> Figure:
    """An empty figure for so many panels, of no backend: nothing global is touched."""
    return Figure(figsize=(columns * width, rows * height), layout="constrained")


def sheet_3d(width: float = 13.4, height: float = 5.8) -> tuple[Figure, Axes, Axes]:
    """A figure with a panel in perspective and a flat one, placed by hand.

    The layout engine leaves no room for axes in perspective.
    """
    figure = Figure(figsize=(width, height))
    space = figure.add_axes((0.0, 0.02, 0.46, 0.9), projection="3d")
    return figure, space, figure.add_axes((0.54, 0.12, 0.45, 0.8))


def panels(figure: Figure, columns: int, rows: int = 1) -> list[Axes]:
    """The panels of a sheet, row by row."""
    return [figure.add_subplot(rows, columns, i + 1) for i in range(rows * columns)]


def png(figure: Figure) -> bytes:
    """The figure as a PNG file."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=110, facecolor="white")
    return file.getvalue()

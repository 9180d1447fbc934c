"""All minima: descents from a thousand starts, and what they find."""

from __future__ import annotations

from ... import plot
from ...landscapes import Himmelblau, Landscape, Rastrigin, SixHumpCamel, Wiggles
from ...minima import Minima, find_minima
from ..chapter import Chapter, panels, sheet

#: What is searched, and from how many starts.
LANDS: tuple[tuple[Landscape, int], ...] = (
    (Himmelblau(), 500),
    (SixHumpCamel(), 500),
    (Rastrigin(2), 2000),
    (Wiggles(), 200),
)


def minima() -> Chapter:
    found = [find_minima(f, f.bounds, starts=starts, rng=1) for f, starts in LANDS]
    counted = "; ".join(_told(f, one) for (f, _), one in zip(LANDS, found, strict=True))
    chapter = Chapter(
        "All minima",
        "<p>A descent finds one minimum. Many descents, from starts spread evenly over the window,"
        " find many; Newton's steps sharpen each end, equal ones are merged, and the eigenvalues of"
        " the Hessian tell what they are. From how often each was hit follows an estimate of how"
        f" many were missed.</p><p>Found of those known: {counted}.</p>",
    )
    figure = sheet(4, width=5.2)
    for (f, _), one, ax in zip(LANDS, found, panels(figure, 4), strict=True):
        if f.n == 1:
            plot.curve(f, ax, minima=False)
            ax.plot(one.x[:, 0], one.fun, "o", color="#D55E00", markersize=10, zorder=5)
        else:
            plot.contour(f, ax, minima=False)
            ax.plot(*one.x.T, "o", color="#D55E00", markeredgecolor="white", markersize=8)
        ax.set_title(f.name, fontsize=16)
    chapter.add(
        "minima",
        figure,
        "Every minimum that was found, one on the bound among them (Wiggles). Of Himmelblau's"
        " function the four are equally low; of the others one or two are the lowest.",
    )
    return chapter


def _told(f: Landscape, found: Minima) -> str:
    """``Himmelblau 4 of 4 from 500 starts``."""
    assert f.minima is not None
    matched = len(found.compare(f).matched)
    return f"{f.name} {matched} of {len(f.minima)} from {len(found.label)} starts"

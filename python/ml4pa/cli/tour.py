"""``ml4pa tour``."""

from __future__ import annotations

import argparse
import textwrap
import time
from pathlib import Path

from .command import BadInput, Command, directory


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o", "--output", metavar="DIR", type=directory, default="ml4pa_tour",
        help="where index.html and the pictures go (default: %(default)s)",
    )  # fmt: skip


def _run(options: argparse.Namespace) -> int:
    try:
        from ..tour import replay
    except ModuleNotFoundError as error:
        if error.name != "matplotlib":
            raise
        raise BadInput(str(error)) from None
    began = time.perf_counter()
    try:
        replay(options.output, report=_tell)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise BadInput(
            f"--output {options.output}: cannot write there: {error.strerror or error}"
        ) from None
    page = Path(options.output).resolve() / "index.html"
    print(f"\nDone in {time.perf_counter() - began:.0f} s. Open {page.as_uri()}")
    return 0


def _tell(line: str) -> None:
    """A line of the table as it is, running text in lines of readable length."""
    print(line if len(line) < 200 else textwrap.fill(line, 96), flush=True)


TOUR = Command(
    "tour",
    "replay the lecture's descents, with pictures and a table",
    "  ml4pa tour\n  ml4pa tour --output ~/lecture\n",
    _options,
    _run,
)

"""``ml4pa info``."""

from __future__ import annotations

import argparse

from .. import machine
from .command import Command


def _options(parser: argparse.ArgumentParser) -> None:
    """It has none."""


def _run(options: argparse.Namespace) -> int:
    facts = machine.facts()
    width = max(map(len, facts))
    for name, value in facts.items():
        print(f"{name:<{width}}  {value}")
    return 0


INFO = Command(
    "info",
    "show version, instruction set, threads and platform",
    "  ml4pa info\n  ML4PA_ISA=baseline ml4pa info    # force an instruction set\n",
    _options,
    _run,
)

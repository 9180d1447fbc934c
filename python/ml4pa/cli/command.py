"""What a command is."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn


@dataclass(frozen=True)
class Command:
    """A command of ``ml4pa``: one file, and one line in the registry of `ml4pa.cli.main`."""

    name: str
    summary: str
    examples: str
    options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


class BadInput(Exception):
    """Something the user can put right: told in one line, exit code 2."""


class Parser(argparse.ArgumentParser):
    """argparse's, but bad input is told in one line and raised as `BadInput`."""

    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{message} (see {self.prog} --help)")


def directory(text: str) -> str:
    """The type of an option that is the name of a directory."""
    if not text.strip():
        raise argparse.ArgumentTypeError(f"{text!r} must be the name of a directory: . is this one")
    return text


def whole(least: int) -> Callable[[str], int]:
    """The type of an option that is a whole number >= least."""

    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} must be a whole number") from None
        if number < least:
            raise argparse.ArgumentTypeError(f"{text} must be >= {least}")
        return number

    return parse

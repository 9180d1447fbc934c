"""Reads the command line and runs a command."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from .. import __version__
from .bench import BENCH
from .command import BadInput, Command, Parser
from .fit import FIT
from .info import INFO
from .tour import TOUR

#: The registry: one line a command.
COMMANDS: tuple[Command, ...] = (TOUR, FIT, BENCH, INFO)


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``ml4pa`` with these arguments, by default those of the process.

    Returns the exit code: 0, or 2 after one line on stderr where the input was bad.

    Examples
    --------
    >>> from ml4pa.cli import main
    >>> main(["--version"])  # doctest: +ELLIPSIS
    ml4pa ...
    0
    """
    try:
        return _run(argv)
    except BadInput as error:
        print(f"ml4pa: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("ml4pa: stopped by Ctrl-C", file=sys.stderr)
        return 130
    except BrokenPipeError:  # what reads our output has ended, as in `ml4pa info | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(argv: Sequence[str] | None) -> int:
    try:
        options = _parser().parse_args(argv)
    except SystemExit as done:  # --help and --version have printed
        return int(done.code or 0)
    code: int = options.command.run(options)
    sys.stdout.flush()
    return code


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="ml4pa",
        description="Optimisation for physicists and astronomers: compiled, and readable.",
        epilog="examples:\n" + "".join(f"  ml4pa {c.name:<8}{c.summary}\n" for c in COMMANDS),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"ml4pa {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        sub = commands.add_parser(
            command.name,
            help=command.summary,
            description=command.summary[0].upper() + command.summary[1:] + ".",
            epilog="examples:\n" + command.examples,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.options(sub)
        sub.set_defaults(command=command)
    return parser

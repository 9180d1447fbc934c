"""Checkpoints: a run as plain data, which executes no code when it is loaded.

The file is a NumPy .npz archive: the arrays and numbers of the run, and a JSON text with the method
and its hyper-parameters. It is written beside its place and then moved there, so that a full disk
or a killed process leaves the old one whole. A link stays and leads to the new one, which those may
read who may read the old one.
"""

from __future__ import annotations

import dataclasses
import os
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from . import checks
from .learning_rates import LINE_SEARCHES, SCHEDULES, LineSearch, Schedule
from .methods import METHODS
from .stop import Status

if TYPE_CHECKING:
    from pathlib import Path

    from .run import Run

FORMAT = "ml4pa run 1"

_KINDS: tuple[type[Schedule] | type[LineSearch], ...] = (*SCHEDULES, *LINE_SEARCHES)


def _known() -> dict[str, Any]:
    """The records that a hyper-parameter may be, by their names."""
    from .models import MODELS

    return {**{kind.name: kind for kind in _KINDS}, **METHODS, **MODELS}


def save(run: Run, path: str | os.PathLike[str]) -> None:
    """Write the run to a file; the same as ``run.save(path)``.

    Raises
    ------
    ValueError
        If the path is that of a device, a pipe or a socket.
    TypeError
        If the method, or its learning rate, is not of this library: it could not be loaded
        without executing its code. Pickle such a run instead.
    """
    if METHODS.get(run.method.name) is not type(run.method):
        raise TypeError(
            f"method={run.method!r} is not of this library, so a file could not bring it back "
            "without executing its code: pickle the run instead"
        )
    header = {
        "format": FORMAT,
        "engine": run.engine,
        "method": run.method.name,
        "hyper_parameters": {
            f.name: _plain(f.name, getattr(run.method, f.name))
            for f in dataclasses.fields(run.method)
        },
    }
    import json  # here and below: `import ml4pa` stays quick
    import secrets
    from pathlib import Path

    content: dict[str, Any] = {"header": np.array(json.dumps(header)), **run.snapshot()}
    if run.bounds is not None:
        content["bounds_low"], content["bounds_high"] = run.bounds
    target = checks.place_of_file(Path(os.path.realpath(os.fsdecode(path))))
    part = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    try:
        with open(part, "xb") as file:
            _share_as(target, part)
            np.savez(file, **content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _share_as(old: Path, new: Path) -> None:
    """Lets those read the new file who may read the old one, if there is one."""
    if old.is_file() and (mode := old.stat().st_mode) != new.stat().st_mode:
        new.chmod(mode & 0o777)


def load(path: str | os.PathLike[str], *, engine: str | None = None) -> Run:
    """Read a run that ``run.save(path)`` wrote; it goes on bit for bit.

    Parameters
    ----------
    path : path
        The file.
    engine : {"compiled", "numpy"}, optional
        The engine to go on with; default: the one that saved it.

    Raises
    ------
    ValueError
        If the file is not such a checkpoint, or holds what no run can have written.
    MemoryError
        If the run does not fit into memory.

    Examples
    --------
    >>> import ml4pa, pathlib, tempfile
    >>> run = ml4pa.Adam(0.1).start([1.0, 2.0])
    >>> run.tell(run.ask(), 5.0, [2.0, 4.0])
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "run.npz"
    >>> run.save(path)
    >>> ml4pa.load(path).ask().tolist() == run.ask().tolist()
    True
    """
    import zipfile

    from .run import ENGINES

    if engine is not None:
        checks.choice("engine", engine, ENGINES)
    with open(os.fsdecode(path), "rb") as file:
        try:
            if not zipfile.is_zipfile(file):
                raise ValueError("it is no .npz file")
            file.seek(0)
            return _read(file, engine)
        except MemoryError:  # of a run that this process has no room for
            raise
        except Exception as error:
            raise ValueError(f"path={str(path)!r} is not a checkpoint of ml4pa: {error}") from None


def _content(file: BinaryIO) -> dict[str, Any]:
    try:
        with np.load(file, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except MemoryError as error:  # of a shape that was damaged
        raise ValueError(error) from None


def _read(file: BinaryIO, engine: str | None) -> Run:
    import json

    from . import population, population_run
    from .run import ENGINES
    from .starting import start_checked

    content = _content(file)
    header = json.loads(str(content.pop("header")))
    if header["format"] != FORMAT:
        raise ValueError(f"format={header['format']!r} must be {FORMAT!r}")
    given = {name: _made(value) for name, value in header["hyper_parameters"].items()}
    method: Any = METHODS[header["method"]](**given)
    engine = checks.choice("engine", engine or header["engine"], ENGINES)
    theta = content["theta" if "theta" in content else "best_x"]
    bounds = None
    if "bounds_low" in content:
        sides = np.stack([content.pop("bounds_low"), content.pop("bounds_high")], axis=1)
        bounds = checks.bounds(sides, theta.size)
    point = checks.vector(theta, theta.size, "theta")
    if point.size == 0:
        raise ValueError("it has no parameters")
    reason = int(content["stop_reason"])
    if reason != -1:
        Status(reason)
    run: Run
    grown: dict[str, tuple[int, ...]] = {}
    if isinstance(method, population.PopulationMethod):
        origin = checks.vector(content.get("start", point), point.size, "start")
        method.check_start(origin, bounds)
        grown = method.grown(content, point.size)
        run = population_run.start_checked(method, point, 0, bounds, engine)
    else:
        run = start_checked(method, point, 0, bounds, engine)
    checks.stored(content, run.snapshot(), grown)
    run.restore({name: a if a.ndim else a.item() for name, a in content.items()})
    return run


def _plain(name: str, value: Any) -> Any:
    """A hyper-parameter as JSON."""
    if value is None or isinstance(value, float | int | str):
        return value
    if isinstance(value, tuple):
        return [_plain(name, v) for v in value]
    if type(value) in _known().values():
        fields = {f.name: _plain(f.name, getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {"kind": value.name, **fields}
    raise TypeError(
        f"{name}={checks.shown(value)} is the caller's own code, which a checkpoint does not hold: "
        "pickle the run instead, or use a schedule of this library"
    )


def _made(value: Any) -> Any:
    """A hyper-parameter from JSON."""
    if isinstance(value, list):
        return tuple(map(_made, value))
    if not isinstance(value, dict):
        return value
    fields = {k: _made(v) for k, v in value.items() if k != "kind"}
    return _known()[value["kind"]](**fields)

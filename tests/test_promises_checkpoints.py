"""Checkpoints: a resumed run goes on bit for bit, and loading executes nothing.

A new method inherits these tests by its line in the registry: `MINIMAL` is made from it.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from promises import (
    OwnSchedule,
    Sluggish,
    both_engines,
    every_kind,
    every_method,
    same,
    tell,
)
from specimens import (
    MINIMAL,
    python,
)

from ml4pa import (
    CMAES,
    Adam,
    ExactLineSearch,
    GeneticAlgorithm,
    GradientDescent,
    InverseTime,
    LeastSquares,
    Newton,
    Warmup,
    load,
    minimize,
)
from ml4pa.landscapes import (
    Beale,
    Himmelblau,
    Rotated,
)
from ml4pa.methods.cmaes.termination import MEMORY

BOX = [(-4.0, 4.0), (None, 3.0)]


def through_pickle(run, path):
    return pickle.loads(pickle.dumps(run))


def through_file(run, path):
    run.save(path)
    return load(path)


def through_the_other_engine(run, path):
    run.save(path)
    other = load(path, engine={"compiled": "numpy", "numpy": "compiled"}[run.engine])
    assert other.engine != run.engine
    other.save(path)
    return load(path, engine=run.engine)


WAYS = [
    (through_pickle, None),
    (through_pickle, BOX),
    (through_file, BOX),
    (through_the_other_engine, None),
]


@both_engines
@every_kind
@pytest.mark.parametrize(("way", "bounds"), WAYS)
def test_a_resumed_run_goes_on_bit_for_bit(method, engine, way, bounds, tmp_path):
    """Taken down after every single tell, also in the middle of a line search."""
    f = Himmelblau()
    a, b = (method.start([1.0, 2.0], rng=5, bounds=bounds, engine=engine) for _ in range(2))
    path = tmp_path / "run"
    for _ in range(12):
        b = way(b, path)
        assert b.engine == engine and b.method == a.method and b.n == 2
        assert list(a.stop) == list(b.stop)
        assert_array_equal(a.ask(), b.ask())
        assert_array_equal(a.x, b.x)
        assert a.fun == b.fun and a.iteration == b.iteration
        assert str(a.snapshot()) == str(b.snapshot())
        if a.stop:
            break
        tell(a, f)
        tell(b, f)


@both_engines
@every_method
def test_any_other_numpy_protocol_of_pickle(method, engine):
    run = method.start([1.0, 2.0], engine=engine)
    tell(run, Himmelblau())
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(run, protocol))
        assert_array_equal(again.ask(), run.ask())
    copy = __import__("copy").deepcopy(run)
    tell(copy, Himmelblau())
    assert copy.iteration == run.iteration + 1


def test_methods_results_and_objectives_pickle():
    for thing in (
        *MINIMAL.values(), Warmup(InverseTime(0.1, 1.0), 3), GradientDescent(ExactLineSearch())
    ):  # fmt: skip
        assert pickle.loads(pickle.dumps(thing)) == thing
    result = minimize(Rotated(Beale(), 3), [1, 2], Adam(), max_iter=9, record=True)
    same(pickle.loads(pickle.dumps(result)), result)
    f = LeastSquares([[1, 0], [1, 1], [1, 2]], [1, 3, 5])
    assert pickle.loads(pickle.dumps(f))([1.0, 1.0]) == f([1.0, 1.0])


def saved(tmp_path):
    run = Adam(0.1).start([1.0, 2.0])
    tell(run, Himmelblau())
    path = tmp_path / "run.npz"
    run.save(path)
    return run, path


def write(path, **content):
    with path.open("wb") as file:
        np.savez(file, **content)


def test_load_refuses_what_is_no_checkpoint(tmp_path):
    run, path = saved(tmp_path)
    whole = path.read_bytes()
    with np.load(path) as archive:
        content = dict(archive)
    bad = tmp_path / "bad"

    def refused(**parts):
        if parts:
            write(bad, **parts)
        with pytest.raises(ValueError, match=r"^path='.*bad' is not a checkpoint of ml4pa"):
            load(bad)

    for data in (b"", b"garbage", b"PK\x03\x04 and no more", whole[:-30], whole[: len(whole) // 2],
                 pickle.dumps({"theta": [1.0]})):  # fmt: skip
        bad.write_bytes(data)
        refused()
    with bad.open("wb") as file:
        np.save(file, np.zeros(3))
    refused()
    refused(theta=np.zeros(3))
    for name in content:  # without one of its parts
        refused(**{k: v for k, v in content.items() if k != name})
    for name in ("theta", "m", "s", "best_x"):  # of another length, or no numbers
        for wrong in (np.zeros(3), np.zeros((2, 1)), np.array(["a", "b"]), np.float64(1.0),
                      np.array([True, False]), np.array([1, 2], np.uint8)):  # fmt: skip
            refused(**{**content, name: wrong})
    for name in ("iteration", "best_fun", "weight1", "key"):
        for wrong in (np.zeros(2), np.array("a"), np.array(1j), np.array(True), np.uint64(1)):
            refused(**{**content, name: wrong})
    header = str(content["header"])
    for change in (
        ("ml4pa run 1", "ml4pa run 999"),
        ('"adam"', '"adamant"'),
        ('"learning_rate": 0.1', '"learning_rate": -0.1'),
        ('"beta1"', '"beta7"'),
        ('"learning_rate": 0.1', '"learning_rate": {"kind": "os.system"}'),
        ('"compiled"', '"other"'),
        ("{", "{{"),
    ):
        changed = header.replace(*change)
        assert changed != header
        refused(**{**content, "header": np.array(changed)})
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none")
    with pytest.raises(ValueError, match="^engine='fast' must be one of"):
        load(path, engine="fast")
    assert_array_equal(load(path).ask(), run.ask())


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_a_damaged_checkpoint_is_refused_or_harmless(data, tmp_path_factory):
    path = tmp_path_factory.mktemp("damage") / "run.npz"
    Adam(0.1).start([1.0, 2.0]).save(path)
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(raw)
    try:
        run = load(path)
    except ValueError as error:
        assert "is not a checkpoint of ml4pa" in str(error)
    else:
        run.ask()


class Payload:
    """Leaves a mark where it is unpickled."""

    def __init__(self, mark):
        self.mark = str(mark)

    def __reduce__(self):
        return Path.touch, (Path(self.mark),)


def test_load_executes_no_code(tmp_path):
    _, path = saved(tmp_path)
    with np.load(path) as archive:
        content = dict(archive)
    mark = tmp_path / "mark"
    bomb = np.array([Payload(mark)], dtype=object)
    bad = tmp_path / "bad"
    for name in ("header", "theta", "m", "extra"):
        write(bad, allow_pickle=True, **{**content, name: bomb})
        with pytest.raises(ValueError, match="is not a checkpoint of ml4pa"):
            load(bad)
    bad.write_bytes(pickle.dumps(Payload(mark)))
    with pytest.raises(ValueError, match="is not a checkpoint of ml4pa"):
        load(bad)
    assert not mark.exists()
    pickle.loads(pickle.dumps(Payload(mark)))
    assert mark.exists()  # the bomb is one


def test_save_refuses_the_callers_own_code(tmp_path):
    for method, name in (
        (Adam(lambda t: 0.1), "learning_rate"),
        (GradientDescent(Warmup(OwnSchedule(0.1, 0.1), 2)), "learning_rate"),
        (Sluggish(0.1), "method"),
    ):
        with pytest.raises(TypeError, match=f"^{name}=.*pickle the run instead"):
            method.start([1.0, 2.0]).save(tmp_path / "run")
    assert not list(tmp_path.iterdir())


def test_a_failing_save_keeps_the_old_file(tmp_path, monkeypatch):
    run, path = saved(tmp_path)
    old = path.read_bytes()
    tell(run, Himmelblau())

    def fails(*_, **__):
        raise OSError("no space left on device")

    for module, name in ((os, "replace"), (os, "fsync"), (np, "savez")):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, fails)
            with pytest.raises(OSError, match="no space left"):
                run.save(path)
        assert path.read_bytes() == old
        assert [p.name for p in tmp_path.iterdir()] == ["run.npz"]  # and nothing beside it
    with pytest.raises(OSError):
        run.save(tmp_path / "no such folder" / "run")
    run.save(path)
    assert path.read_bytes() != old


FULL = """
import resource, signal, sys
import numpy as np
from ml4pa import Adam
path = sys.argv[1]
run = Adam(0.1).start(np.arange(1000.0))
run.save(path)
old = open(path, "rb").read()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (len(old) // 2, resource.RLIM_INFINITY))
run.tell(run.ask(), 1.0, np.ones(1000))
try:
    run.save(path)
except OSError as error:
    assert open(path, "rb").read() == old
    print("kept", type(error).__name__)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs resource limits")
def test_a_full_disk_keeps_the_old_file(tmp_path):
    run = python(FULL, tmp_path / "run")
    assert run.stdout == "kept OSError\n", run.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs umask")
def test_a_checkpoint_is_as_readable_as_any_file(tmp_path):
    _, path = saved(tmp_path)
    (tmp_path / "other").write_text("")
    assert path.stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.skipif(sys.platform == "win32", reason="needs modes")
def test_a_checkpoint_is_as_private_as_the_old_one(tmp_path):
    run, path = saved(tmp_path)
    path.chmod(0o600)
    run.save(path)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
def test_a_link_stays_and_leads_to_the_checkpoint(tmp_path):
    run, path = saved(tmp_path)
    for name, target in (("old", path), ("new", tmp_path / "file")):
        link = tmp_path / name
        link.symlink_to(target)
        tell(run, Himmelblau())
        run.save(link)
        assert link.is_symlink()
        assert load(target).iteration == run.iteration
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "new", "old", "run.npz"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_is_no_file_is_not_replaced(tmp_path):
    run = Adam(0.1).start([1.0, 2.0])
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match=r"^path=.*pipe' is a device, a pipe or a socket"):
        run.save(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError):
        run.save(tmp_path / "folder")
    assert (tmp_path / "pipe").is_fifo() and (tmp_path / "folder").is_dir()
    assert len(list(tmp_path.iterdir())) == 2


def test_paths_are_texts_bytes_or_paths(tmp_path):
    run, path = saved(tmp_path)
    for spelt in (str(path), os.fsencode(path), path):
        run.save(spelt)
        assert load(spelt).iteration == run.iteration
    for odd in (3, None, [path]):
        for call in (run.save, load):
            with pytest.raises(TypeError, match="expected str, bytes or os.PathLike object"):
                call(odd)


@both_engines
def test_no_damaged_entry_is_a_fault(engine):
    """Every number and array of every kind of run, wild or of another length: a plain error at
    the latest when the run goes on."""
    program = Path(__file__).with_name("damage_checkpoints.py")
    done = subprocess.run([sys.executable, str(program), engine], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-200:] + done.stderr[-2000:]
    assert done.stdout.endswith("all went on or were refused\n")


@both_engines
@pytest.mark.parametrize(
    ("method", "entry", "value"),
    [
        (CMAES(0.3), "regime", 3),
        (CMAES(0.3), "regime", -1),
        (CMAES(0.3), "population_size", 1),
        (CMAES(0.3), "population_size", 1 << 20),
        (CMAES(0.3), "evaluations", -1),
        (CMAES(0.3), "restart", 1),
        (CMAES(0.3), "doublings", 70),
        (CMAES(0.3, covariance="limited"), "used", 10**6),
        (CMAES(0.3, covariance="limited"), "used", -1),
        (CMAES(0.3), "mean", np.zeros(3)),
        (GeneticAlgorithm(10), "values", np.zeros(11)),
        (GeneticAlgorithm(10), "still", -1),
        (Newton(), "trials", -1),
        (Newton(), "indefinite", -1),
        (GradientDescent(ExactLineSearch()), "search_f0", np.zeros(2)),
        (Adam(), "m", np.array(["a", "b"])),
        (Adam(), "iteration", -1),
        (Adam(), "iteration", 3.5),
        (Adam(), "iteration", np.nan),
        (Adam(), "iteration", (1 << 63) - 1),
        (Adam(), "stop_reason", 47),
    ],
)
def test_load_refuses_what_no_run_has_written(method, entry, value, engine, tmp_path):
    path = tmp_path / "bad"
    run = method.start([1.0, 2.0], engine=engine)
    minimize(Himmelblau(), None, run, max_iter=5)
    run.save(path)
    with np.load(path) as archive:
        content = dict(archive)
    load(path)
    write(path, **{**content, entry: np.asarray(value)})
    with pytest.raises(ValueError, match=f"is not a checkpoint of ml4pa: ({entry}|descents|.*47)"):
        load(path)


@both_engines
def test_load_refuses_a_run_without_parameters(engine, tmp_path):
    path = tmp_path / "bad"
    for method in (Adam(), Newton(), CMAES(0.3), GeneticAlgorithm(4)):
        method.start([1.0], engine=engine).save(path)
        with np.load(path) as archive:
            content = dict(archive)
        write(path, **{k: a if a.ndim == 0 else a[..., :0] for k, a in content.items()})
        with pytest.raises(ValueError, match="is not a checkpoint of ml4pa: it has no parameters"):
            load(path)


@both_engines
def test_a_descent_longer_than_its_memory_is_loaded(engine, tmp_path):
    run = CMAES(0.3).start([1.0, 2.0], engine=engine)
    minimize(Himmelblau(), None, run, max_iter=5)
    state = run.snapshot()
    state |= {"generation": MEMORY + 1, "best_values": np.ones(MEMORY)}
    run.restore(state | {"middle_values": np.ones(MEMORY)})
    run.save(tmp_path / "run")
    assert str(load(tmp_path / "run").snapshot()) == str(run.snapshot())


def test_load_refuses_descents_that_no_run_has_made(tmp_path):
    """The Result tells of them, which would fail when all the work is done."""
    path = tmp_path / "bad"
    run = CMAES(0.3, restarts="ipop", tolfun=1e-2).start([1.0, 2.0], rng=1)
    minimize(Himmelblau(), None, run, max_evals=3000)
    run.save(path)
    with np.load(path) as archive:
        content = dict(archive)
    assert content["descents"].size >= 9
    for i, value in ((0, 3.0), (0, -1.0), (1, np.nan), (3, 1e300), (6, 47.0), (6, np.nan)):
        changed = content["descents"].copy()
        changed[i] = value
        write(path, **{**content, "descents": changed})
        with pytest.raises(ValueError, match="is not a checkpoint of ml4pa"):
            load(path)


@both_engines
def test_load_refuses_hyper_parameters_of_another_dimension(engine, tmp_path):
    """The core would read past the end of them."""
    path = tmp_path / "bad"
    CMAES(0.3, scale=[1.0, 2.0]).start([1.0, 2.0], engine=engine).save(path)
    with np.load(path) as archive:
        content = dict(archive)
    header = str(content["header"])
    changed = header.replace("[1.0, 2.0]", "[1.0, 2.0, 3.0]")
    assert changed != header
    write(path, **{**content, "header": np.array(changed)})
    with pytest.raises(ValueError, match="scale has length 3, but x0 has length 2"):
        load(path)


@both_engines
def test_a_run_that_memory_has_no_room_for_is_a_checkpoint_all_the_same(
    engine, tmp_path, monkeypatch
):
    path = tmp_path / "run"
    CMAES(0.3).start([1.0, 2.0], engine=engine).save(path)
    monkeypatch.setattr("ml4pa.checks.memory.ASKED_FROM", 0)
    monkeypatch.setattr("ml4pa.checks.memory.memory", lambda: 10.0)
    with pytest.raises(MemoryError, match="^covariance='full' takes three matrices of 2 x 2"):
        load(path)


def test_a_shape_beyond_memory_is_no_checkpoint(tmp_path):
    _, path = saved(tmp_path)
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    shape = b"'shape': (2,), }" + b" " * 20
    huge = b"'shape': (1125899906842624,), }".ljust(len(shape))
    assert shape in entries["m.npy"]
    entries["m.npy"] = entries["m.npy"].replace(shape, huge)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    with pytest.raises(ValueError, match="is not a checkpoint of ml4pa: Unable to allocate"):
        load(path)


@both_engines
def test_newton_without_a_search_has_no_trials_to_judge(engine, tmp_path):
    path = tmp_path / "run"
    run = Newton().start([3.1, 2.1], engine=engine)
    run.save(path)
    with np.load(path) as archive:
        content = dict(archive)
    write(path, **{**content, "trials": np.array(3)})
    other = load(path)
    result = minimize(Himmelblau(), None, other, max_iter=30)
    assert result.success

"""Progress bars, by tqdm."""

from __future__ import annotations

from typing import Any


class Bar:
    """A progress bar that a loop calls now and then."""

    def __init__(
        self, progress: Any, max_iter: int | None, max_evals: int | None, unit: str = "step"
    ) -> None:
        self._evals = max_iter is None and max_evals is not None
        total, unit = (max_evals, "eval") if self._evals else (max_iter, unit)
        self._bar = _tqdm()(total=total, unit=unit, leave=False)

    def __call__(
        self, nit: int, x: Any, f: float, best: Any, fun: float, nfev: int, njev: int, nhev: int
    ) -> bool:
        self._bar.n = nfev if self._evals else nit
        self._bar.set_postfix(f=f"{fun:.6g}", refresh=False)
        self._bar.refresh()
        return True

    def close(self) -> None:
        """Takes the bar away."""
        self._bar.close()


class Count:
    """A progress bar over things that are done one by one."""

    def __init__(self, total: int, unit: str) -> None:
        self._bar = _tqdm()(total=total, unit=unit, leave=False)

    def __call__(self, done: int) -> None:
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        """Takes the bar away."""
        self._bar.close()


def _tqdm() -> Any:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        raise ImportError(
            "progress=True needs tqdm: pip install 'ml4pa[progress]', or progress=False"
        ) from None
    return tqdm

"""The explorer as a widget: the picture is a canvas in the browser, the runs are Python's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from ..method import GradientMethod
from ..objective import Array
from ..result import Result
from .exploration import Exploration

HERE = Path(__file__).parent


class Explorer(anywidget.AnyWidget):  # type: ignore[misc, unused-ignore]
    """What `explore` returns.

    The front end sends the places of the sliders and the start, one request at a time; the answer
    is the path as float32, which takes no longer to send than to compute.
    """

    _esm = HERE / "explorer.js"
    _css = HERE / "explorer.css"
    spec = traitlets.Dict().tag(sync=True)
    picture = traitlets.Bytes().tag(sync=True)

    def __init__(self, exploration: Exploration) -> None:
        super().__init__(spec=exploration.spec(), picture=exploration.picture)
        self._exploration = exploration
        self.on_msg(self._asked)

    def _asked(self, _: Any, request: dict[str, Any], __: Any) -> None:
        reply, path = self._exploration.answer(request)
        self.send(reply, [path])

    @property
    def method(self) -> GradientMethod:
        """The method of the path shown."""
        return self._exploration.method

    @property
    def start(self) -> Array:
        """Where it starts."""
        return self._exploration.start

    @property
    def result(self) -> Result:
        """What `minimize` returned for it."""
        return self._exploration.result

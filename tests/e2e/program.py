"""A program with windows, run beside the tests: Qt ends the whole process when something isn't to its liking.

The program is a function of a test module. What it wants known it passes to :func:`say`; the test reads it with
:meth:`Program.hear`.
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import torch
from torch import Tensor

import torch_opencv as cv
from tests.e2e.display import Display

PLAIN = cv.WINDOW_AUTOSIZE | cv.WINDOW_GUI_NORMAL
"""A window that is nothing but the picture: OpenCV's status bar pushes it about as its text changes."""

_CHECKOUT = Path(__file__).resolve().parent.parent.parent
_PATIENCE_S = 30


def noise(height: int = 200, width: int = 300, *, seed: int = 0) -> Tensor:
    """A picture that can't be mistaken for anything else on the screen, not even a row or a column off."""
    return torch.randint(0, 256, (height, width, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(seed))


def say(**facts: Any) -> None:
    """In the program: tell the test."""
    print(json.dumps(facts), flush=True)


class Program:
    """A function without arguments, running in a process of its own on a display; killed with the ``with`` block."""

    def __init__(self, function: Callable[[], None], display: Display) -> None:
        start = f"from {function.__module__} import {function.__name__} as program; program()"
        self._process = subprocess.Popen(
            [sys.executable, "-c", start],
            cwd=_CHECKOUT,
            env=display.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._heard: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._complaints: list[str] = []
        self._readers = [threading.Thread(target=read, daemon=True) for read in (self._read, self._read_complaints)]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Program:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()
        for reader in self._readers:
            reader.join()

    def hear(self, **wanted: Any) -> dict[str, Any]:
        """The next thing said that has all of ``wanted``; what is said before it is passed over."""
        passed_over: list[dict[str, Any]] = []
        while True:
            try:
                facts = self._heard.get(timeout=_PATIENCE_S)
            except queue.Empty:
                raise AssertionError(f"expected {wanted}, heard only {passed_over}") from None
            if facts is None:
                self._heard.put(None)
                complaint = "".join(self._complaints)
                raise AssertionError(f"expected {wanted}, heard {passed_over}, and the program ended: {complaint}")
            if wanted.items() <= facts.items():
                return facts
            passed_over.append(facts)

    def exit_status(self) -> int:
        """The exit status, once the program has ended by itself."""
        return self._process.wait(_PATIENCE_S)

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._heard.put(json.loads(line))
        self._readers[1].join()  # so that the complaints are complete where the end is noticed
        self._heard.put(None)

    def _read_complaints(self) -> None:
        assert self._process.stderr
        self._complaints.extend(self._process.stderr)

"""A program with windows, run beside the tests: Qt ends the whole process when something isn't to its liking.

The program is a function of a test module. What it wants known it passes to :func:`say`; the test reads it with
:meth:`Program.hear`.
"""

from __future__ import annotations

import functools
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import torch
from torch import Tensor

import torch_opencv as cv
from tests.e2e.display import Display

PLAIN = cv.WINDOW_AUTOSIZE | cv.WINDOW_GUI_NORMAL
"""A window that is nothing but the image: OpenCV's status bar pushes it about as its text changes."""

_CHECKOUT = Path(__file__).resolve().parent.parent.parent
_PATIENCE_S = 30


def noise(height: int = 200, width: int = 300, *, seed: int = 0) -> Tensor:
    """An image that can't be mistaken for anything else on the screen, not even a row or a column off."""
    return torch.randint(0, 256, (height, width, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(seed))


def say(**facts: Any) -> None:
    """In the program: tell the test."""
    print(json.dumps(facts), flush=True)


def show_until(key: str, window: str, image: Tensor) -> None:
    """In the program: show an image, again and again as a live program does, until a key is pressed."""
    while cv.waitKey(10) != ord(key):
        cv.imshow(window, image)


def greet(window: str, image: Tensor, *, flags: int = PLAIN) -> None:
    """In the program: make a window, show an image, and return when :meth:`Program.meet` has been here."""
    cv.namedWindow(window, flags)
    cv.setMouseCallback(window, lambda event, *_: say(felt="click") if event == cv.EVENT_LBUTTONUP else None)
    while (key := cv.waitKey(10)) != ord("c"):
        if key == ord("b"):
            say(felt="key")
        cv.imshow(window, image)
    cv.setMouseCallback(window, lambda *_: None)
    say(met=True)


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
        self._heard: queue.Queue[dict[str, Any] | None] = queue.Queue()  # None at the end
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

    def hear(self, *, patience_s: float = _PATIENCE_S, **wanted: Any) -> dict[str, Any]:
        """The next thing said that has all of ``wanted``; what is said before it is passed over."""
        passed_over: list[dict[str, Any]] = []
        deadline = time.monotonic() + patience_s
        while (facts := self._next(deadline)) is not None:
            if wanted.items() <= facts.items():
                return facts
            passed_over.append(facts)
        raise AssertionError(f"expected {wanted}, heard {passed_over}{self._end()}")

    def hear_after(self, touch: Callable[[], None], **wanted: Any) -> dict[str, Any]:
        """What is said after a click or a key, which is repeated while nothing is.

        For the first click on a new window, or the first key: Qt loses it now and then, and a user would try again.
        """
        for _ in range(_PATIENCE_S):
            touch()
            with suppress(AssertionError):
                return self.hear(patience_s=1, **wanted)
        raise AssertionError(f"expected {wanted}, however often it was tried{self._end()}")

    def meet(self, display: Display, image: Tensor) -> tuple[int, int]:
        """Where the image of a program that greets is, once its window is seen to take clicks and keys."""
        x, y = display.wait_for(image)
        display.move(x + 5, y + 5)
        self.hear_after(display.click, felt="click")
        self.hear_after(functools.partial(display.key, "b"), felt="key")
        display.key("c")
        self.hear(met=True)
        return x, y

    def _next(self, deadline: float) -> dict[str, Any] | None:
        """The next thing said, or None where nothing is said before the deadline or the end."""
        try:
            return self._heard.get(timeout=max(0, deadline - time.monotonic()))
        except queue.Empty:
            return None

    def _end(self) -> str:
        if self._process.poll() is None:
            return ""
        self._readers[1].join()  # so that the complaints are complete
        return f", and the program ended: {''.join(self._complaints)}"

    def exit_status(self) -> int:
        """The exit status, once the program has ended by itself."""
        return self._process.wait(_PATIENCE_S)

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._heard.put(json.loads(line))
        self._heard.put(None)

    def _read_complaints(self) -> None:
        assert self._process.stderr
        self._complaints.extend(self._process.stderr)

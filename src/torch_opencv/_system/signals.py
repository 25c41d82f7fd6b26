"""Ctrl-C, SIGTERM and SIGHUP: raised while the command line starts, noted while the loop runs, ignored while it closes.

SIGHUP, which comes when a terminal is closed, is as SIGTERM. What the parent process ignores stays ignored (as with
``nohup``), and a handler of somebody else's stays in place.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Literal

Interruption = Literal["interrupted", "terminated"]

_ENDINGS: dict[int, Interruption] = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}
if hasattr(signal, "SIGHUP"):  # Windows has none
    _ENDINGS[signal.SIGHUP] = "terminated"
STATUS = {"interrupted": 130, "terminated": 143}
"""Exit statuses: 128 + the signal's number, as shells have it."""


class Terminated(BaseException):
    """SIGTERM or SIGHUP; it passes through whatever catches exceptions, as KeyboardInterrupt does."""


def raise_first() -> None:
    """From now on the first signal raises KeyboardInterrupt or Terminated; all others are ignored.

    For a process that is the command line's own: it is never undone, so that nothing can interrupt the closing.
    """
    for number in _ENDINGS:
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, _raise)


def ignore() -> None:
    """From now on all that `raise_first` has taken over are ignored."""
    for number in _ENDINGS:
        if signal.getsignal(number) is _raise:
            signal.signal(number, signal.SIG_IGN)


@contextmanager
def noted() -> Iterator[list[Interruption]]:
    """Take note of signals, instead of ending in the middle of something.

    It goes on until everything is closed, so that an impatient second one can't spoil a file: and one key press may
    well arrive as two signals, from the terminal and from a parent process that passes it on.
    """
    noted: list[Interruption] = []
    if threading.current_thread() is not threading.main_thread():
        yield noted
        return

    def note(number: int, frame: FrameType | None) -> None:
        noted.append(_ENDINGS[number])

    with ExitStack() as stack:
        for number in _ENDINGS:
            usual = signal.getsignal(number)
            if usual in (signal.SIG_DFL, signal.default_int_handler, _raise):
                signal.signal(number, note)
                stack.callback(_restore, number, usual, noted)
        yield noted


def _restore(number: int, usual: signal._HANDLER, noted: list[Interruption]) -> None:
    signal.signal(number, signal.SIG_IGN if noted and usual is _raise else usual)


def _raise(number: int, frame: FrameType | None) -> None:
    ignore()
    # C++ that imports NumPy for PyTorch forgets the exception, or aborts. Nothing is open before PyTorch is imported.
    if any(_is_being_imported(name) for name in ("torch", "numpy")):
        os._exit(STATUS[_ENDINGS[number]])
    raise KeyboardInterrupt if number == signal.SIGINT else Terminated


def _is_being_imported(name: str) -> bool:
    return bool(getattr(getattr(sys.modules.get(name), "__spec__", None), "_initializing", False))

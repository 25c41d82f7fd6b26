"""Compiling as something that can be watched, and left at once when the program ends.

PyTorch's exporter is Python code that runs for seconds to a minute and can't be asked to stop. It runs in a thread of
its own here: whoever waits for it can stop waiting, on Ctrl-C or when told to, and the thread is ended by an exception
that is raised in it, but not while it imports a module. (A process of its own couldn't be given every module: those
that are typed in, or hold lambdas, can't be pickled; and it would have to import PyTorch first.)
"""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

from torch_opencv.runtime.errors import CompilationCancelledError

T = TypeVar("T")

_POLL = 0.02  # seconds between two looks at whether to go on
_AGAIN_AFTER = 0.3  # seconds
_STOP_WITHIN = 0.5  # seconds for which the thread's end is waited for; Python's own end may take another


@dataclass(frozen=True)
class _Watcher:
    on_start: Callable[[str, float], None] | None
    cancelled: threading.Event | None


_NOBODY = _Watcher(None, None)
_watcher: ContextVar[_Watcher] = ContextVar("watcher", default=_NOBODY)
_one_at_a_time = threading.Lock()  # the exporter changes warnings, loggers and stderr for the whole process


@contextmanager
def compilation(
    *, on_start: Callable[[str, float], None] | None = None, cancelled: threading.Event | None = None
) -> Iterator[None]:
    """Watch the compiling of networks in this block, in this thread; and end it, from any thread.

        quit = threading.Event()
        with runtime.compilation(on_start=lambda name, s: print(f"compiling {name} once, about {s:.0f} s"),
                                 cancelled=quit):
            stylizer = Stylizer("great-wave")

    Args:
        on_start: called when a network really is compiled, not when it is kept from an earlier run, with its name and
            about how many seconds that will take.
        cancelled: once it is set, compiling ends within two seconds with CompilationCancelledError, and none begins.

    """
    token = _watcher.set(_Watcher(on_start, cancelled))
    try:
        yield
    finally:
        _watcher.reset(token)


def compiled_in_thread(function: Callable[[], T], name: str, seconds: float) -> T:
    """Compile in a thread that is ended if this one stops waiting.

    Args:
        function: compiles.
        name: of what is compiled, for whoever watches.
        seconds: about how long it takes.

    Returns:
        What the function returns. What it raises is raised.

    Raises:
        CompilationCancelledError: the watcher has cancelled it.
    """
    watcher = _watcher.get()
    while not _one_at_a_time.acquire(timeout=_POLL):
        _require_going_on(watcher)
    try:
        _require_going_on(watcher)
        if watcher.on_start:
            watcher.on_start(name, seconds)
        return _in_thread(function, watcher)
    finally:
        _one_at_a_time.release()


def require_not_cancelled() -> None:
    """Go on, unless whoever watches has cancelled compiling.

    Raises:
        CompilationCancelledError: they have.
    """
    _require_going_on(_watcher.get())


def _in_thread(function: Callable[[], T], watcher: _Watcher) -> T:
    results: list[T] = []
    errors: list[Exception] = []
    finished = threading.Event()

    def work() -> None:
        try:
            results.append(function())
        except SystemExit:  # the end that was asked for
            pass
        except Exception as error:  # whatever it is, it belongs to the thread that waits
            errors.append(error)
        finally:
            finished.set()

    thread = threading.Thread(target=work, name="compiling", daemon=True)
    thread.start()
    try:
        while not finished.wait(_POLL):
            _require_going_on(watcher)
    except BaseException:  # KeyboardInterrupt, too
        _end(thread, finished)
        raise
    if errors:
        raise errors[0]
    return results[0]


def _require_going_on(watcher: _Watcher) -> None:
    if watcher.cancelled is not None and watcher.cancelled.is_set():
        raise CompilationCancelledError("compiling was cancelled")


def _end(thread: threading.Thread, finished: threading.Event) -> None:
    """End a thread that runs Python code, soon, even if that is after this has returned."""
    interrupter = threading.Thread(target=_interrupt, args=(thread, finished), name="interrupting", daemon=True)
    interrupter.start()
    interrupter.join(_STOP_WITHIN)


def _interrupt(thread: threading.Thread, finished: threading.Event) -> None:
    # Again and again, as something in it may catch the exception; but not before what it left has been cleaned up.
    patience = 0.0
    while thread.is_alive() and not finished.wait(patience):
        patience = _POLL
        if not _imports(thread):
            # SystemExit is what threads may end with without a traceback.
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit))
            patience = _AGAIN_AFTER


def _imports(thread: threading.Thread) -> bool:
    """Whether it is importing a module, half of which would be in nobody's way but the next one's that needs it."""
    frame = sys._current_frames().get(thread.ident or 0)
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False

"""From the process's arguments to its exit status: 0 when done; 2 for wrong usage or something that can't be used, with
one line on standard error that says what it is and what to do; 130 after Ctrl-C and 143 after SIGTERM or SIGHUP, at any
time, once everything is closed properly. Only results go to standard output.

This module imports nothing that takes time, so that a Ctrl-C is caught from the first moment on.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

from torch_opencv._system import signals

if TYPE_CHECKING:
    import typer

_PATIENCE_S = 1.0  # for threads to end, of which one may be compiling a network


def command() -> NoReturn:
    """``torch-opencv``: run the command line and end the process."""
    process(main)


def process(run: Callable[[], int]) -> NoReturn:
    """Run what gives an exit status, with the process's signals, and end the process with it."""
    signals.raise_first()
    try:
        status = run()
    except KeyboardInterrupt:
        status = signals.STATUS["interrupted"]
    except signals.Terminated:
        status = signals.STATUS["terminated"]
    signals.ignore()
    _leave(status)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit status. ``arguments``: None stands for the process's own."""
    given = sys.argv[1:] if arguments is None else arguments
    from torch_opencv.cli.errors import exit_status

    return exit_status(lambda: _run(given), given)


def _run(arguments: list[str]) -> object:
    if arguments == ["--version"]:  # quicker than importing all commands for it
        from torch_opencv import __version__

        print(f"torch-opencv {__version__}")
        return 0
    from torch_opencv.cli.commands import app

    return call(app, arguments)


def call(app: typer.Typer, arguments: list[str]) -> object:
    """Run a command line, raising whatever goes wrong."""
    import typer

    return typer.main.get_command(app).main(arguments, prog_name="torch-opencv", standalone_mode=False)


def _leave(status: int) -> NoReturn:
    """End the process, even if a thread goes on: a network that is being compiled, say, can't be interrupted."""
    import threading
    import time

    deadline = time.monotonic() + _PATIENCE_S
    others = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
    for thread in others:
        thread.join(max(0.0, deadline - time.monotonic()))
    if any(thread.is_alive() for thread in others):
        multiprocessing = sys.modules.get("multiprocessing")
        for child in multiprocessing.active_children() if multiprocessing else ():
            child.terminate()
    else:  # what waits for threads may be among it
        import atexit

        atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    # All is closed and written. To take every module and object of PyTorch apart takes another third of a second.
    os._exit(status)

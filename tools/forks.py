"""Pieces of work one after another, each in a fork: nothing is imported twice, and a crash ends one piece only."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Callable


def run_in_fork(work: Callable[[], object], timeout_s: int) -> str:
    """Do something in a fork of this process, in a new folder; what it prints is printed.

    Returns:
        how it failed: the last line of its exception, or what ended the process; nothing where all went well.
    """
    sys.stdout.flush()
    reading, writing = os.pipe()
    with tempfile.TemporaryDirectory() as folder:
        if (child := os.fork()) == 0:
            os.chdir(folder)
            signal.alarm(timeout_s)
            os.write(writing, _failure(work).encode()[:60_000])
            sys.stdout.flush()
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            failure = pipe.read()
        _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        return failure
    number = os.WTERMSIG(status)
    return f"no end after {timeout_s} s" if number == signal.SIGALRM else f"ended by {signal.Signals(number).name}"


def _failure(work: Callable[[], object]) -> str:
    try:
        work()
    except SystemExit as error:
        return f"exit status {error.code}" if error.code else ""
    except BaseException as error:
        return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
    return ""

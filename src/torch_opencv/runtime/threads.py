"""How many threads a network takes on the CPU: all for one frame, or a few each where several are computed at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import torch

_MOST_CALLERS = 8  # more than that decode, draw and record can keep up with

_limit: ContextVar[int | None] = ContextVar("limit", default=None)  # a thread begins with a context of its own


def count() -> int:
    """The threads that a network takes which is called here: as many as PyTorch's, or what `threads_per_call` says."""
    return _limit.get() or torch.get_num_threads()


@contextmanager
def threads_per_call(number: int) -> Iterator[None]:
    """Let networks that are called in this block, in this thread, take so many threads.

    Args:
        number: 1 or more.
    """
    before = _limit.set(number)
    try:
        yield
    finally:
        _limit.reset(before)


def shared_out() -> tuple[int, int]:
    """How many frames are best computed at once, and with how many threads each, where none is waited for by itself.

    Two threads don't halve a network's time, as its layers can't be divided evenly and wait for one another. Two frames
    with one thread each wait for nothing. docs/runtime.md has the figures.

    Returns:
        How many frames, and how many threads for each.
    """
    threads = torch.get_num_threads()
    callers = min(threads, _MOST_CALLERS)
    return callers, threads // callers

"""Small tables on a device, and how they are kept for all streams."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, TypeVar

import torch
from torch import Tensor

R = TypeVar("R")

_MOST = 64  # tables of one kind that are kept


def table(values: Sequence[float], dtype: torch.dtype, device: torch.device) -> Tensor:
    """A small table on a device, sent from pinned memory, so that the host does not wait for the copy."""
    on_host = torch.tensor(values, dtype=dtype)
    if device.type == "cuda":
        return on_host.pin_memory().to(device, non_blocking=True)
    return on_host.to(device)


def kept(make: Callable[..., R]) -> Callable[..., R]:
    """Keep what a function makes of its arguments, one of which is a device; the last 64.

    A table is sent on the stream that is current when it is first asked for. A stream that asks for it before it has
    arrived waits for it there; the host never does.
    """
    made: dict[tuple[Any, ...], tuple[R, torch.cuda.Event | None]] = {}
    making = Lock()

    @functools.wraps(make)
    def call(*args: Any) -> R:
        found = made.get(args)
        if found is None:
            result = make(*args)
            arrival = _arrival(_device_of(args))
            with making:
                made[args] = result, arrival
                if len(made) > _MOST:
                    del made[next(iter(made))]
            return result
        result, arrival = found
        # Within the capture of a CUDA graph no other event may be asked; what warmed up before it has arrived.
        if arrival is not None and not torch.cuda.is_current_stream_capturing():
            if arrival.query():  # type: ignore[no-untyped-call]
                with making:
                    if args in made:
                        made[args] = result, None
            else:
                arrival.wait(torch.cuda.current_stream(_device_of(args)))
        return result

    return call


def _device_of(args: Sequence[object]) -> torch.device:
    return next(x for x in args if isinstance(x, torch.device))


def _arrival(device: torch.device) -> torch.cuda.Event | None:
    """When what was sent to a device so far, on its current stream, is there; None where copies are done at once."""
    if device.type != "cuda":
        return None
    event = torch.cuda.Event()  # type: ignore[no-untyped-call]
    event.record(torch.cuda.current_stream(device))
    return event

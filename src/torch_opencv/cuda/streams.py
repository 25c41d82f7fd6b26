"""``cv.cuda.Stream`` and ``cv.cuda.Event``, over torch's.

Without a CUDA device there are no streams: work is done when a call returns, so that a stream is always complete, an
event happens when it is recorded, and waiting returns at once. Programs run unchanged.
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import Tensor

EVENT_DEFAULT = Event_DEFAULT = 0
EVENT_BLOCKING_SYNC = Event_BLOCKING_SYNC = 1
EVENT_DISABLE_TIMING = Event_DISABLE_TIMING = 2
EVENT_INTERPROCESS = Event_INTERPROCESS = 4


class Stream:
    """A CUDA stream on the current device: calls that are given it queue their work there, and return.

    ``Stream.Null()`` stands for torch's current stream, whichever that is when it is used; that is also what functions
    use that are given no stream, so that ``with torch.cuda.stream(s):`` is enough.

    Args:
        stream: the ``torch.cuda.Stream`` to speak for; by default a new one. OpenCV's flags make no difference: torch's
            streams never wait for the default one.
    """

    def __init__(self, stream: torch.Stream | int | None = None) -> None:
        if isinstance(stream, int):
            stream = None
        if stream is not None and not isinstance(stream, torch.Stream):
            raise TypeError(
                f"cv.cuda.Stream: argument 'stream' is {type(stream).__name__}: pass a torch.cuda.Stream, or nothing"
            )
        is_new = stream is None and torch.cuda.is_available()
        self._torch: Any = torch.cuda.Stream() if is_new else stream  # type: ignore[no-untyped-call]
        self.is_null = False

    @staticmethod
    def Null() -> Stream:  # noqa: N802
        """The stream that stands for torch's current one."""
        null = Stream.__new__(Stream)
        null._torch, null.is_null = None, True
        return null

    @property
    def torch(self) -> Any:
        """The ``torch.cuda.Stream``; None where there is no CUDA device."""
        return torch.cuda.current_stream() if self.is_null and torch.cuda.is_available() else self._torch

    def queryIfComplete(self) -> bool:  # noqa: N802
        """Whether all work queued so far is done. Does not wait."""
        return self.torch is None or bool(self.torch.query())

    def waitForCompletion(self) -> None:  # noqa: N802
        """Wait, on the host, until all work queued so far is done."""
        if self.torch is not None:
            self.torch.synchronize()

    def waitEvent(self, event: Event) -> None:  # noqa: N802
        """Let the work that is queued from now on wait for an event. The host does not wait."""
        if self.torch is not None and event.torch is not None:
            self.torch.wait_event(event.torch)

    def cudaPtr(self) -> int:  # noqa: N802
        """The address of the ``cudaStream_t``; 0 where there is none."""
        return 0 if self.torch is None else int(self.torch.cuda_stream)


def Stream_Null() -> Stream:  # noqa: N802
    """The stream that stands for torch's current one: ``Stream.Null()``."""
    return Stream.Null()


def wrapStream(cudaStreamMemoryAddress: int) -> Stream:  # noqa: N802, N803
    """A ``Stream`` for an existing ``cudaStream_t``, given as its address.

    Raises:
        RuntimeError: where torch sees no CUDA device.
    """
    if not torch.cuda.is_available():
        raise RuntimeError("cv.cuda.wrapStream: torch sees no CUDA device, so that there is no stream to wrap")
    return Stream(torch.cuda.ExternalStream(cudaStreamMemoryAddress))  # type: ignore[no-untyped-call]


class Event:
    """A point in a stream's work, to wait for and to measure time by.

    Args:
        flags: ``EVENT_DISABLE_TIMING``, ``EVENT_BLOCKING_SYNC`` and ``EVENT_INTERPROCESS``, or'ed.
    """

    def __init__(self, flags: int = EVENT_DEFAULT) -> None:
        self._timing = not flags & EVENT_DISABLE_TIMING
        self._recorded_at: float | None = None
        self.torch: Any = None
        if torch.cuda.is_available():
            self.torch = torch.cuda.Event(  # type: ignore[no-untyped-call]
                enable_timing=self._timing,
                blocking=bool(flags & EVENT_BLOCKING_SYNC),
                interprocess=bool(flags & EVENT_INTERPROCESS),
            )

    def record(self, stream: Stream | None = None) -> None:
        """Mark the work queued so far on a stream, by default torch's current one."""
        self._recorded_at = time.perf_counter()
        if self.torch is not None:
            self.torch.record(stream.torch if stream is not None else torch.cuda.current_stream())

    def queryIfComplete(self) -> bool:  # noqa: N802
        """Whether the marked work is done. Does not wait."""
        return self.torch is None or bool(self.torch.query())

    def waitForCompletion(self) -> None:  # noqa: N802
        """Wait, on the host, until the marked work is done."""
        if self.torch is not None:
            self.torch.synchronize()

    @staticmethod
    def elapsedTime(start: Event, end: Event) -> float:  # noqa: N802
        """Milliseconds between two events that have both happened.

        Raises:
            RuntimeError: for an event that was not recorded, or was made without timing.
        """
        for name, event in (("start", start), ("end", end)):
            if event._recorded_at is None:
                raise RuntimeError(f"cv.cuda.Event.elapsedTime: '{name}' was never recorded: call record() first")
            if not event._timing:
                raise RuntimeError(
                    f"cv.cuda.Event.elapsedTime: '{name}' was made with EVENT_DISABLE_TIMING: make it without"
                )
        if start.torch is not None:
            return float(start.torch.elapsed_time(end.torch))
        assert start._recorded_at is not None and end._recorded_at is not None
        return (end._recorded_at - start._recorded_at) * 1000.0


def Event_elapsedTime(start: Event, end: Event) -> float:  # noqa: N802
    """Milliseconds between two events: ``Event.elapsedTime``."""
    return Event.elapsedTime(start, end)


@contextlib.contextmanager
def work_on(stream: Stream | torch.Stream, tensors: Iterable[Tensor]) -> Iterator[None]:
    """Queue the work within on a stream. Without CUDA tensors, that changes nothing.

    Torch's allocator is told that the tensors are in use there, so that none of them is handed out again too early.
    """
    on_cuda = [tensor for tensor in tensors if tensor.is_cuda]
    if not on_cuda or (isinstance(stream, Stream) and stream.is_null):
        yield
        return
    queue: Any = stream.torch if isinstance(stream, Stream) else stream
    for tensor in on_cuda:
        tensor.record_stream(queue)
    with torch.cuda.stream(queue):
        yield


def in_use(results: Iterable[Tensor]) -> None:
    """Tell torch's allocator that results made on another stream are used on the current one from now on."""
    for result in results:
        if result.is_cuda:
            result.record_stream(torch.cuda.current_stream(result.device))


def state_in_use(owner: object) -> None:
    """Tell torch's allocator that the tensors an object holds are in use on the current stream.

    A background model, say, that was begun on another stream: what is replaced in it must not be handed out again
    there before the work here is done.
    """
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        in_use(held(vars(owner).values()))


def held(values: Iterable[object]) -> Iterator[Tensor]:
    """The tensors among values, and those within their lists, tuples and dataclasses."""
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from held(value)
        elif dataclasses.is_dataclass(value) and not isinstance(value, type):
            yield from held(vars(value).values())

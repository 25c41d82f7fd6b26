"""Between the CPU and a CUDA device without holding up anything else: pinned memory, copies that run beside the CPU's
own work, streams of one's own, and waiting for just what is needed.

torch gives pinned memory out again only once the copies from it and into it are done, so none is managed here. Where no
CUDA device has a part in it, every function here does the plain thing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import torch
from torch import Tensor


def staging(shape: Sequence[int], dtype: torch.dtype, device: torch.device) -> Tensor:
    """Memory on the CPU, not initialised, from which copies to a device are quickest: pinned, if that is CUDA's.

    Take new memory for every copy: what was given is still read after the copy has been asked for.

    Args:
        shape: of the tensor.
        dtype: of the tensor.
        device: where it will be copied to.
    """
    return torch.empty(tuple(shape), dtype=dtype, pin_memory=device.type == "cuda")


def to_device(tensor: Tensor, device: torch.device) -> Tensor:
    """A tensor on a device; from the CPU to CUDA without waiting, on the current stream.

    Args:
        tensor: may be written to at once, unless it is in pinned memory, from which it is read later.
        device: any.
    """
    if device.type == "cuda" and tensor.device.type == "cpu":
        return _pinned(tensor).to(device, non_blocking=True)
    return tensor.to(device)


def copy_into(target: Tensor, tensor: Tensor) -> None:
    """Copy a tensor from any device into one of the same shape, in the way of `to_device`."""
    staged = target.device.type == "cuda" and tensor.device.type == "cpu"
    target.copy_(_pinned(tensor) if staged else tensor, non_blocking=staged)


def to_cpu(*tensors: Tensor) -> tuple[Tensor, ...]:
    """The tensors on the CPU, complete. Waits only for what was begun on the current streams, and without spinning."""
    copies, events = [], []
    for tensor in tensors:
        if tensor.device.type != "cuda":
            copies.append(tensor.cpu())
            continue
        copy = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
        copies.append(copy.copy_(tensor, non_blocking=True))
        events.append(_recorded(torch.cuda.current_stream(tensor.device)))
    for event in events:
        event.synchronize()
    return tuple(copies)


@contextmanager
def own_streams() -> Iterator[Callable[[], None]]:
    """Run a block on CUDA streams of its own, which wait for what was begun before, and for nothing later.

    Only the devices that are in use already have one, as every device that is touched costs memory.

    Yields:
        A function that waits until all that was begun on them is done.

    """
    with ExitStack() as stack:
        streams = [torch.cuda.Stream(number) for number in _devices_in_use()]  # type: ignore[no-untyped-call]
        if streams:
            device = torch.cuda.current_device()
            for stream in streams:
                stream.wait_stream(torch.cuda.default_stream(stream.device))
                stack.enter_context(torch.cuda.stream(stream))
            stack.enter_context(torch.cuda.device(device))  # each stream has made its own device the current one

        def wait() -> None:
            for event in [_recorded(stream) for stream in streams]:
                event.synchronize()

        yield wait


def _pinned(tensor: Tensor) -> Tensor:
    """The tensor itself if it is pinned, else a pinned copy. (`Tensor.pin_memory` fails for expanded tensors.)"""
    return tensor if tensor.is_pinned() else torch.empty_like(tensor, pin_memory=True).copy_(tensor)


def _devices_in_use() -> list[int]:
    if not torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        return []
    return [number for number in range(torch.cuda.device_count()) if torch.cuda.memory_reserved(number)]


def _recorded(stream: torch.cuda.Stream) -> torch.cuda.Event:
    event = torch.cuda.Event(blocking=True)  # type: ignore[no-untyped-call]  # the waiting thread leaves its core to others
    event.record(stream)
    return event

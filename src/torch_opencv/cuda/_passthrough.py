"""What is not native, by the installed ``cv2.cuda``: tensors go in as GpuMats over the same memory, and come out so.

The work is queued on torch's current stream. A tensor that a GpuMat can't describe (channels apart) is handed over as a
copy, and copied back if it is what cv2 wrote.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda import _inputs, gpumat
from torch_opencv.cuda._images import channels
from torch_opencv.cuda._numbers import type_code
from torch_opencv.cuda.gpumat import GpuMat
from torch_opencv.cuda.streams import Stream

_theirs: Any = cv2.cuda
_device_type = "cuda"


def member(name: str) -> Any:
    """What stands here for a function, factory, class or constant of ``cv2.cuda``."""
    found = getattr(_theirs, name)
    return _function(name, found) if callable(found) else found


class Passed:
    """An object of ``cv2.cuda`` whose methods take and give tensors."""

    def __init__(self, of_cv2: Any) -> None:
        self._of_cv2 = of_cv2

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._of_cv2, name)
        return _function(f"{type(self._of_cv2).__name__}.{name}", found) if callable(found) else found


def _function(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function, assigned=("__name__", "__doc__"), updated=())
    def call(*args: Any, **kwargs: Any) -> Any:
        work = _Call(name)
        positional = [work.inward(x, str(i)) for i, x in enumerate(args)]
        keywords = {key: work.inward(x, key) for key, x in kwargs.items()}
        if "stream" in (function.__doc__ or "") and work.device is not None and not work.has_stream:
            keywords["stream"] = _theirs.wrapStream(torch.cuda.current_stream(work.device).cuda_stream)
        return work.outward(function(*positional, **keywords))

    return call


class _Call:
    """One call: which GpuMats were handed over for which tensors."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._given: dict[int, tuple[Any, Tensor]] = {}
        self._empties: list[Any] = []
        self._has_gpumat = False
        self.device: torch.device | None = None
        self.has_stream = False

    def inward(self, value: Any, argument: str) -> Any:
        """An argument as cv2 takes it."""
        if isinstance(value, Passed):
            return value._of_cv2
        if isinstance(value, (Stream, torch.Stream)):
            self.has_stream = True
            stream: Any = value.torch if isinstance(value, Stream) else value
            return _theirs.wrapStream(stream.cuda_stream)
        if isinstance(value, (list, tuple)) and any(_inputs.is_array(x) for x in value):
            return type(value)([self.inward(x, argument) for x in value])
        if not _inputs.is_array(value):
            return value
        tensor = _inputs.tensor(value, self._name, argument)
        if tensor.device.type != _device_type:
            raise TypeError(
                f"cv.cuda.{self._name}: argument '{argument}' is on {tensor.device}, and this goes to cv2.cuda: "
                "pass .cuda()"
            )
        self.device = tensor.device
        self._has_gpumat |= isinstance(value, GpuMat)
        if tensor.numel() == 0:
            self._empties.append(value)
            return _theirs.GpuMat()
        shared = tensor if _describable(tensor) else tensor.contiguous()
        self._given[shared.data_ptr()] = (value, shared)
        code = type_code(shared.dtype, channels(shared))
        step = shared.stride(0) * shared.element_size()
        return _theirs.createGpuMatFromCudaMemory(shared.shape[0], shared.shape[1], code, shared.data_ptr(), step)

    def outward(self, result: Any) -> Any:
        """A result as the caller gets it: what was passed, where cv2 wrote that."""
        if isinstance(result, (list, tuple)):
            return type(result)(self.outward(x) for x in result)
        if isinstance(result, _theirs.GpuMat):
            return self._array(result)
        is_theirs = type(result).__module__.split(".")[0] == "cv2"
        return Passed(result) if is_theirs else result

    def _array(self, result: Any) -> Any:
        if (given := self._given.get(result.cudaPtr())) is not None:
            value, shared = given
            target = value.tensor if isinstance(value, GpuMat) else value
            if shared is not target and isinstance(target, Tensor):
                target.copy_(shared)
            return value
        cols, rows = result.size()
        made = gpumat.of_memory(rows, cols, result.type(), result.cudaPtr(), result.step, result)
        if self._empties:  # which can only have been the places of results
            return _adopted(self._empties.pop(0), made)
        return GpuMat.over(made) if self._has_gpumat else made


def _adopted(empty: Tensor | GpuMat, made: Tensor) -> Tensor | GpuMat:
    if isinstance(empty, GpuMat):
        empty.tensor = made
    elif empty.dtype != made.dtype:
        return made
    else:
        empty.set_(made.untyped_storage(), made.storage_offset(), made.shape, made.stride())
    return empty


def _describable(tensor: Tensor) -> bool:
    """Whether a GpuMat can describe a tensor's memory: pixels and channels side by side, rows apart."""
    if tensor.ndim == 2:
        return tensor.stride(1) == 1 and tensor.stride(0) >= tensor.shape[1]
    cn = tensor.shape[2]
    return tensor.ndim == 3 and tensor.stride()[1:] == (cn, 1) and tensor.stride(0) >= tensor.shape[1] * cn

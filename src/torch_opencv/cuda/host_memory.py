"""Memory of the host that a CUDA device reads by itself: ``HostMem``, ``registerPageLocked``; and pools of buffers.

Copies from and to page-locked memory are queued without the host waiting. Without a CUDA device it is ordinary memory.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from torch_opencv.cuda import _numbers
from torch_opencv.cuda._images import channels, squeezed
from torch_opencv.cuda.gpumat import GpuMat
from torch_opencv.cuda.streams import Stream, work_on

HOST_MEM_PAGE_LOCKED = HostMem_PAGE_LOCKED = 1
HOST_MEM_SHARED = HostMem_SHARED = 2
HOST_MEM_WRITE_COMBINED = HostMem_WRITE_COMBINED = 4


class HostMem:
    """Page-locked memory of the host, (H, W) or (H, W, C).

    ``HostMem([alloc_type])`` is empty, ``HostMem(rows, cols, type[, alloc_type])`` and ``HostMem((width, height), type
    [, alloc_type])`` are new memory, ``HostMem(array[, alloc_type])`` is a copy of an array. The kinds of memory make
    no difference: all of it is page-locked. ``createMatHeader()`` is the tensor over it.
    """

    def __init__(self, *args: Any, alloc_type: int = HOST_MEM_PAGE_LOCKED) -> None:
        self.tensor = _locked((0,), torch.uint8)
        given = list(args)
        if not given or (len(given) == 1 and isinstance(given[0], int)):
            return
        if isinstance(given[0], (Tensor, np.ndarray)):
            source = given[0] if isinstance(given[0], Tensor) else torch.from_numpy(given[0])
            self.tensor = _locked(tuple(source.shape), source.dtype).copy_(source)
        elif isinstance(given[0], (tuple, list)):
            self.create(given[0][1], given[0][0], given[1])
        else:
            self.create(*given[:3])

    def create(self, rows: int, cols: int, type: int) -> None:
        """New memory, unless it is of that size and type already."""
        dtype, cn = _numbers.dtype_and_channels(type)
        shape = (rows, cols) if cn == 1 else (rows, cols, cn)
        if self.tensor.shape != shape or self.tensor.dtype != dtype:
            self.tensor = _locked(shape, dtype)

    def createMatHeader(self) -> Tensor:  # noqa: N802
        """The CPU tensor over the memory."""
        return self.tensor

    def clone(self) -> HostMem:
        """A copy with memory of its own."""
        return HostMem(self.tensor)

    def swap(self, b: HostMem) -> None:
        """Exchange memory with another."""
        self.tensor, b.tensor = b.tensor, self.tensor

    def reshape(self, cn: int, rows: int = 0) -> HostMem:
        """The same memory seen with other channels and rows (0: as it is).

        Raises:
            ValueError: where the elements can't be divided so.
        """
        height, elements = rows or self.size()[1], self.tensor.numel()
        cn = cn or self.channels()
        if elements % (height * cn):
            raise ValueError(f"cv.cuda.HostMem.reshape: {elements} elements can't be {height} rows of {cn} channels")
        made = HostMem()
        made.tensor = squeezed(self.tensor.view(height, elements // (height * cn), cn))
        return made

    def empty(self) -> bool:
        """Whether it has no elements."""
        return self.tensor.numel() == 0

    def size(self) -> tuple[int, int]:
        """Width and height."""
        return (0, 0) if self.empty() else (self.tensor.shape[1], self.tensor.shape[0])

    def channels(self) -> int:
        """How many channels it has."""
        return 1 if self.empty() else channels(self.tensor)

    def depth(self) -> int:
        """OpenCV's code of the elements' dtype, such as ``cv.CV_8U``."""
        return _numbers.CODES[self.tensor.dtype]

    def type(self) -> int:
        """OpenCV's code of dtype and channels, such as ``cv.CV_8UC3``."""
        return _numbers.type_code(self.tensor.dtype, self.channels())

    def elemSize1(self) -> int:  # noqa: N802
        """Bytes of one channel of a pixel."""
        return self.tensor.element_size()

    def elemSize(self) -> int:  # noqa: N802
        """Bytes of a pixel."""
        return self.elemSize1() * self.channels()

    @property
    def step(self) -> int:
        """Bytes between the beginnings of two rows."""
        return 0 if self.empty() else self.tensor.stride(0) * self.elemSize1()

    def step1(self) -> int:
        """Elements between the beginnings of two rows."""
        return self.step // self.elemSize1()

    def isContinuous(self) -> bool:  # noqa: N802
        """Whether its rows follow one another without gaps."""
        return self.tensor.is_contiguous()

    def __dlpack__(self, **options: Any) -> Any:
        return self.tensor.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self.tensor.__dlpack_device__()


def _locked(shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
    return torch.empty(shape, dtype=dtype, pin_memory=torch.cuda.is_available())


def _address(m: Any, function: str) -> tuple[int, int]:
    if not isinstance(m, (Tensor, np.ndarray)) or (isinstance(m, Tensor) and m.device.type != "cpu"):
        raise TypeError(f"cv.cuda.{function}: argument 'm' is {type(m).__name__}: pass a tensor on the CPU")
    tensor = m if isinstance(m, Tensor) else torch.from_numpy(m)
    return tensor.data_ptr(), tensor.untyped_storage().nbytes()


def registerPageLocked(m: Any) -> None:  # noqa: N802
    """Page-lock the memory of a CPU tensor or array. Without a CUDA device there is nothing to do.

    Raises:
        RuntimeError: where the driver refuses.
    """
    address, size = _address(m, "registerPageLocked")
    if torch.cuda.is_available():
        _check("registerPageLocked", _runtime().cudaHostRegister(address, size, 0))


def unregisterPageLocked(m: Any) -> None:  # noqa: N802
    """Undo :func:`registerPageLocked`.

    Raises:
        RuntimeError: where the driver refuses.
    """
    address, _ = _address(m, "unregisterPageLocked")
    if torch.cuda.is_available():
        _check("unregisterPageLocked", _runtime().cudaHostUnregister(address))


def _runtime() -> Any:
    return torch.cuda.cudart()  # type: ignore[no-untyped-call]


def _check(function: str, status: Any) -> None:
    if int(status) != 0:
        raise RuntimeError(f"cv.cuda.{function}: the CUDA driver refuses this memory, with error {int(status)}")


class BufferPool:
    """Hands out device memory for temporary use. It comes from torch's allocator, which is a pool itself.

    Args:
        stream: the stream that the memory is used on.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def getBuffer(self, *args: Any) -> GpuMat:  # noqa: N802
        """A ``GpuMat``: ``getBuffer(rows, cols, type)`` or ``getBuffer((width, height), type)``."""
        mat = GpuMat()
        with work_on(self._stream, [mat.tensor]):
            mat.create(*args)
        return mat


def setBufferPoolUsage(on: bool) -> None:  # noqa: N802
    """Nothing to do: torch's allocator is always a pool."""


def setBufferPoolConfig(deviceId: int, stackSize: int, stackCount: int) -> None:  # noqa: N802, N803
    """Nothing to do: torch's allocator grows as needed (see PYTORCH_CUDA_ALLOC_CONF)."""

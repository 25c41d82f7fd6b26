"""``cv.cuda.GpuMatND``: OpenCV's device array of any number of dimensions, as a thin name for a tensor.

In cv2's Python it has no methods; these are those of its C++ class. Functions of ``cv.cuda`` take one as they take any
array that shares its memory (DLPack), and return tensors then.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from torch_opencv.cuda import _numbers
from torch_opencv.cuda._over_tensor import OverTensor
from torch_opencv.cuda.devices import home
from torch_opencv.cuda.gpumat import GpuMat
from torch_opencv.cuda.streams import Stream, work_on


class GpuMatND(OverTensor):
    """An array on a device, of any number of dimensions.

    ``GpuMatND()`` is empty, ``GpuMatND(size, type)`` is new memory: ``size`` is the lengths of all dimensions, and the
    channels of ``type``, if there are several, are one more dimension of the tensor, the last. New memory is on torch's
    current CUDA device, or on the CPU where there is none.
    """

    def __init__(self, size: Sequence[int] = (), type: int = 0) -> None:
        self.tensor: Tensor = torch.empty(0, dtype=torch.uint8, device=home())
        self._channels = 1
        if len(size):
            self.create(size, type)

    @classmethod
    def over(cls, tensor: Tensor, channels: int = 1) -> GpuMatND:
        """A ``GpuMatND`` for a tensor; nothing is copied. Of several ``channels`` the tensor's last dimension is them.

        Raises:
            TypeError: for a dtype that OpenCV has no type for.
            ValueError: for channels that are not the tensor's last dimension.
        """
        if tensor.dtype not in _numbers.CODES:
            raise TypeError(f"cv.cuda.GpuMatND.over: argument 'tensor' is {tensor.dtype}, which OpenCV has no type for")
        if channels > 1 and (tensor.ndim < 2 or tensor.shape[-1] != channels):
            raise ValueError(
                f"cv.cuda.GpuMatND.over: argument 'channels' is {channels}, and the tensor is {tuple(tensor.shape)}: "
                "pass the length of its last dimension, or 1"
            )
        mat = cls.__new__(cls)
        mat.tensor, mat._channels = tensor, channels
        return mat

    # --- what it is -------------------------------------------------------------------------------------------------

    def empty(self) -> bool:
        """Whether it has no elements."""
        return self.tensor.numel() == 0

    @property
    def size(self) -> list[int]:
        """The lengths of its dimensions."""
        shape = [] if self.empty() else list(self.tensor.shape)
        return shape[:-1] if self._channels > 1 else shape

    @property
    def dims(self) -> int:
        """How many dimensions it has."""
        return len(self.size)

    @property
    def step(self) -> list[int]:
        """Bytes between neighbours along each dimension."""
        return [stride * self.elemSize1() for stride in self.tensor.stride()[: self.dims]]

    def channels(self) -> int:
        """How many channels it has."""
        return self._channels

    def depth(self) -> int:
        """OpenCV's code of the elements' dtype, such as ``cv.CV_8U``."""
        return _numbers.CODES[self.tensor.dtype]

    def type(self) -> int:
        """OpenCV's code of dtype and channels, such as ``cv.CV_8UC3``."""
        return _numbers.type_code(self.tensor.dtype, self._channels)

    def elemSize1(self) -> int:  # noqa: N802
        """Bytes of one channel of an element."""
        return self.tensor.element_size()

    def elemSize(self) -> int:  # noqa: N802
        """Bytes of an element."""
        return self.elemSize1() * self._channels

    def total(self) -> int:
        """How many elements it has."""
        return math.prod(self.size) if self.dims else 0

    def totalMemSize(self) -> int:  # noqa: N802
        """Bytes of all elements."""
        return self.total() * self.elemSize()

    def isContinuous(self) -> bool:  # noqa: N802
        """Whether its elements follow one another without gaps."""
        return self.tensor.is_contiguous()

    def getDevicePtr(self, *idx: int) -> int:  # noqa: N802
        """The address of an element, or of the first."""
        return self.tensor[idx].data_ptr() if idx else self.tensor.data_ptr()

    # --- its memory -------------------------------------------------------------------------------------------------

    def create(self, size: Sequence[int], type: int) -> None:
        """New memory, unless it has that size and type already."""
        dtype, channels = _numbers.dtype_and_channels(type)
        shape = (*size, channels) if channels > 1 else tuple(size)
        if tuple(self.tensor.shape) != shape or self.tensor.dtype != dtype:
            self.tensor = torch.empty(shape, dtype=dtype, device=self.tensor.device)
        self._channels = channels

    def release(self) -> None:
        """Let go of the memory; it is empty from then on."""
        self.tensor, self._channels = self.tensor.new_empty(0), 1

    def swap(self, m: GpuMatND) -> None:
        """Exchange memory with another."""
        self.tensor, m.tensor = m.tensor, self.tensor
        self._channels, m._channels = m._channels, self._channels

    def clone(self) -> GpuMatND:
        """A copy, without gaps."""
        return GpuMatND.over(self.tensor.clone(memory_format=torch.contiguous_format), self._channels)

    def upload(self, src: Tensor | np.ndarray[Any, Any], stream: Stream | None = None) -> None:
        """Copy a host array into it, of one channel; its memory is kept where size and type are the same.

        The host does not wait for the copy where ``src`` is a tensor in pinned memory.
        """
        source = torch.from_numpy(src) if isinstance(src, np.ndarray) else src
        GpuMatND.over(source)  # which refuses other dtypes
        if self.tensor.shape != source.shape or self.tensor.dtype != source.dtype:
            self.tensor, self._channels = torch.empty_like(source, device=self.tensor.device), 1
        with work_on(stream or Stream.Null(), [self.tensor]):
            self.tensor.copy_(source, non_blocking=True)

    def download(self, stream: Stream | None = None) -> Tensor:
        """Copy it to the host: a CPU tensor."""
        with work_on(stream or Stream.Null(), [self.tensor]):
            return torch.empty(self.tensor.shape, dtype=self.tensor.dtype).copy_(self.tensor)

    # --- views ------------------------------------------------------------------------------------------------------

    def __getitem__(self, ranges: Any) -> GpuMatND:
        """A part of it: a slice for each of the first dimensions, none of which goes away.

        Raises:
            TypeError: for anything but slices.
        """
        slices = ranges if isinstance(ranges, tuple) else (ranges,)
        if len(slices) > self.dims or not all(isinstance(x, slice) for x in slices):
            raise TypeError(f"cv.cuda.GpuMatND: of its {self.dims} dimensions a part is taken by slices: pass as many")
        return GpuMatND.over(self.tensor[slices], self._channels)

    def createGpuMatHeader(self, idx: Sequence[int] = ()) -> GpuMat:  # noqa: N802
        """The plane of its last two dimensions at an index of the others, in the same memory.

        Raises:
            ValueError: for an index of another length.
        """
        if len(idx) != self.dims - 2:
            raise ValueError(
                f"cv.cuda.GpuMatND.createGpuMatHeader: argument 'idx' is {tuple(idx)}, and of {self.dims} dimensions "
                f"two are the plane's: pass {max(self.dims - 2, 0)} numbers"
            )
        return GpuMat.over(self.tensor[tuple(idx)])

"""``cv.cuda.GpuMat``: OpenCV's device array as a thin name for a tensor, so that programs of cv2.cuda run unchanged.

A function of ``cv.cuda`` that is given a ``GpuMat`` returns one; given a tensor, a tensor. ``mat.tensor`` is the
tensor, ``GpuMat.over(tensor)`` the way back; neither copies.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from torch_opencv.cuda import _numbers
from torch_opencv.cuda._images import channels, computable, movable, squeezed
from torch_opencv.cuda._over_tensor import OverTensor
from torch_opencv.cuda.devices import home
from torch_opencv.cuda.streams import Stream, work_on


class GpuMat(OverTensor):
    """An image on a device, (H, W) or (H, W, C).

    ``GpuMat()`` is empty, ``GpuMat(rows, cols, type[, s])`` and ``GpuMat((width, height), type[, s])`` are new memory
    (filled with the scalar ``s``), ``GpuMat(m[, rowRange, colRange])`` and ``GpuMat(m, (x, y, w, h))`` are views of
    another, and ``GpuMat(array)`` uploads a host array. New memory is on torch's current CUDA device, or on the CPU
    where there is none.
    """

    def __init__(self, *args: Any) -> None:
        self.tensor: Tensor = torch.empty(0, dtype=torch.uint8, device=home())
        if not args:
            return
        first, *rest = args
        if isinstance(first, GpuMat):
            self.tensor = _part(first.tensor, rest)
        elif isinstance(first, (Tensor, np.ndarray)) and not rest:
            self.upload(first)
        else:
            size = (first, rest.pop(0)) if isinstance(first, int) else (first[1], first[0])
            self.create(size[0], size[1], rest[0])
            if len(rest) > 1:
                self.setTo(rest[1])

    @classmethod
    def over(cls, tensor: Tensor) -> GpuMat:
        """A ``GpuMat`` for a tensor; nothing is copied."""
        mat = cls.__new__(cls)
        mat.tensor = tensor
        return mat

    # --- what it is -------------------------------------------------------------------------------------------------

    def empty(self) -> bool:
        """Whether it has no elements."""
        return self.tensor.numel() == 0

    @property
    def rows(self) -> int:
        """Height."""
        return 0 if self.empty() else self.tensor.shape[0]

    @property
    def cols(self) -> int:
        """Width."""
        return 0 if self.empty() else self.tensor.shape[1]

    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.cols, self.rows

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

    def cudaPtr(self) -> int:  # noqa: N802
        """The address of the first element."""
        return self.tensor.data_ptr()

    # --- its memory -------------------------------------------------------------------------------------------------

    def create(self, *args: Any) -> None:
        """New memory of ``(rows, cols, type)`` or ``(size, type)``, unless that is what it has already."""
        rows, cols, code = args if len(args) == 3 else (args[0][1], args[0][0], args[1])
        dtype, cn = _numbers.dtype_and_channels(code)
        shape = (rows, cols) if cn == 1 else (rows, cols, cn)
        if self.tensor.shape != shape or self.tensor.dtype != dtype:
            self.tensor = torch.empty(shape, dtype=dtype, device=self.tensor.device)

    def release(self) -> None:
        """Let go of the memory; it is empty from then on."""
        self.tensor = self.tensor.new_empty(0)

    def swap(self, mat: GpuMat) -> None:
        """Exchange memory with another."""
        self.tensor, mat.tensor = mat.tensor, self.tensor

    def upload(self, arr: Tensor | np.ndarray[Any, Any], stream: Stream | None = None) -> None:
        """Copy a host array into it; its memory is kept where size and type are the same.

        The host does not wait for the copy where ``arr`` is a tensor in pinned memory.
        """
        source = squeezed(torch.from_numpy(arr) if isinstance(arr, np.ndarray) else arr)
        if self.tensor.shape != source.shape or self.tensor.dtype != source.dtype:
            self.tensor = torch.empty(source.shape, dtype=source.dtype, device=self.tensor.device)
        with work_on(stream or Stream.Null(), [self.tensor]):
            self.tensor.copy_(source, non_blocking=True)

    def download(self, *args: Any, dst: Tensor | None = None, stream: Stream | None = None) -> Tensor:
        """Copy it to the host: ``download([stream][, dst])``.

        With a stream and a ``dst`` in pinned memory the copy is only queued: wait for the stream before reading.

        Returns:
            A CPU tensor; ``dst``, if that is given.
        """
        for x in args:
            stream, dst = (x, dst) if isinstance(x, Stream) else (stream, x)
        target = torch.empty(self.tensor.shape, dtype=self.tensor.dtype) if dst is None else dst
        if target.shape != self.tensor.shape or target.dtype != self.tensor.dtype:
            raise ValueError(
                f"cv.cuda.GpuMat.download: argument 'dst' is {target.dtype} {tuple(target.shape)}, but the result is "
                f"{self.tensor.dtype} {tuple(self.tensor.shape)}: pass a tensor of that shape and dtype, or none"
            )
        with work_on(stream or Stream.Null(), [self.tensor]):
            return target.copy_(self.tensor, non_blocking=stream is not None)

    def clone(self) -> GpuMat:
        """A copy."""
        return GpuMat.over(self.tensor.clone(memory_format=torch.contiguous_format))

    def assignTo(self, m: GpuMat, type: int = -1) -> None:  # noqa: N802
        """Make ``m`` another name for this memory, or for a conversion of it."""
        m.tensor = self.tensor if type < 0 else self.convertTo(type).tensor

    # --- views ------------------------------------------------------------------------------------------------------

    def row(self, y: int) -> GpuMat:
        """One row, (1, W)."""
        return GpuMat.over(self.tensor[y : y + 1])

    def col(self, x: int) -> GpuMat:
        """One column, (H, 1)."""
        return GpuMat.over(self.tensor[:, x : x + 1])

    def rowRange(self, startrow: int | Sequence[int], endrow: int | None = None) -> GpuMat:  # noqa: N802
        """Some rows, given as ``(start, end)`` or as a range."""
        start, end = (startrow, endrow) if isinstance(startrow, int) else startrow
        return GpuMat.over(self.tensor[start:end])

    def colRange(self, startcol: int | Sequence[int], endcol: int | None = None) -> GpuMat:  # noqa: N802
        """Some columns, given as ``(start, end)`` or as a range."""
        start, end = (startcol, endcol) if isinstance(startcol, int) else startcol
        return GpuMat.over(self.tensor[:, start:end])

    def reshape(self, cn: int, rows: int = 0) -> GpuMat:
        """The same memory seen with other channels and rows (0: as it is).

        Raises:
            ValueError: where the elements can't be divided so, or the memory is not continuous enough.
        """
        height, elements = rows or self.rows, self.tensor.numel()
        cn = cn or self.channels()
        if elements % (height * cn):
            raise ValueError(f"cv.cuda.GpuMat.reshape: {elements} elements can't be {height} rows of {cn} channels")
        try:
            return GpuMat.over(squeezed(self.tensor.view(height, elements // (height * cn), cn)))
        except RuntimeError:
            raise ValueError("cv.cuda.GpuMat.reshape: the rows are apart in memory: call clone() first") from None

    # --- values -----------------------------------------------------------------------------------------------------

    def setTo(self, s: _numbers.Scalar, *args: Any, **kwargs: Any) -> GpuMat:  # noqa: N802
        """Fill it with a scalar: ``setTo(s[, mask][, stream])``. Returns itself."""
        mask, stream = _told_apart(args, kwargs, "mask")
        numbers = [_numbers.rounded(x, self.tensor.dtype) for x in _numbers.four(s)]
        with work_on(stream or Stream.Null(), [self.tensor]):
            filled = movable(self.tensor)
            for c in range(self.channels()):
                plane = filled if filled.ndim == 2 else filled[..., c]
                value = numbers[c] - 65536 if self.tensor.dtype == torch.uint16 and numbers[c] > 32767 else numbers[c]
                if mask is None:
                    plane.fill_(value)
                else:
                    plane.masked_fill_(_tensor(mask) != 0, value)
        return self

    def copyTo(self, *args: Any, **kwargs: Any) -> GpuMat:  # noqa: N802
        """Copy it: ``copyTo([dst])``, ``copyTo(stream[, dst])``, ``copyTo(mask, dst)``, ``copyTo(mask, stream, dst)``.

        With a mask, what is masked out stays as it is in ``dst``; a new ``dst`` is 0 there.
        """
        arrays = [x for x in args if not isinstance(x, Stream)]
        stream = kwargs.get("stream", next((x for x in args if isinstance(x, Stream)), None))
        dst = kwargs.get("dst", arrays.pop() if arrays and "dst" not in kwargs else None)
        mask = kwargs.get("mask", arrays.pop() if arrays else None)
        target = GpuMat.over(self.tensor.new_empty(0)) if dst is None else dst
        with work_on(stream or Stream.Null(), [self.tensor]):
            if target.tensor.shape != self.tensor.shape or target.tensor.dtype != self.tensor.dtype:
                target.tensor = torch.zeros_like(self.tensor, memory_format=torch.contiguous_format)
            if mask is None:
                target.tensor.copy_(self.tensor)
            else:
                keep = _tensor(mask) != 0
                keep = keep[..., None] if self.tensor.ndim == 3 else keep
                target.tensor.copy_(
                    torch.where(keep, movable(self.tensor), movable(target.tensor)).view(target.tensor.dtype)
                )
        return target

    def convertTo(self, rtype: int, *args: Any, **kwargs: Any) -> GpuMat:  # noqa: N802
        """Convert to another depth, ``saturate(x * alpha + beta)``.

        ``convertTo(rtype[, dst[, alpha[, beta]]])``, ``convertTo(rtype, stream[, dst])`` or
        ``convertTo(rtype, alpha, beta, stream[, dst])``. A negative ``rtype`` keeps the depth.
        """
        numbers = [x for x in args if isinstance(x, (int, float))]
        dst, stream = _told_apart([x for x in args if not isinstance(x, (int, float))], kwargs, "dst")
        alpha = kwargs.get("alpha", numbers[0] if numbers else 1.0)
        beta = kwargs.get("beta", numbers[1] if len(numbers) > 1 else 0.0)
        with work_on(stream or Stream.Null(), [self.tensor]):
            result = scaled(self.tensor, alpha, beta, _numbers.depth(rtype, self.tensor.dtype))
        if dst is None:
            return GpuMat.over(result)
        if dst.tensor.shape == result.shape and dst.tensor.dtype == result.dtype:
            dst.tensor.copy_(result)
        else:
            dst.tensor = result
        return dst  # type: ignore[no-any-return]


def scaled(values: Tensor, alpha: float, beta: float, dtype: torch.dtype) -> Tensor:
    """``saturate(values * alpha + beta)``, in float32; in float64 for int32 and float64 (OpenCV: ``convertTo``)."""
    if alpha == 1 and beta == 0:
        return _numbers.saturate(values, dtype)
    wide = {torch.int32, torch.float64} & {values.dtype, dtype}
    return _numbers.saturate(computable(values).to(torch.float64 if wide else torch.float32) * alpha + beta, dtype)


def createContinuous(rows: int, cols: int, type: int, arr: GpuMat | None = None) -> GpuMat:  # noqa: N802
    """A ``GpuMat`` whose rows follow one another without gaps; ``arr`` itself, if that is given."""
    mat = GpuMat() if arr is None else arr
    mat.create(rows, cols, type)
    mat.tensor = mat.tensor.contiguous()
    return mat


def ensureSizeIsEnough(rows: int, cols: int, type: int, arr: GpuMat | None = None) -> GpuMat:  # noqa: N802
    """Make ``arr`` ``(rows, cols)`` of a type: a view of its memory where that is large enough, else new memory."""
    mat = GpuMat() if arr is None else arr
    if not mat.empty() and mat.type() == type and mat.rows >= rows and mat.cols >= cols:
        mat.tensor = mat.tensor[:rows, :cols]
    else:
        mat.create(rows, cols, type)
    return mat


def createGpuMatFromCudaMemory(  # noqa: N802
    rows: int,
    cols: int,
    type: int,
    cudaMemoryAddress: int,  # noqa: N803
    step: int = 0,
) -> GpuMat:
    """A ``GpuMat`` over device memory at an address, which it does not own; ``step`` is bytes from row to row.

    Raises:
        RuntimeError: where torch sees no CUDA device.
    """
    if not torch.cuda.is_available():
        raise RuntimeError("cv.cuda.createGpuMatFromCudaMemory: torch sees no CUDA device, and so no memory of one")
    return GpuMat.over(of_memory(rows, cols, type, cudaMemoryAddress, step))


def of_memory(rows: int, cols: int, code: int, address: int, step: int, owner: object = None) -> Tensor:
    """A tensor over device memory at an address; it keeps ``owner`` alive."""
    dtype, cn = _numbers.dtype_and_channels(code)
    return squeezed(torch.as_tensor(_Memory((rows, cols, cn), dtype, address, step, owner), device="cuda"))


class _Memory:
    """Device memory as others describe it to torch, which holds on to the description."""

    def __init__(self, shape: tuple[int, int, int], dtype: torch.dtype, address: int, step: int, owner: object) -> None:
        kind = "f" if dtype.is_floating_point else ("u" if dtype in (torch.uint8, torch.uint16) else "i")
        item, cn = dtype.itemsize, shape[2]
        self.owner = owner
        self.__cuda_array_interface__ = {
            "shape": shape,
            "typestr": f"<{kind}{item}",
            "data": (address, False),
            "strides": (step or shape[1] * cn * item, cn * item, item),
            "version": 3,
        }


def _part(tensor: Tensor, where: list[Any]) -> Tensor:
    if not where:
        return tensor
    if len(where) == 1:
        x, y, w, h = where[0]
        return tensor[y : y + h, x : x + w]
    rows, columns = where
    return tensor[slice(*rows), slice(*columns)]


def _tensor(mask: GpuMat | Tensor) -> Tensor:
    return mask.tensor if isinstance(mask, GpuMat) else mask


def _told_apart(args: Sequence[Any], kwargs: dict[str, Any], name: str) -> tuple[Any, Stream | None]:
    """An array called ``name`` and a stream, in either order or by name."""
    array, stream = kwargs.get(name), kwargs.get("stream")
    for x in args:
        array, stream = (array, x) if isinstance(x, Stream) else (x, stream)
    return array, stream

"""Tensor <-> Mat: the only module that shares or copies image memory.

cv2 speaks numpy arrays, which describe memory as a ``cv::Mat`` does; so does a strided CPU tensor. Nothing is copied
on the way in or out. What can't be shared is refused with a ``TypeError`` that says what to do, and outputs that no
``Mat`` can describe are staged: handed over as a contiguous copy, and copied back once OpenCV has written it.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Array = NDArray[np.generic]

_NUMPY = {
    torch.uint8: np.uint8,
    torch.int8: np.int8,
    torch.uint16: np.uint16,
    torch.int16: np.int16,
    torch.int32: np.int32,
    torch.float16: np.float16,
    torch.float32: np.float32,
    torch.float64: np.float64,
    torch.bool: np.bool_,
    torch.uint32: np.uint32,
    torch.int64: np.int64,
    torch.uint64: np.uint64,
}


def _supports(dtype: type[np.generic]) -> bool:
    """Whether the installed cv2 takes this dtype as it is. (It silently narrows 64-bit integers to 32 bits.)"""
    try:
        return bool(cv2.flip(np.zeros((1, 1), dtype), 0).dtype == dtype)
    except cv2.error:
        return False


SUPPORTED_DTYPES = frozenset(dtype for dtype, numpy_dtype in _NUMPY.items() if _supports(numpy_dtype))
"""The tensor dtypes that the installed OpenCV holds in a Mat."""

_CLOSEST = {
    torch.int64: torch.int32,
    torch.uint64: torch.int32,
    torch.uint32: torch.int32,
    torch.bfloat16: torch.float32,
    torch.bool: torch.uint8,
}

adopt = torch.from_numpy
"""The tensor over an array's memory; it keeps the array alive. Nothing is copied."""


class RefusedError(TypeError):
    """A tensor that can't be shared; the message lacks only the names of function and argument."""


class OffCpuError(RefusedError):
    """A tensor on another device; the binding knows whether ``cv.cuda`` has the function."""


def share(tensor: Tensor) -> Array:
    """An array over the memory of a CPU tensor, as an input.

    Nothing is copied, unless the tensor's negation is still to be done (``torch.Tensor.is_neg``).

    Raises:
        RefusedError: for a dtype that the installed OpenCV can't hold, another device than the CPU, a tensor that
            requires grad, and sparse, quantised, nested, meta or complex tensors; the message says what to do.
    """
    _check(tensor)
    if tensor.dtype not in SUPPORTED_DTYPES:
        if tensor.dtype == torch.bool:  # OpenCV 4 has no bool; its masks are uint8, zero or not, as torch stores it
            return share(tensor.view(torch.uint8))
        raise RefusedError(_why_unsupported(tensor.dtype))
    return numbers(tensor if tensor.ndim < 2 or tensor.is_contiguous() or rows_apart(tensor) else tensor.contiguous())


def rows_apart(tensor: Tensor) -> bool:
    """Whether the rows of a 2- or 3-dim tensor lie one after the other, so that cv2 can be left to look at the rest.

    It takes rows that overlap for a Mat, although most of OpenCV does not expect a step shorter than the row.
    """
    return tensor.ndim < 4 and tensor.stride(0) >= tensor.stride(1) * tensor.shape[1]


def numbers(tensor: Tensor) -> Array:
    """An array of any dtype that numpy has, for points and the like, which OpenCV reads number by number."""
    _check(tensor)
    if tensor.dtype == torch.bfloat16:
        tensor = tensor.float()
    array: Array = tensor.resolve_neg().numpy()
    return array


def is_unsupported_number(tensor: Tensor) -> bool:
    """Whether OpenCV can hold a tensor's dtype in no array, but its elements are ordinary numbers."""
    return tensor.dtype not in SUPPORTED_DTYPES and tensor.dtype != torch.bool and not tensor.is_complex()


class Output:
    """A tensor that OpenCV is to write, and the array that it is handed over as.

    ``array`` shares the tensor's memory where a Mat can describe it, otherwise it is a contiguous copy, and
    :meth:`finish` copies it back.

    Raises:
        RefusedError: as :func:`share`, and for an expanded tensor, several elements of which are one place in memory.
    """

    __slots__ = ("array", "staged", "tensor")

    def __init__(self, tensor: Tensor) -> None:
        _check(tensor)
        if any(stride == 0 and size > 1 for size, stride in zip(tensor.shape, tensor.stride(), strict=True)):
            raise RefusedError("is an expanded view, whose elements share memory, and can't be written: pass .clone()")
        self.tensor = tensor
        # OpenCV 4 would put 255 into a bool's byte; the copy back makes it True.
        self.staged = tensor.dtype not in SUPPORTED_DTYPES or tensor.is_neg() or not _describable(tensor)
        self.array = share(tensor.clone(memory_format=torch.contiguous_format) if self.staged else tensor)

    @classmethod
    def sharing(cls, tensor: Tensor, array: Array) -> Output:
        """An output that is shared already: ``array`` is over the tensor's memory."""
        self = cls.__new__(cls)
        self.tensor, self.array, self.staged = tensor, array, False
        return self

    def finish(self) -> Tensor:
        """Bring what OpenCV wrote into the tensor, and return it."""
        if self.staged:
            self.tensor.copy_(adopt(self.array))
        return self.tensor

    def take(self, made: Tensor) -> Tensor:
        """OpenCV made a result of its own instead of writing ours: an empty tensor adopts it, as torch's ``out=`` does.

        Raises:
            ValueError: for a tensor that isn't empty; the message lacks the names of function and argument.
        """
        if self.tensor.numel() == 0 and made.dtype == self.tensor.dtype:
            self.tensor.set_(made.untyped_storage(), made.storage_offset(), made.shape, made.stride())
            return self.tensor
        raise ValueError(
            f"is {_describe(self.tensor)}, but the result is {_describe(made)}, so that nothing was written to it: "
            "pass a tensor of that shape and dtype, an empty one of that dtype, or none"
        )


def is_plain(tensor: Tensor) -> bool:
    """Whether a Mat can describe an output's memory beyond doubt, told quickly.

    Torch calls a tensor contiguous whatever the strides of its dimensions of size 1; cv2 looks at those too.
    """
    return tensor.is_contiguous() and tensor.size(1) > 1 and tensor.size(-1) > 1 and tensor.ndim < 4


def _describable(tensor: Tensor) -> bool:
    """Whether a Mat can describe a tensor's memory: what cv2 demands of an output's layout, and rows that are apart."""
    shape, stride = tensor.shape, tensor.stride()
    last = len(shape) - 1
    if shape[last] > 1 and stride[last] != 1:
        return False
    if any(shape[i] > 1 and stride[i] < max(stride[i + 1], shape[i + 1] * stride[i + 1]) for i in range(last)):
        return False
    return len(shape) != 3 or stride[1] == shape[2]


def _check(tensor: Tensor) -> None:
    """Refuse the tensors that have no plain memory on the CPU."""
    if tensor.is_nested:
        raise RefusedError("is a nested tensor: pass its parts, as .unbind() gives them")
    if tensor.layout != torch.strided:
        layout = str(tensor.layout).removeprefix("torch.")
        raise RefusedError(f"is a {layout} tensor, and OpenCV needs a dense one: pass .to_dense()")
    if tensor.is_quantized:
        raise RefusedError("is a quantised tensor: pass .int_repr() or .dequantize()")
    if tensor.is_meta:
        raise RefusedError("is on the meta device and has no data: make it on the CPU")
    if tensor.device.type != "cpu":
        raise OffCpuError(f"is on {tensor.device}, and this is a CPU function")
    if tensor.is_complex():
        raise RefusedError(f"is {tensor.dtype}: pass torch.view_as_real(...), which OpenCV takes as two channels")
    if tensor.requires_grad:
        raise RefusedError("requires grad, and OpenCV's work can't be differentiated: pass .detach()")


def _why_unsupported(dtype: torch.dtype) -> str:
    hint = f": pass .to({closest})" if (closest := _CLOSEST.get(dtype)) else ": convert it with .to(...)"
    return f"is {dtype}, which OpenCV {cv2.__version__} can't hold{hint}"


def _describe(tensor: Tensor) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"

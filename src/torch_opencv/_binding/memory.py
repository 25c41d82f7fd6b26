"""Tensor <-> Mat: the only module that shares or copies image memory.

cv2 speaks numpy arrays, which describe memory as a ``cv::Mat`` does; so does a strided CPU tensor. Nothing is copied
on the way in or out, but 64-bit integers, which OpenCV's Python interface takes as 32-bit ones. What can't be shared is
refused with a ``TypeError`` that says what to do, and outputs that no ``Mat`` can describe are staged: handed over as a
contiguous copy, and copied back once OpenCV has written it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch._C._functorch import is_functorch_wrapped_tensor
from torch._subclasses import FakeTensor
from torch.autograd import forward_ad
from torch.autograd.graph import increment_version

from torch_opencv._binding.outputs import RefusedError, check_writable

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
        array: Any = np.zeros((1, 1), dtype)
        return bool(cv2.flip(array, 0).dtype == dtype)
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

_NARROWED = frozenset((torch.int64, torch.uint64)) - SUPPORTED_DTYPES
"""The dtypes that OpenCV's Python interface takes for int32."""

to_tensor = torch.from_numpy
"""The tensor over an array's memory; it keeps the array alive. Nothing is copied."""


try:
    torch._C._increment_version((torch.empty(0),))
    increment_versions: Callable[[tuple[Tensor, ...]], None] = torch._C._increment_version
except TypeError:  # older than torch 2.7
    increment_versions = increment_version
"""Tell autograd that tensors were written behind its back: what `torch.autograd.graph.increment_version` calls."""


class OffCpuError(RefusedError):
    """A tensor on another device; whoever knows the function's name knows whether ``cv.cuda`` has it."""


def to_array(tensor: Tensor) -> Array:
    """An array over the memory of a CPU tensor, as an input.

    >>> import torch
    >>> tensor = torch.zeros(2, 3)
    >>> to_array(tensor)[0, 0] = 1  # the tensor's own memory
    >>> tensor[0]
    tensor([1., 0., 0.])

    Args:
        tensor: is not copied, unless its negation is still to be done (``torch.Tensor.is_neg``), its layout is none
            that a Mat has, or its elements are 64-bit integers.

    Raises:
        RefusedError: for a dtype that the installed OpenCV can't hold, 64-bit integers that don't fit into 32 bits,
            another device than the CPU, a tensor that requires grad, and sparse, quantised, nested, meta, complex, fake
            or functorch's tensors; the message says what to do.
    """
    _check(tensor)
    if tensor.dtype in SUPPORTED_DTYPES:
        return numbers(
            tensor if tensor.ndim < 2 or tensor.is_contiguous() or rows_apart(tensor) else tensor.contiguous()
        )
    if tensor.dtype == torch.bool:  # OpenCV 4 has no bool; its masks are uint8, zero or not, as torch stores it
        return to_array(tensor.view(torch.uint8))
    if tensor.dtype in _NARROWED:
        return _narrowed(numbers(tensor))
    raise RefusedError(_why_unsupported(tensor.dtype))


def _narrowed(array: Array) -> Array:
    """64-bit integers as int32, which cv2 makes of them too, but without a look at what is cut off."""
    limits = np.iinfo(np.int32)
    for extreme in (array.min(), array.max()) if array.size else ():
        if not limits.min <= extreme <= limits.max:
            raise RefusedError(
                f"is torch.{array.dtype} and holds {extreme}; OpenCV {cv2.__version__} takes 32 bits of it: "
                "pass .to(torch.float64)"
            )
    return array.astype(np.int32, order="C")


def rows_apart(tensor: Tensor) -> bool:
    """Whether the rows of a 2- or 3-dim tensor lie one after the other, so that cv2 can be left to look at the rest.

    It takes rows that overlap for a Mat, although most of OpenCV does not expect a step shorter than the row.
    """
    return tensor.ndim < 4 and tensor.stride(0) >= tensor.stride(1) * tensor.shape[1]


def numbers(tensor: Tensor) -> Array:
    """An array of any dtype that numpy has, for points and the like, which OpenCV reads number by number.

    Args:
        tensor: on the CPU; bfloat16 becomes float32.

    Raises:
        RefusedError: as `to_array`, but for the dtypes.
    """
    _check(tensor)
    if tensor.dtype == torch.bfloat16:
        tensor = tensor.float()
    array: Array = tensor.resolve_neg().numpy()
    return array


class Output:
    """A tensor that OpenCV is to write, and the array that it is handed over as.

    ``array`` shares the tensor's memory where a Mat can describe it, otherwise it is a contiguous copy, and
    :meth:`finish` copies it back.

    Args:
        tensor: on the CPU; an empty one may have any dtype.

    Raises:
        RefusedError: as :func:`to_array`, for 64-bit integers whatever their values, and for an expanded tensor.
    """

    __slots__ = ("array", "staged", "tensor")

    def __init__(self, tensor: Tensor) -> None:
        _check(tensor)
        check_writable(tensor)
        self.tensor = tensor
        supported = tensor.dtype in SUPPORTED_DTYPES
        # OpenCV 4 would put 255 into a bool's byte; the copy back makes it True.
        self.staged = not supported or tensor.is_neg() or not _describable(tensor)
        if supported or tensor.dtype == torch.bool:
            self.array = to_array(tensor.clone(memory_format=torch.contiguous_format) if self.staged else tensor)
        elif tensor.numel() == 0:
            self.array = np.empty(tuple(tensor.shape), np.uint8)
        else:
            raise RefusedError(_why_unsupported(tensor.dtype))

    @classmethod
    def sharing(cls, tensor: Tensor, array: Array) -> Output:
        """An output that is shared already.

        Args:
            tensor: what OpenCV has written to.
            array: is over its memory.
        """
        self = cls.__new__(cls)
        self.tensor, self.array, self.staged = tensor, array, False
        return self

    def finish(self) -> Tensor:
        """Bring what OpenCV wrote into the tensor, tell autograd of it, and return the tensor."""
        if self.staged:
            with (
                torch.inference_mode()
            ):  # in which nothing forbids it that doesn't forbid OpenCV to write to the memory
                self.tensor.copy_(to_tensor(self.array))
        increment_versions((self.tensor,))
        return self.tensor


def staged(tensor: Tensor) -> Array | None:
    """A contiguous copy of an output that no Mat can describe, to be brought back by :func:`unstage`.

    Args:
        tensor: that numpy can share.

    Returns:
        The copy; None unless each element has memory of its own, and there are several along each dimension.
    """
    shape, reach = tensor.shape, 1
    if not 1 < len(shape) < 4 or min(shape) < 2:
        return None
    for step, size in sorted(zip(tensor.stride(), shape, strict=True)):
        if step < reach:
            return None
        reach = step * size
    return None if _describable(tensor) else np.array(tensor.numpy(), order="C")


def unstage(tensor: Tensor, array: Array) -> None:
    """Bring what OpenCV wrote to a staged array into the tensor."""
    np.copyto(tensor.numpy(), array)


def is_plain(tensor: Tensor, array: Array) -> bool:
    """Whether a Mat can describe an output's memory beyond doubt, told quickly; ``array`` is over it, or over a copy.

    Torch calls a tensor contiguous whatever the strides of its dimensions of size 1; cv2 looks at those too.
    """
    shape = array.shape
    return 1 < len(shape) < 4 and shape[1] > 1 and shape[-1] > 1 and tensor.is_contiguous()


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
    if isinstance(tensor, FakeTensor):
        raise RefusedError(
            "is a FakeTensor and has no data: call this function outside of FakeTensorMode and torch.export"
        )
    if is_functorch_wrapped_tensor(tensor):
        raise RefusedError(
            "belongs to a transform of torch.func (vmap, jvp, grad, functionalize), which OpenCV can't follow"
        )
    if tensor.is_nested:
        raise RefusedError("is a nested tensor: pass its parts, as .unbind() gives them")
    if tensor.layout != torch.strided:
        layout = str(tensor.layout).removeprefix("torch.")
        raise RefusedError(f"is a {layout} tensor, and OpenCV needs a dense one: pass .to_dense()")
    if tensor.is_quantized:
        raise RefusedError("is a quantised tensor: pass .int_repr() or .dequantize()")
    if tensor.is_meta:
        raise RefusedError("is on the meta device and has no data: make it on the CPU")
    if not tensor.is_cpu:
        raise OffCpuError(f"is on {tensor.device}, and this is a CPU function")
    if tensor.is_complex():
        raise RefusedError(f"is {tensor.dtype}: pass torch.view_as_real(...), which OpenCV takes as two channels")
    if forward_ad._current_level >= 0 and forward_ad.unpack_dual(tensor).tangent is not None:  # type: ignore[no-untyped-call]
        raise RefusedError("carries a tangent, and OpenCV's work can't be differentiated: pass unpack_dual(...).primal")
    if tensor.requires_grad:
        raise RefusedError("requires grad, and OpenCV's work can't be differentiated: pass .detach()")


def _why_unsupported(dtype: torch.dtype) -> str:
    hint = f": pass .to({closest})" if (closest := _CLOSEST.get(dtype)) else ": convert it with .to(...)"
    return f"is {dtype}, which OpenCV {cv2.__version__} can't hold{hint}"

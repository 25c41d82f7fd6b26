"""OpenCV's module ``cudaarithm``: comparisons, bits, and choices between elements. As the CPU functions.

Arrays and scalars are as in :mod:`~torch_opencv.cuda.arithm`, but a number alone is for the first channel only, and the
others' is 0, as with the CPU functions.
"""

from __future__ import annotations

from typing import Any

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda import _numbers
from torch_opencv.cuda._calls import Image, Operand, Out, native, refuse
from torch_opencv.cuda._images import channels, computable, squeezed
from torch_opencv.cuda._numbers import Scalar, is_integer
from torch_opencv.cuda.arithm import same_shape, scalar_for, scalar_of
from torch_opencv.cuda.kernels import elementwise
from torch_opencv.cuda.streams import Stream

# --- comparisons and bits ---------------------------------------------------------------------------------------------

_COMPARISONS = {
    cv2.CMP_EQ: torch.eq,
    cv2.CMP_GT: torch.gt,
    cv2.CMP_GE: torch.ge,
    cv2.CMP_LT: torch.lt,
    cv2.CMP_LE: torch.le,
    cv2.CMP_NE: torch.ne,
}
_MIRRORED = {cv2.CMP_GT: cv2.CMP_LT, cv2.CMP_GE: cv2.CMP_LE, cv2.CMP_LT: cv2.CMP_GT, cv2.CMP_LE: cv2.CMP_GE}


def _bytes(condition: Tensor) -> Tensor:
    """255 where it holds."""
    return condition.to(torch.uint8) * 255


def _compare(src1: Any, src2: Any, cmpop: int) -> Tensor:
    if cmpop not in _COMPARISONS:
        raise refuse("cmpop", f"is {cmpop}: pass one of cv.CMP_EQ, CMP_GT, CMP_GE, CMP_LT, CMP_LE, CMP_NE")
    if not isinstance(src1, Tensor):
        return _compare(src2, src1, _MIRRORED.get(cmpop, cmpop))
    src1 = squeezed(src1)
    if isinstance(src2, Tensor) and src2.ndim:
        src2 = squeezed(src2)
        same_shape(src1, src2)
        if src1.dtype != src2.dtype:
            raise refuse("src2", f"is {src2.dtype}, and 'src1' {src1.dtype}: pass arrays of one dtype")
        return _bytes(_COMPARISONS[cmpop](computable(src1), computable(src2)))
    scalar, _ = scalar_for(src1, src2, "src2", as_image=False, alone_is_all=False)
    return _bytes(_COMPARISONS[cmpop](computable(src1), scalar))


@native("cudaarithm")
def compare(src1: Operand, src2: Operand, cmpop: int, dst: Out = None, stream: Stream | None = None) -> Tensor:
    """255 where two arrays, or an array and a scalar, compare as asked; 0 elsewhere.

    Args:
        src1: an image, a batch or a scalar.
        src2: an image, a batch or a scalar; a number alone is for the first channel, and the others' is 0.
        cmpop: ``cv.CMP_EQ``, ``CMP_GT``, ``CMP_GE``, ``CMP_LT``, ``CMP_LE`` or ``CMP_NE``.
        dst: where to write the result.
        stream: the stream to work on.

    Returns:
        uint8, of the shape of the arrays.
    """
    return _compare(src1, src2, cmpop)


@native("cudaarithm")
def compareWithScalar(  # noqa: N802
    src1: Operand, src2: Operand, cmpop: int, dst: Out = None, stream: Stream | None = None
) -> Tensor:
    """:func:`compare` with a scalar. Arguments as that one's."""
    return _compare(src1, src2, cmpop)


@native("cudaarithm")
def inRange(src: Image, lowerb: Scalar, upperb: Scalar, dst: Out = None, stream: Stream | None = None) -> Tensor:  # noqa: N802
    """255 where every channel lies between two scalars, both included.

    Args:
        src: an image or batch.
        lowerb: the lower bounds, one for each channel; rounded where ``src`` is of integers.
        upperb: the upper bounds.
        dst: where to write the result.
        stream: the stream to work on.

    Returns:
        uint8, (H, W); of a batch (N, H, W, 1).
    """
    src = squeezed(src)
    whole = is_integer(src.dtype)
    low, high = (
        tuple(round(x) if whole else x for x in scalar_of(v, n)) for v, n in ((lowerb, "lowerb"), (upperb, "upperb"))
    )
    wide = torch.float64 if src.dtype in (torch.int32, torch.float64) else torch.float32
    try:
        bounds = [_numbers.per_channel(x, channels(src), wide, src.device) for x in (low, high)]
    except ValueError as error:
        raise refuse("lowerb", f"{error}: split the image first") from None
    wider = computable(src)
    inside = (wider >= bounds[0]) & (wider <= bounds[1])
    return _bytes(inside if src.ndim == 2 else inside.all(-1, keepdim=src.ndim == 4))


def _bitwise(kind: Any, src1: Any, src2: Any) -> Tensor:
    if not isinstance(src1, Tensor):
        src1, src2 = src2, src1
    src1 = squeezed(src1)
    if isinstance(src2, Tensor) and src2.ndim:
        src2 = squeezed(src2)
        same_shape(src1, src2)
        if src1.dtype != src2.dtype:
            raise refuse("src2", f"is {src2.dtype}, and 'src1' {src1.dtype}: pass arrays of one dtype")
        return kind(elementwise.bits(src1), elementwise.bits(src2)).view(src1.dtype)  # type: ignore[no-any-return]
    if not is_integer(src1.dtype):
        raise refuse("src1", f"is {src1.dtype}, whose bits a scalar has no meaning for: pass integers")
    scalar, _ = scalar_for(src1, src2, "src2", as_image=True, alone_is_all=False)
    wide = src1.to(torch.int64)
    mask = scalar.to(torch.int64) if isinstance(scalar, Tensor) else torch.full((), int(scalar), device=src1.device)
    return kind(wide, mask).to(src1.dtype)  # type: ignore[no-any-return]


@native("cudaarithm", masked=True)
def bitwise_not(src: Image, dst: Out = None, mask: Tensor | None = None, stream: Stream | None = None) -> Tensor:
    """Every bit of an array the other way round, of floats too. ``mask`` as :func:`add`'s."""
    src = squeezed(src)
    return elementwise.bits(src).bitwise_not().view(src.dtype)


@native("cudaarithm", masked=True)
def bitwise_and(
    src1: Operand, src2: Operand, dst: Out = None, mask: Tensor | None = None, stream: Stream | None = None
) -> Tensor:
    """The bits that are set in both of two arrays, or in an array and a scalar.

    A scalar is rounded to the array's dtype; a number alone is for the first channel, and the others' is 0. ``mask`` as
    :func:`add`'s.

    Args:
        src1, src2: two arrays of one shape and dtype, or one of them a scalar.
        dst: where to write the result.
        mask: as :func:`add`'s.
        stream: the stream to work on.
    """
    return _bitwise(torch.bitwise_and, src1, src2)


@native("cudaarithm", masked=True)
def bitwise_or(
    src1: Operand, src2: Operand, dst: Out = None, mask: Tensor | None = None, stream: Stream | None = None
) -> Tensor:
    """The bits that are set in either of two arrays. Arguments as :func:`bitwise_and`'s."""
    return _bitwise(torch.bitwise_or, src1, src2)


@native("cudaarithm", masked=True)
def bitwise_xor(
    src1: Operand, src2: Operand, dst: Out = None, mask: Tensor | None = None, stream: Stream | None = None
) -> Tensor:
    """The bits that differ between two arrays. Arguments as :func:`bitwise_and`'s."""
    return _bitwise(torch.bitwise_xor, src1, src2)


@native("cudaarithm", masked=True)
def bitwise_and_with_scalar(
    src1: Operand, src2: Operand, dst: Out = None, mask: Tensor | None = None, stream: Stream | None = None
) -> Tensor:
    """:func:`bitwise_and` with a scalar. Arguments as that one's."""
    return _bitwise(torch.bitwise_and, src1, src2)


@native("cudaarithm", masked=True)
def bitwise_or_with_scalar(
    src1: Operand, src2: Operand, dst: Out = None, mask: Tensor | None = None, stream: Stream | None = None
) -> Tensor:
    """:func:`bitwise_or` with a scalar. Arguments as that one's."""
    return _bitwise(torch.bitwise_or, src1, src2)


@native("cudaarithm", masked=True)
def bitwise_xor_with_scalar(
    src1: Operand, src2: Operand, dst: Out = None, mask: Tensor | None = None, stream: Stream | None = None
) -> Tensor:
    """:func:`bitwise_xor` with a scalar. Arguments as that one's."""
    return _bitwise(torch.bitwise_xor, src1, src2)


def _shift(src: Tensor, val: Any, left: bool) -> Tensor:
    src = squeezed(src)
    if not is_integer(src.dtype):
        raise refuse("src", f"is {src.dtype}: pass integers")
    amount, numbers = scalar_for(src, val, "val", as_image=False, alone_is_all=False)
    if any(not 0 <= x < 64 for x in numbers):
        raise refuse("val", f"is {val}: pass amounts of 0 to 63")
    return elementwise.shifted(src, amount, left)


@native("cudaarithm")
def rshift(src: Image, val: Scalar, dst: Out = None, stream: Stream | None = None) -> Tensor:
    """Integers shifted right by a scalar, one amount for each channel; signed ones keep their sign.

    Args:
        src: an image or batch of integers.
        val: a number, or one for each channel.
        dst: where to write the result.
        stream: the stream to work on.
    """
    return _shift(src, val, left=False)


@native("cudaarithm")
def lshift(src: Image, val: Scalar, dst: Out = None, stream: Stream | None = None) -> Tensor:
    """Integers shifted left by a scalar, one amount for each channel; what doesn't fit is cut off.

    Arguments as :func:`rshift`'s.
    """
    return _shift(src, val, left=True)


# --- choices ----------------------------------------------------------------------------------------------------------


def _extreme(largest: bool, src1: Any, src2: Any) -> Tensor:
    if not isinstance(src1, Tensor):
        src1, src2 = src2, src1
    src1 = squeezed(src1)
    if isinstance(src2, Tensor) and src2.ndim:
        src2 = squeezed(src2)
        same_shape(src1, src2)
        if src1.dtype != src2.dtype:
            raise refuse("src2", f"is {src2.dtype}, and 'src1' {src1.dtype}: pass arrays of one dtype")
        return elementwise.extreme(largest, src1, src2)
    return elementwise.extreme(largest, src1, scalar_for(src1, src2, "src2", as_image=True, alone_is_all=False)[0])


@native("cudaarithm")
def min(src1: Operand, src2: Operand, dst: Out = None, stream: Stream | None = None) -> Tensor:
    """The smaller of each pair of elements of two arrays, or of an array and a scalar.

    A scalar is rounded to the array's dtype; a number alone is for the first channel, and the others' is 0.

    Args:
        src1, src2: two arrays of one shape and dtype, or one of them a scalar.
        dst: where to write the result.
        stream: the stream to work on.
    """
    return _extreme(False, src1, src2)


@native("cudaarithm")
def max(src1: Operand, src2: Operand, dst: Out = None, stream: Stream | None = None) -> Tensor:
    """The larger of each pair of elements. Arguments as :func:`min`'s."""
    return _extreme(True, src1, src2)


@native("cudaarithm")
def minWithScalar(src1: Operand, src2: Operand, dst: Out = None, stream: Stream | None = None) -> Tensor:  # noqa: N802
    """:func:`min` with a scalar. Arguments as that one's."""
    return _extreme(False, src1, src2)


@native("cudaarithm")
def maxWithScalar(src1: Operand, src2: Operand, dst: Out = None, stream: Stream | None = None) -> Tensor:  # noqa: N802
    """:func:`max` with a scalar. Arguments as that one's."""
    return _extreme(True, src1, src2)

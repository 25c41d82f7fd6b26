"""OpenCV's module ``cudaarithm``: operations on elements. They follow the CPU functions of the same names.

Every function takes images (H, W), (H, W, C) or batches (N, H, W, C) of any of OpenCV's dtypes, on any device, and
returns the same. Where two arrays are taken, both have one shape, or one of them is a scalar: a number, or up to four
of them, one for each channel. ``dst`` is a tensor to write, ``stream`` a :class:`~torch_opencv.cuda.Stream` to work on.
"""

from __future__ import annotations

from numbers import Real
from typing import Any

import torch
from torch import Tensor

from torch_opencv.cuda import _numbers
from torch_opencv.cuda._calls import Image, Operand, Out, native, refuse
from torch_opencv.cuda._images import channels, computable, squeezed
from torch_opencv.cuda._numbers import saturate
from torch_opencv.cuda.kernels import elementwise
from torch_opencv.cuda.streams import Stream


def scalar_of(value: Any, argument: str) -> tuple[float, ...]:
    """A scalar's four numbers, or an error that names the argument."""
    try:
        return _numbers.four(value)
    except ValueError as error:
        raise refuse(argument, f"{error}: pass an image, or a scalar of one to four numbers") from None


def scalar_for(image: Tensor, value: Any, argument: str, *, as_image: bool, alone_is_all: bool) -> tuple[Any, Any]:
    """A scalar as what broadcasts against an image, and its four numbers.

    Args:
        image: the image.
        value: the scalar.
        argument: its parameter, for errors.
        as_image: whether it is to be rounded and saturated to the image's dtype.
        alone_is_all: whether a number alone is meant for all channels; otherwise it is for the first, and 0 for others.
    """
    numbers = scalar_of(value, argument)
    if alone_is_all and isinstance(value, Real):
        numbers = (numbers[0],) * 4
    if as_image:
        numbers = tuple(_numbers.rounded(x, image.dtype) for x in numbers)
    dtype = torch.float64 if image.dtype in (torch.int32, torch.float64) else torch.float32
    try:
        return _numbers.per_channel(numbers, channels(image), dtype, image.device), numbers
    except ValueError as error:
        raise refuse(argument, f"{error}: pass an image instead") from None


def same_shape(a: Tensor, b: Tensor, argument: str = "src2", first: str = "src1") -> None:
    """See that two arrays have one shape."""
    if a.shape != b.shape:
        raise refuse(
            argument, f"has the shape {tuple(b.shape)}, and '{first}' {tuple(a.shape)}: pass arrays of one shape"
        )


def _arithmetic(kind: elementwise.Arithmetic, src1: Any, src2: Any, dtype: int, scale: float = 1) -> Tensor:
    if isinstance(src1, Tensor) and isinstance(src2, Tensor) and src1.ndim and src2.ndim:
        src1, src2 = squeezed(src1), squeezed(src2)
        same_shape(src1, src2)
        if dtype < 0 and src1.dtype != src2.dtype:
            raise refuse("dtype", f"is needed, as src1 is {src1.dtype} and src2 {src2.dtype}: pass the result's depth")
        depths = (src1.dtype, src2.dtype)
        return elementwise.arithmetic(kind, src1, src2, depths, _numbers.depth(dtype, src1.dtype), scale)
    scalar_first = not (isinstance(src1, Tensor) and src1.ndim)
    image = squeezed(src2 if scalar_first else src1)
    value = src1 if scalar_first else src2
    name = "src1" if scalar_first else "src2"
    # absdiff has no dtype, and OpenCV turns its scalar into one of the image's dtype.
    scalar, numbers = scalar_for(image, value, name, as_image=kind == "absdiff", alone_is_all=True)
    depth = elementwise.scalar_depth(numbers, image.dtype)
    a, b = (scalar, image) if scalar_first else (image, scalar)
    depths = (depth, image.dtype) if scalar_first else (image.dtype, depth)
    return elementwise.arithmetic(kind, a, b, depths, _numbers.depth(dtype, image.dtype), scale)


@native("cudaarithm", masked=True)
def add(
    src1: Operand,
    src2: Operand,
    dst: Out = None,
    mask: Tensor | None = None,
    dtype: int = -1,
    stream: Stream | None = None,
) -> Tensor:
    """The sum of two arrays, or of an array and a scalar, saturated.

    Args:
        src1: an image, a batch or a scalar.
        src2: an image, a batch or a scalar; a number alone is added to all channels, as ``cv.add`` does.
        dst: where to write the result.
        mask: uint8 or bool, (H, W): where it is 0, ``dst`` stays as it was (a new result is 0).
        dtype: the depth of the result, such as ``cv.CV_32F``; -1: that of the arrays.
        stream: the stream to work on.

    Returns:
        An array of the shape of the inputs. int32 sums wrap around, as in ``cv.add``.
    """
    return _arithmetic("add", src1, src2, dtype)


@native("cudaarithm", masked=True)
def subtract(
    src1: Operand,
    src2: Operand,
    dst: Out = None,
    mask: Tensor | None = None,
    dtype: int = -1,
    stream: Stream | None = None,
) -> Tensor:
    """The difference ``src1 - src2``, saturated. Arguments and result as :func:`add`'s."""
    return _arithmetic("subtract", src1, src2, dtype)


@native("cudaarithm")
def multiply(
    src1: Operand, src2: Operand, dst: Out = None, scale: float = 1, dtype: int = -1, stream: Stream | None = None
) -> Tensor:
    """The product ``src1 * src2 * scale``, saturated. Arguments and result as :func:`add`'s; no mask."""
    return _arithmetic("multiply", src1, src2, dtype, scale)


@native("cudaarithm")
def divide(
    src1: Operand, src2: Operand, dst: Out = None, scale: float = 1, dtype: int = -1, stream: Stream | None = None
) -> Tensor:
    """The quotient ``src1 * scale / src2``, rounded and saturated; among integers, what is divided by 0 is 0.

    Arguments and result as :func:`add`'s; no mask.
    """
    return _arithmetic("divide", src1, src2, dtype, scale)


@native("cudaarithm")
def absdiff(src1: Operand, src2: Operand, dst: Out = None, stream: Stream | None = None) -> Tensor:
    """The absolute difference ``|src1 - src2|``, saturated, in the dtype of the arrays. Arguments as :func:`add`'s."""
    return _arithmetic("absdiff", src1, src2, -1)


@native("cudaarithm", masked=True)
def addWithScalar(  # noqa: N802
    src1: Operand,
    src2: Operand,
    dst: Out = None,
    mask: Tensor | None = None,
    dtype: int = -1,
    stream: Stream | None = None,
) -> Tensor:
    """:func:`add` with a scalar. Arguments as that one's."""
    return _arithmetic("add", src1, src2, dtype)


@native("cudaarithm", masked=True)
def subtractWithScalar(  # noqa: N802
    src1: Operand,
    src2: Operand,
    dst: Out = None,
    mask: Tensor | None = None,
    dtype: int = -1,
    stream: Stream | None = None,
) -> Tensor:
    """:func:`subtract` with a scalar. Arguments as that one's."""
    return _arithmetic("subtract", src1, src2, dtype)


@native("cudaarithm")
def multiplyWithScalar(  # noqa: N802
    src1: Operand, src2: Operand, dst: Out = None, scale: float = 1, dtype: int = -1, stream: Stream | None = None
) -> Tensor:
    """:func:`multiply` with a scalar. Arguments as that one's."""
    return _arithmetic("multiply", src1, src2, dtype, scale)


@native("cudaarithm")
def divideWithScalar(  # noqa: N802
    src1: Operand, src2: Operand, dst: Out = None, scale: float = 1, dtype: int = -1, stream: Stream | None = None
) -> Tensor:
    """:func:`divide` with a scalar. Arguments as that one's."""
    return _arithmetic("divide", src1, src2, dtype, scale)


@native("cudaarithm")
def absdiffWithScalar(src1: Operand, src2: Operand, dst: Out = None, stream: Stream | None = None) -> Tensor:  # noqa: N802
    """:func:`absdiff` with a scalar. Arguments as that one's."""
    return _arithmetic("absdiff", src1, src2, -1)


@native("cudaarithm")
def addWeighted(  # noqa: N802
    src1: Image,
    alpha: float,
    src2: Image,
    beta: float,
    gamma: float,
    dst: Out = None,
    dtype: int = -1,
    stream: Stream | None = None,
) -> Tensor:
    """The weighted sum ``src1 * alpha + src2 * beta + gamma``, rounded and saturated.

    Args:
        src1: an image or batch.
        alpha: its weight.
        src2: another of the same shape.
        beta: its weight.
        gamma: what is added to each sum.
        dst: where to write the result.
        dtype: the depth of the result; -1: that of ``src1``.
        stream: the stream to work on.
    """
    src1, src2 = squeezed(src1), squeezed(src2)
    same_shape(src1, src2)
    return elementwise.weighted_sum(src1, alpha, src2, beta, gamma, _numbers.depth(dtype, src1.dtype))


@native("cudaarithm")
def scaleAdd(  # noqa: N802
    src1: Image, alpha: float, src2: Image, dst: Out = None, stream: Stream | None = None
) -> Tensor:
    """``src1 * alpha + src2``: :func:`addWeighted` with the weights ``alpha`` and 1. Arguments as that one's."""
    src1, src2 = squeezed(src1), squeezed(src2)
    same_shape(src1, src2)
    return elementwise.weighted_sum(src1, alpha, src2, 1, 0, src1.dtype)


# --- functions of one array -------------------------------------------------------------------------------------------


@native("cudaarithm")
def abs(src: Image, dst: Out = None, stream: Stream | None = None) -> Tensor:
    """The absolute value of each element, saturated (of -128 in int8 that is 127).

    Args:
        src: an image or batch of any channels.
        dst: where to write the result.
        stream: the stream to work on.

    Returns:
        An array like ``src``.
    """
    src = squeezed(src)
    return (
        saturate(computable(src).abs(), src.dtype)
        if src.dtype != torch.int32
        else saturate(src.long().abs(), src.dtype)
    )


@native("cudaarithm")
def sqr(src: Image, dst: Out = None, stream: Stream | None = None) -> Tensor:
    """The square of each element, saturated. Arguments and result as :func:`abs`'s."""
    src = squeezed(src)
    return src * src if src.dtype.is_floating_point else saturate(src.long() * src.long(), src.dtype)


@native("cudaarithm")
def sqrt(src: Image, dst: Out = None, stream: Stream | None = None) -> Tensor:
    """The square root of each element; among integers rounded. Arguments and result as :func:`abs`'s."""
    return elementwise.of_floats(torch.sqrt, squeezed(src))


@native("cudaarithm")
def exp(src: Image, dst: Out = None, stream: Stream | None = None) -> Tensor:
    """e to the power of each element; among integers rounded and saturated. Arguments and result as :func:`abs`'s."""
    return elementwise.of_floats(torch.exp, squeezed(src))


@native("cudaarithm")
def log(src: Image, dst: Out = None, stream: Stream | None = None) -> Tensor:
    """The natural logarithm of each element; among integers rounded and saturated. Of 0 it is minus infinity.

    Arguments and result as :func:`abs`'s.
    """
    return elementwise.of_floats(torch.log, squeezed(src))


@native("cudaarithm")
def pow(src: Image, power: float, dst: Out = None, stream: Stream | None = None) -> Tensor:
    """Each element to a power, rounded and saturated among integers.

    Args:
        src: an image or batch.
        power: the exponent. If it is no whole number, negative floats give NaN (as in ``cv.pow``), and of negative
            integers the absolute value is taken (as in ``cv2.cuda.pow``; ``cv.pow`` takes no integers then).
        dst: where to write the result.
        stream: the stream to work on.
    """
    return elementwise.power(squeezed(src), power)

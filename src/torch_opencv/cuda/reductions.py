"""OpenCV's module ``cudaarithm``: sums, norms, extremes and means.

The functions that return numbers wait for the device, as OpenCV's do; those named ``calc...`` and ``find...`` leave
their results there. They take images (H, W) or (H, W, C) of any dtype, or batches (N, H, W, C), for which the results
have a first dimension N; the ones that return numbers take one image.
"""

from __future__ import annotations

from typing import Any

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda import _inputs, _numbers
from torch_opencv.cuda._calls import Image, Out, form, mask_for, native, overloaded, refuse
from torch_opencv.cuda._images import batched, channels, like, squeezed
from torch_opencv.cuda._numbers import saturate
from torch_opencv.cuda.kernels import reduction
from torch_opencv.cuda.streams import Stream

_NORMS = (cv2.NORM_INF, cv2.NORM_L1, cv2.NORM_L2)


def _batched_mask(mask: Tensor | None, image: Tensor, function: str) -> Tensor | None:
    """A mask that broadcasts against (N, H, W, C)."""
    if mask is None:
        return None
    keep = mask_for(mask, image, function)
    return keep[None, ..., None] if image.ndim == 2 else keep[None] if image.ndim == 3 else keep


def _one(image: Tensor, instead: str) -> Tensor:
    if image.ndim == 4 and image.shape[0] != 1:
        raise refuse("src", f"is a batch of {image.shape[0]}: pass one image, or call cv.cuda.{instead}")
    return batched(image)


def _checked_norm(kind: int) -> int:
    if kind not in _NORMS:
        raise refuse("normType", f"is {kind}: pass cv.NORM_INF, cv.NORM_L1 or cv.NORM_L2")
    return kind


# --- norms ------------------------------------------------------------------------------------------------------------


@form("norm")
def _norm(src1: Image, normType: int, mask: Tensor | None = None) -> float:  # noqa: N803
    image = _one(src1, "calcNorm")
    return float(reduction.norm(image, _checked_norm(normType), _batched_mask(mask, src1, "norm")))


@form("norm")
def _norm_of_difference(src1: Image, src2: Image, normType: int = cv2.NORM_L2) -> float:  # noqa: N803
    return float(reduction.norm(_one(_difference(src1, src2), "calcNormDiff"), _checked_norm(normType), None))


@overloaded("cudaarithm", _norm, _norm_of_difference)
def norm(*args: Any, **kwargs: Any) -> Any:
    """A norm of an array, or of the difference of two.

    ``norm(src1, normType[, mask])`` or ``norm(src1, src2[, normType])``.

    Args:
        src1: an image; all channels count together.
        src2: another of the same shape and dtype.
        normType: ``cv.NORM_INF``, ``NORM_L1`` or ``NORM_L2``.
        mask: uint8 or bool, (H, W): what it is not 0 for counts.

    Returns:
        The norm, a float. The host waits for it.
    """
    two = "src2" in kwargs or (len(args) > 1 and _inputs.is_array(args[1]))
    return (_norm_of_difference if two else _norm)(*args, **kwargs)


def _difference(src1: Tensor, src2: Tensor) -> Tensor:
    src1, src2 = squeezed(src1), squeezed(src2)
    if src1.shape != src2.shape or src1.dtype != src2.dtype:
        raise refuse(
            "src2", f"is {src2.dtype} {tuple(src2.shape)}, and 'src1' {src1.dtype} {tuple(src1.shape)}: pass two alike"
        )
    if src1.dtype in (torch.float32, torch.float64, torch.float16):
        return src1.double() - src2.double()
    difference = src1.to(torch.int64) - src2.to(torch.int64)
    return difference.double() if src1.dtype == torch.int32 else difference.to(torch.int32)


@native("cudaarithm")
def calcNorm(  # noqa: N802
    src: Image,
    normType: int,  # noqa: N803
    dst: Out = None,
    mask: Tensor | None = None,
    stream: Stream | None = None,
) -> Tensor:
    """A norm of an array, left on the device: float64, (1, 1). Arguments as :func:`norm`'s."""
    return like(src, reduction.norm(batched(src), _checked_norm(normType), _batched_mask(mask, src, "calcNorm")))


@native("cudaarithm")
def calcNormDiff(  # noqa: N802
    src1: Image,
    src2: Image,
    dst: Out = None,
    normType: int = cv2.NORM_L2,  # noqa: N803
    stream: Stream | None = None,
) -> Tensor:
    """A norm of the difference of two arrays, left on the device: float64, (1, 1)."""
    return like(src1, reduction.norm(batched(_difference(src1, src2)), _checked_norm(normType), None))


# --- sums -------------------------------------------------------------------------------------------------------------


def _four_sums(src: Tensor, mask: Tensor | None, kind: str) -> tuple[float, float, float, float]:
    if channels(src) > 4:
        raise refuse(
            "src", f"has {channels(src)} channels: pass up to 4, or call cv.cuda.calc{kind[0].upper()}{kind[1:]}"
        )
    found = reduction.sums(_one(src, f"calc{kind[0].upper()}{kind[1:]}"), _batched_mask(mask, src, kind), kind)
    return _numbers.four(found.reshape(-1).tolist())


@native("cudaarithm")
def sum(src: Image, mask: Tensor | None = None) -> list[float]:
    """The sum of each channel: four floats, those of missing channels 0. The host waits for them.

    Args:
        src: an image of up to four channels.
        mask: uint8 or bool, (H, W): what it is not 0 for counts.
    """
    return list(_four_sums(src, mask, "sum"))


@native("cudaarithm")
def absSum(src: Image, mask: Tensor | None = None) -> list[float]:  # noqa: N802
    """The sum of the absolute values of each channel. Arguments and result as :func:`sum`'s."""
    return list(_four_sums(src, mask, "absSum"))


@native("cudaarithm")
def sqrSum(src: Image, mask: Tensor | None = None) -> list[float]:  # noqa: N802
    """The sum of the squares of each channel. Arguments and result as :func:`sum`'s."""
    return list(_four_sums(src, mask, "sqrSum"))


@native("cudaarithm")
def calcSum(src: Image, dst: Out = None, mask: Tensor | None = None, stream: Stream | None = None) -> Tensor:  # noqa: N802
    """The sum of each channel, left on the device: float64, (1, 1, C). Arguments as :func:`sum`'s."""
    return like(src, reduction.sums(batched(src), _batched_mask(mask, src, "calcSum")))


@native("cudaarithm")
def calcAbsSum(src: Image, dst: Out = None, mask: Tensor | None = None, stream: Stream | None = None) -> Tensor:  # noqa: N802
    """The sum of the absolute values of each channel, left on the device: float64, (1, 1, C)."""
    return like(src, reduction.sums(batched(src), _batched_mask(mask, src, "calcAbsSum"), "absSum"))


@native("cudaarithm")
def calcSqrSum(src: Image, dst: Out = None, mask: Tensor | None = None, stream: Stream | None = None) -> Tensor:  # noqa: N802
    """The sum of the squares of each channel, left on the device: float64, (1, 1, C)."""
    return like(src, reduction.sums(batched(src), _batched_mask(mask, src, "calcSqrSum"), "sqrSum"))


@form("countNonZero")
def _count(src: Image) -> int:
    return int((_one(src, "countNonZero with dst") != 0).sum())


@form("countNonZero")
def _count_on_device(src: Image, dst: Out = None, stream: Stream | None = None) -> Tensor:
    return like(src, (batched(src) != 0).sum((1, 2, 3), keepdim=True).to(torch.int32))


@overloaded("cudaarithm", _count_on_device)
def countNonZero(*args: Any, **kwargs: Any) -> Any:  # noqa: N802
    """How many elements are not 0.

    ``countNonZero(src)`` returns an int, which the host waits for; with ``dst`` or ``stream`` the result is left on the
    device, int32, (1, 1).
    """
    return (_count if len(args) + len(kwargs) == 1 else _count_on_device)(*args, **kwargs)


# --- extremes ---------------------------------------------------------------------------------------------------------


@native("cudaarithm")
def minMax(src: Image, mask: Tensor | None = None) -> tuple[float, float]:  # noqa: N802
    """The smallest and the largest value over all channels. The host waits for them.

    Args:
        src: an image.
        mask: uint8 or bool, (H, W): what it is not 0 for counts; if nothing does, both are 0.
    """
    low, high, _, _ = minMaxLoc(src, mask) if channels(src) == 1 else _extremes(src, mask)
    return low, high


def _extremes(src: Tensor, mask: Tensor | None) -> tuple[float, float, int, int]:
    low, high, first, last = reduction.extremes(_one(src, "findMinMax"), _batched_mask(mask, src, "minMax"))
    smallest, largest = float(low), float(high)
    if smallest > largest:  # nothing counts
        return 0.0, 0.0, -1, -1
    return smallest, largest, int(first), int(last)


@native("cudaarithm")
def minMaxLoc(  # noqa: N802
    src: Image, mask: Tensor | None = None
) -> tuple[float, float, tuple[int, int], tuple[int, int]]:
    """The smallest and the largest value, and where they are first, as (x, y). The host waits for them.

    Args:
        src: an image of one channel.
        mask: uint8 or bool, (H, W): what it is not 0 for counts; if nothing does, the places are (-1, -1).
    """
    if channels(src) != 1:
        raise refuse("src", f"has {channels(src)} channels: pass one, or call cv.cuda.minMax")
    low, high, first, last = _extremes(src, mask)
    width = batched(src).shape[2]
    places = [(-1, -1) if i < 0 else (i % width, i // width) for i in (first, last)]
    return low, high, places[0], places[1]


@native("cudaarithm")
def findMinMax(src: Image, dst: Out = None, mask: Tensor | None = None, stream: Stream | None = None) -> Tensor:  # noqa: N802
    """The smallest and the largest value, left on the device: (1, 2), in the dtype of ``src``."""
    low, high, _, _ = reduction.extremes(batched(src), _batched_mask(mask, src, "findMinMax"))
    return like(src, saturate(torch.stack([low, high], 1)[:, None, :, None], src.dtype))


@native("cudaarithm")
def findMinMaxLoc(  # noqa: N802
    src: Image,
    minMaxVals: Out = None,  # noqa: N803
    loc: Out = None,
    mask: Tensor | None = None,
    stream: Stream | None = None,
) -> tuple[Tensor, Tensor]:
    """The smallest and the largest value and their places, left on the device.

    Returns:
        The values (1, 2) in the dtype of ``src``, and the places (1, 2), int32, counted along the rows: ``y * W + x``.
    """
    if channels(src) != 1:
        raise refuse("src", f"has {channels(src)} channels: pass one, or call cv.cuda.findMinMax")
    low, high, first, last = reduction.extremes(batched(src), _batched_mask(mask, src, "findMinMaxLoc"))
    values = saturate(torch.stack([low, high], 1)[:, None, :, None], src.dtype)
    return like(src, values), like(src, torch.stack([first, last], 1)[:, None, :, None].to(torch.int32))


# --- along one axis; means --------------------------------------------------------------------------------------------


@native("cudaarithm")
def reduce(
    mtx: Image,
    dim: int,
    reduceOp: int,  # noqa: N803
    vec: Out = None,
    dtype: int = -1,
    stream: Stream | None = None,
) -> Tensor:
    """An array reduced to one row (``dim`` 0) or one column (``dim`` 1).

    Args:
        mtx: an image or batch.
        dim: 0 or 1.
        reduceOp: ``cv.REDUCE_SUM``, ``REDUCE_AVG``, ``REDUCE_MAX`` or ``REDUCE_MIN``.
        vec: where to write the result.
        dtype: its depth; -1: that of ``mtx``.
        stream: the stream to work on.

    Returns:
        (1, W, C) or (H, 1, C), as ``cv.reduce``. (cv2.cuda makes a row of both.)
    """
    if dim not in (0, 1):
        raise refuse("dim", f"is {dim}: pass 0 for a row, 1 for a column")
    x, axis, out = reduction.wide(batched(mtx)), dim + 1, _numbers.depth(dtype, mtx.dtype)
    if reduceOp == cv2.REDUCE_SUM:
        result = x.sum(axis, keepdim=True)
    elif reduceOp == cv2.REDUCE_AVG:
        result = x.sum(axis, keepdim=True).double() * (1.0 / x.shape[axis])
    elif reduceOp == cv2.REDUCE_MAX:
        result = x.amax(axis, keepdim=True)
    elif reduceOp == cv2.REDUCE_MIN:
        result = x.amin(axis, keepdim=True)
    else:
        raise refuse("reduceOp", f"is {reduceOp}: pass cv.REDUCE_SUM, REDUCE_AVG, REDUCE_MAX or REDUCE_MIN")
    return like(mtx, saturate(result, out))


@native("cudaarithm")
def meanStdDev(src: Image, mask: Tensor | None = None, dst: Out = None, stream: Stream | None = None) -> Tensor:  # noqa: N802
    """Mean and standard deviation of each channel, left on the device: float64, (1, 2, C).

    Args:
        src: an image or batch.
        mask: uint8 or bool, (H, W): what it is not 0 for counts.
        dst: where to write the result.
        stream: the stream to work on.
    """
    image, keep = batched(src), _batched_mask(mask, src, "meanStdDev")
    total, squares = reduction.sums(image, keep), reduction.sums(image, keep, "sqrSum")
    if keep is None:
        mean, mean_square = total / (image.shape[1] * image.shape[2]), squares / (image.shape[1] * image.shape[2])
    else:
        count = keep.sum((1, 2, 3), keepdim=True).clamp(min=1)
        mean, mean_square = total / count, squares / count
    return like(src, torch.cat([mean, (mean_square - mean * mean).clamp(min=0).sqrt()], 2))


@native("cudaarithm", masked=True)
def normalize(
    src: Image,
    alpha: float,
    beta: float,
    norm_type: int,
    dtype: int,
    dst: Out = None,
    mask: Tensor | None = None,
    stream: Stream | None = None,
) -> Tensor:
    """An array scaled to a norm, or to a range of values.

    Args:
        src: an image; each of a batch is scaled on its own.
        alpha: the norm that the result is to have, or one end of the range.
        beta: the other end of the range, for ``NORM_MINMAX``.
        norm_type: ``cv.NORM_INF``, ``NORM_L1``, ``NORM_L2`` or ``NORM_MINMAX``.
        dtype: the depth of the result; -1: that of ``src``.
        dst: where to write the result.
        mask: uint8 or bool, (H, W): what it is 0 for is left out, and stays as it was.
        stream: the stream to work on.
    """
    image, keep, out = batched(src), _batched_mask(mask, src, "normalize"), _numbers.depth(dtype, src.dtype)
    tiny = 2.220446049250313e-16
    if norm_type == cv2.NORM_MINMAX:
        low, high = (x.double()[:, None, None, None] for x in reduction.extremes(image, keep)[:2])
        least, most = (alpha, beta) if alpha < beta else (beta, alpha)
        scale = torch.where(high - low > tiny, (most - least) / (high - low), torch.zeros_like(low))
        scale = scale.float().double() if out == torch.float32 else scale
        shift = least - low * scale
    else:
        found = reduction.norm(image, _checked_norm(norm_type), keep)
        scale = torch.where(found > tiny, alpha / found, torch.zeros_like(found))
        shift = torch.zeros_like(scale)
    double = torch.float64 in (src.dtype, out) or torch.int32 in (src.dtype, out)
    wide = torch.float64 if double else torch.float32
    return like(src, saturate(image.to(wide) * scale.to(wide) + shift.to(wide), out))

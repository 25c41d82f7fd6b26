"""OpenCV's module ``cudafilters``: filters that are made once and applied to many images.

``cv.cuda.createGaussianFilter(cv.CV_8UC3, -1, (5, 5), 0).apply(src[, dst[, stream]])`` gives what ``cv.GaussianBlur``
gives. A filter is of one type of images; there are no limits to their channels, and kernels may have any size. A filter
holds nothing that an application changes, so that it can be used on several streams.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from torch_opencv.cuda import _borders, _numbers
from torch_opencv.cuda._calls import Image, Out, method, native, native_class, refuse
from torch_opencv.cuda._images import batched, channels, computable, like
from torch_opencv.cuda._numbers import Scalar, saturate
from torch_opencv.cuda.kernels import correlation
from torch_opencv.cuda.streams import Stream

_FILTERED = (torch.uint8, torch.uint16, torch.int16, torch.float32, torch.float64)
Size = tuple[int, int]


@native_class("cudafilters")
class Filter:
    """A filter for images of one type; the functions ``create...Filter`` make them."""

    def __init__(self, source_type: int, function: Callable[[Tensor], Tensor]) -> None:
        self._source_type, self._function = source_type, function

    @method("Filter.apply")
    def apply(self, src: Image, dst: Out = None, stream: Stream | None = None) -> Tensor:
        """The filtered image.

        Args:
            src: an image or batch of the type that the filter was made for.
            dst: where to write the result; it may be ``src``.
            stream: the stream to work on.

        Returns:
            An array of the shape of ``src``, in the depth that the filter was made for.
        """
        found = _numbers.type_code(src.dtype, channels(src))
        if found != self._source_type:
            raise refuse(
                "src",
                f"is {_numbers.type_name(found)}, and the filter was made for {_numbers.type_name(self._source_type)}: "
                "make one for that type",
            )
        return like(src, self._function(batched(src)))


# --- what the factories are given -------------------------------------------------------------------------------------


def types_of(source_type: int, result_type: int = -1) -> tuple[torch.dtype, torch.dtype]:
    """The dtypes of a filter's images and results."""
    try:
        source, cn = _numbers.dtype_and_channels(source_type)
        result, result_cn = _numbers.dtype_and_channels(result_type) if result_type >= 0 else (source, cn)
    except ValueError as error:
        raise refuse("srcType", f"or 'dstType': {error}") from None
    if source not in _FILTERED:
        raise refuse("srcType", f"is {_numbers.type_name(source_type)}: pass one of 8U, 16U, 16S, 32F or 64F")
    if result_type >= 0 and result_cn not in (1, cn):
        raise refuse(
            "dstType", f"is {_numbers.type_name(result_type)}, and 'srcType' has {cn} channels: pass one with as many"
        )
    return source, result


def window(ksize: Size, anchor: Size) -> tuple[int, int, int, int, int, int]:
    """Width, height, and the padding left, right, above and below."""
    width, height = (int(x) for x in ksize)
    if width <= 0 or height <= 0:
        raise refuse("ksize", f"is {(width, height)}: pass a width and a height above 0")
    x, y = (a if a >= 0 else n // 2 for a, n in zip(anchor, (width, height), strict=True))
    if x >= width or y >= height:
        raise refuse(
            "anchor", f"is {tuple(anchor)}, outside of the kernel {(width, height)}: pass a place inside, or (-1, -1)"
        )
    return width, height, x, width - 1 - x, y, height - 1 - y


def padding(
    ksize: Size, anchor: Size, across: int, down: int | None = None, value: Scalar = 0
) -> Callable[[Tensor], Tensor]:
    """What pads an image for a kernel; the borders may differ along rows and columns."""
    _, _, left, right, top, bottom = window(ksize, anchor)
    numbers = _numbers.four(value)

    def pad(x: Tensor) -> Tensor:
        if down is None or down == across:
            return _borders.padded(x, top, bottom, left, right, across, numbers)
        return _borders.padded(_borders.padded(x, 0, 0, left, right, across, numbers), top, bottom, 0, 0, down, numbers)

    return pad


def numbers_of(kernel: Any, argument: str, dimensions: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """A kernel on the host."""
    try:
        found = np.asarray(kernel.cpu().numpy() if isinstance(kernel, Tensor) else kernel, dtype=np.float64)
    except (TypeError, ValueError):
        raise refuse(argument, f"is {type(kernel).__name__}: pass an array of numbers", TypeError) from None
    found = found.reshape(-1) if dimensions == 1 else np.atleast_2d(found)
    if found.size == 0 or found.ndim != dimensions:
        raise refuse(
            argument, f"has the shape {found.shape}: pass an array of {dimensions} dimensions that is not empty"
        )
    return found


def working_dtype(source: torch.dtype, result: torch.dtype) -> torch.dtype:
    """The dtype that OpenCV computes in."""
    return torch.float64 if torch.float64 in (source, result) else torch.float32


def as_kept(taps: np.ndarray[Any, Any], working: torch.dtype) -> list[Any]:
    """A kernel in the precision that it is used in."""
    kept: list[Any] = (taps if working == torch.float64 else taps.astype(np.float32)).tolist()
    return kept


# --- sums and means ---------------------------------------------------------------------------------------------------


@native("cudafilters")
def createBoxFilter(  # noqa: N802
    srcType: int,  # noqa: N803
    dstType: int,  # noqa: N803
    ksize: Size,
    anchor: Size = (-1, -1),
    borderMode: int = cv2.BORDER_DEFAULT,  # noqa: N803
    borderVal: Scalar = 0,  # noqa: N803
) -> Filter:
    """A filter whose results are the means in a rectangle, as ``cv.boxFilter`` gives them.

    Args:
        srcType: the type of the images, such as ``cv.CV_8UC3``.
        dstType: the type of the results; -1: that of the images.
        ksize: (width, height) of the rectangle.
        anchor: which element of it is the pixel's own; (-1, -1): the middle.
        borderMode: the border.
        borderVal: its value, for ``BORDER_CONSTANT``.
    """
    source, result = types_of(srcType, dstType)
    pad = padding(ksize, anchor, _borders.check(borderMode, "createBoxFilter"), value=borderVal)
    width, height = ksize

    def apply(image: Tensor) -> Tensor:
        x = pad(image)
        if source.is_floating_point:
            sums = correlation.box_sums(x.double(), width, height)
            return saturate(sums * (1.0 / (width * height)), result)
        sums = correlation.box_sums(computable(x), width, height)
        if source == result == torch.uint8:
            return correlation.mean_of_bytes(sums, width * height)
        if result == torch.float64:
            return sums.double() * (1.0 / (width * height))
        scale = torch.full((), 1.0 / (width * height), dtype=torch.float32, device=x.device)
        return saturate(sums.float() * scale, result)

    return Filter(srcType, apply)


def _sums(srcType: int, dstType: int, ksize: Size, anchor: Size, border: int, value: Scalar) -> Filter:  # noqa: N803
    source, result = types_of(srcType, dstType)
    pad = padding(ksize, anchor, border, value=value)
    wide = torch.float64 if source.is_floating_point else torch.int32
    return Filter(srcType, lambda image: saturate(correlation.box_sums(pad(image).to(wide), *ksize), result))


@native("cudafilters")
def createRowSumFilter(  # noqa: N802
    srcType: int,  # noqa: N803
    dstType: int,  # noqa: N803
    ksize: int,
    anchor: int = -1,
    borderMode: int = cv2.BORDER_DEFAULT,  # noqa: N803
    borderVal: Scalar = 0,  # noqa: N803
) -> Filter:
    """A filter whose results are the sums of ``ksize`` neighbours in a row. Arguments as the box filter's."""
    border = _borders.check(borderMode, "createRowSumFilter")
    return _sums(srcType, dstType, (ksize, 1), (anchor, 0), border, borderVal)


@native("cudafilters")
def createColumnSumFilter(  # noqa: N802
    srcType: int,  # noqa: N803
    dstType: int,  # noqa: N803
    ksize: int,
    anchor: int = -1,
    borderMode: int = cv2.BORDER_DEFAULT,  # noqa: N803
    borderVal: Scalar = 0,  # noqa: N803
) -> Filter:
    """A filter whose results are the sums of ``ksize`` neighbours in a column. Arguments as the box filter's."""
    border = _borders.check(borderMode, "createColumnSumFilter")
    return _sums(srcType, dstType, (1, ksize), (0, anchor), border, borderVal)


# --- correlation ------------------------------------------------------------------------------------------------------


@native("cudafilters")
def createLinearFilter(  # noqa: N802
    srcType: int,  # noqa: N803
    dstType: int,  # noqa: N803
    kernel: Any,
    anchor: Size = (-1, -1),
    borderMode: int = cv2.BORDER_DEFAULT,  # noqa: N803
    borderVal: Scalar = 0,  # noqa: N803
) -> Filter:
    """A filter that correlates with a kernel, as ``cv.filter2D``.

    Args:
        srcType: the type of the images.
        dstType: the type of the results; -1: that of the images.
        kernel: (h, w), an array or tensor; it is read on the host, once.
        anchor: which element of it is the pixel's own; (-1, -1): the middle.
        borderMode: the border.
        borderVal: its value, for ``BORDER_CONSTANT``.
    """
    source, result = types_of(srcType, dstType)
    border, working = _borders.check(borderMode, "createLinearFilter"), working_dtype(source, result)
    taps = as_kept(numbers_of(kernel, "kernel", 2), working)
    pad = padding((len(taps[0]), len(taps)), anchor, border, value=borderVal)
    return Filter(srcType, lambda image: saturate(correlation.plane(pad(image).to(working), taps), result))


@native("cudafilters")
def createLaplacianFilter(  # noqa: N802
    srcType: int,  # noqa: N803
    dstType: int,  # noqa: N803
    ksize: int = 1,
    scale: float = 1,
    borderMode: int = cv2.BORDER_DEFAULT,  # noqa: N803
    borderVal: Scalar = 0,  # noqa: N803
) -> Filter:
    """A filter whose results are Laplacians, as ``cv.Laplacian`` of ``ksize`` 1 or 3 gives them, times ``scale``."""
    if ksize not in (1, 3):
        raise refuse("ksize", f"is {ksize}: pass 1 or 3")
    kernel = [[0, 1, 0], [1, -4, 1], [0, 1, 0]] if ksize == 1 else [[2, 0, 2], [0, -8, 0], [2, 0, 2]]
    scaled = [[x * scale for x in row] for row in kernel]
    return createLinearFilter(srcType, dstType, scaled, (-1, -1), borderMode, borderVal)

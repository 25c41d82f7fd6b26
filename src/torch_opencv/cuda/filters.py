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
from torch_opencv.cuda.kernels import correlation, gaussian
from torch_opencv.cuda.kernels.accelerated import attempt
from torch_opencv.cuda.streams import Stream

_FILTERED = (torch.uint8, torch.uint16, torch.int16, torch.float32, torch.float64)
_UNROLLED = 9
"""Kernels of up to so many elements are unrolled, and read an image once."""

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


def _working(source: torch.dtype, result: torch.dtype) -> torch.dtype:
    return torch.float64 if torch.float64 in (source, result) else torch.float32


def _as_kept(taps: np.ndarray[Any, Any], working: torch.dtype) -> list[Any]:
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
    border, working = _borders.check(borderMode, "createLinearFilter"), _working(source, result)
    taps = _as_kept(numbers_of(kernel, "kernel", 2), working)
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


def _separable(
    srcType: int,  # noqa: N803
    dstType: int,  # noqa: N803
    across: Any,
    down: Any,
    anchor: Size,
    borders: tuple[int, int],
) -> Filter:
    source, result = types_of(srcType, dstType)
    working = _working(source, result)
    if _in_256ths(across, anchor[0]) and _in_256ths(down, anchor[1]) and source == result == torch.uint8:
        # Smooth kernels of 8-bit images that are whole 256ths are used as such, and halves rounded up.
        across, down, working = np.rint(across * 256), np.rint(down * 256), torch.int32
    taps = [[int(x) for x in k] if working == torch.int32 else _as_kept(k, working) for k in (across, down)]
    pad = padding((len(across), len(down)), anchor, *borders)

    def apply(image: Tensor) -> Tensor:
        total = correlation.along(correlation.along(pad(image).to(working), taps[0], 2), taps[1], 1)
        return saturate((total + (1 << 15)) >> 16 if working == torch.int32 else total, result)

    return Filter(srcType, apply)


def _in_256ths(kernel: Any, anchor: int) -> bool:
    """Whether a kernel is of whole 256ths, smooth and symmetric about the anchor."""
    n = len(kernel)
    symmetric = n % 2 == 1 and anchor in (-1, n // 2) and (kernel == kernel[::-1]).all()
    return bool(symmetric and (kernel >= 0).all() and kernel.sum() == 1 and (kernel * 256 % 1 == 0).all())


def _two_borders(row: int, column: int, function: str) -> tuple[int, int]:
    across = _borders.check(row, function, "rowBorderMode")
    return across, across if column < 0 else _borders.check(column, function, "columnBorderMode")


@native("cudafilters")
def createSeparableLinearFilter(  # noqa: N802
    srcType: int,  # noqa: N803
    dstType: int,  # noqa: N803
    rowKernel: Any,  # noqa: N803
    columnKernel: Any,  # noqa: N803
    anchor: Size = (-1, -1),
    rowBorderMode: int = cv2.BORDER_DEFAULT,  # noqa: N803
    columnBorderMode: int = -1,  # noqa: N803
) -> Filter:
    """A filter that correlates rows with one kernel and columns with another, as ``cv.sepFilter2D``.

    Args:
        srcType: the type of the images.
        dstType: the type of the results; -1: that of the images.
        rowKernel: the kernel along rows, an array or tensor; it is read on the host, once.
        columnKernel: the kernel along columns.
        anchor: which element is the pixel's own; (-1, -1): the middle.
        rowBorderMode: the border on the left and right.
        columnBorderMode: the border above and below; -1: the same.
    """
    across, down = numbers_of(rowKernel, "rowKernel", 1), numbers_of(columnKernel, "columnKernel", 1)
    borders = _two_borders(rowBorderMode, columnBorderMode, "createSeparableLinearFilter")
    return _separable(srcType, dstType, across, down, anchor, borders)


@native("cudafilters")
def createDerivFilter(  # noqa: N802
    srcType: int,  # noqa: N803
    dstType: int,  # noqa: N803
    dx: int,
    dy: int,
    ksize: int,
    normalize: bool = False,
    scale: float = 1,
    rowBorderMode: int = cv2.BORDER_DEFAULT,  # noqa: N803
    columnBorderMode: int = -1,  # noqa: N803
) -> Filter:
    """A filter whose results are derivatives.

    Args:
        srcType: the type of the images.
        dstType: the type of the results; -1: that of the images.
        dx: the order of the derivative along x.
        dy: the order along y.
        ksize: the size of the kernel, 1, 3, 5, ... or ``cv.FILTER_SCHARR``.
        normalize: whether the kernels are scaled so that the results stay in the images' range.
        scale: a factor.
        rowBorderMode: the border on the left and right.
        columnBorderMode: the border above and below; -1: the same.
    """
    source, result = types_of(srcType, dstType)
    depth = cv2.CV_64F if torch.float64 in (source, result) else cv2.CV_32F
    try:
        across, down = (
            k.reshape(-1).astype(np.float64) for k in cv2.getDerivKernels(dx, dy, ksize, None, None, normalize, depth)
        )
    except cv2.error:
        raise refuse(
            "dx", f", 'dy' and 'ksize' are {dx}, {dy} and {ksize}: pass orders from 0 below the odd size"
        ) from None
    if dx == 0:
        across = across * scale
    else:
        down = down * scale
    borders = _two_borders(rowBorderMode, columnBorderMode, "createDerivFilter")
    return _separable(srcType, dstType, across, down, (-1, -1), borders)


@native("cudafilters")
def createSobelFilter(  # noqa: N802
    srcType: int,  # noqa: N803
    dstType: int,  # noqa: N803
    dx: int,
    dy: int,
    ksize: int = 3,
    scale: float = 1,
    rowBorderMode: int = cv2.BORDER_DEFAULT,  # noqa: N803
    columnBorderMode: int = -1,  # noqa: N803
) -> Filter:
    """A filter whose results are those of ``cv.Sobel``. Arguments as :func:`createDerivFilter`'s."""
    return createDerivFilter(srcType, dstType, dx, dy, ksize, False, scale, rowBorderMode, columnBorderMode)


@native("cudafilters")
def createScharrFilter(  # noqa: N802
    srcType: int,  # noqa: N803
    dstType: int,  # noqa: N803
    dx: int,
    dy: int,
    scale: float = 1,
    rowBorderMode: int = cv2.BORDER_DEFAULT,  # noqa: N803
    columnBorderMode: int = -1,  # noqa: N803
) -> Filter:
    """A filter whose results are those of ``cv.Scharr``. Arguments as :func:`createDerivFilter`'s."""
    return createDerivFilter(srcType, dstType, dx, dy, cv2.FILTER_SCHARR, False, scale, rowBorderMode, columnBorderMode)


@native("cudafilters")
def createGaussianFilter(  # noqa: N802
    srcType: int,  # noqa: N803
    dstType: int,  # noqa: N803
    ksize: Size,
    sigma1: float,
    sigma2: float = 0,
    rowBorderMode: int = cv2.BORDER_DEFAULT,  # noqa: N803
    columnBorderMode: int = -1,  # noqa: N803
) -> Filter:
    """A filter whose results are those of ``cv.GaussianBlur``: exact ones for 8 and 16 bits without sign.

    Args:
        srcType: the type of the images.
        dstType: the same, or -1.
        ksize: (width, height) of the kernel, odd; 0: what the sigma asks for.
        sigma1: the standard deviation along x; 0: what ``ksize`` asks for.
        sigma2: along y; 0: the same.
        rowBorderMode: the border on the left and right.
        columnBorderMode: the border above and below; -1: the same.
    """
    source, result = types_of(srcType, dstType)
    if result != source:
        raise refuse("dstType", f"is {_numbers.type_name(dstType)}: pass -1, results have the images' depth")
    sigmas = (max(sigma1, 0), max(sigma2 if sigma2 > 0 else sigma1, 0))
    reach = 3 if source == torch.uint8 else 4
    sizes = [round(s * reach * 2 + 1) | 1 if n <= 0 and s > 0 else n for n, s in zip(ksize, sigmas, strict=True)]
    if any(n <= 0 or n % 2 == 0 for n in sizes):
        raise refuse("ksize", f"is {tuple(ksize)}: pass odd numbers, or 0 and a sigma")
    borders = _two_borders(rowBorderMode, columnBorderMode, "createGaussianFilter")
    if (bits := gaussian.BITS.get(source)) is None:
        depth = cv2.CV_64F if source == torch.float64 else cv2.CV_32F
        taps = [cv2.getGaussianKernel(n, s, depth).reshape(-1) for n, s in zip(sizes, sigmas, strict=True)]
        return _separable(srcType, dstType, taps[0], taps[1], (-1, -1), borders)
    pad = padding((sizes[0], sizes[1]), (-1, -1), *borders)
    across, down = (gaussian.kernel(n, float(s), bits) for n, s in zip(sizes, sigmas, strict=True))

    def apply(image: Tensor) -> Tensor:
        if source == torch.uint8 and max(sizes) <= _UNROLLED and cv2.BORDER_CONSTANT not in borders:
            made = attempt("GaussianBlur", image, lambda fused: fused.smoothed(image, across, down, borders, 2 * bits))
            if made is not None:
                return made
        return gaussian.blurred(pad(image), across, down)

    return Filter(srcType, apply)

"""OpenCV's module ``cudafilters``: separable filters: derivatives, Gaussians, and kernels of the user's own."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from torch_opencv.cuda import _borders, _numbers
from torch_opencv.cuda._calls import native, refuse
from torch_opencv.cuda._numbers import saturate
from torch_opencv.cuda.filters import Filter, Size, as_kept, numbers_of, padding, types_of, working_dtype
from torch_opencv.cuda.kernels import correlation, gaussian
from torch_opencv.cuda.kernels.accelerated import attempt

_UNROLLED = 9
"""Kernels of up to so many elements are unrolled, and read an image once."""


def _separable(
    srcType: int,  # noqa: N803
    dstType: int,  # noqa: N803
    across: Any,
    down: Any,
    anchor: Size,
    borders: tuple[int, int],
) -> Filter:
    source, result = types_of(srcType, dstType)
    working = working_dtype(source, result)
    if _in_256ths(across, anchor[0]) and _in_256ths(down, anchor[1]) and source == result == torch.uint8:
        # Smooth kernels of 8-bit images that are whole 256ths are used as such, and halves rounded up.
        across, down, working = np.rint(across * 256), np.rint(down * 256), torch.int32
    taps = [[int(x) for x in k] if working == torch.int32 else as_kept(k, working) for k in (across, down)]
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

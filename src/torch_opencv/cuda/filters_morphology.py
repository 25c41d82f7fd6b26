"""OpenCV's module ``cudafilters``: filters that choose among neighbours, by their values: extremes and medians."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from torch_opencv.cuda import _borders
from torch_opencv.cuda._calls import native, refuse
from torch_opencv.cuda._images import computable
from torch_opencv.cuda._numbers import Scalar, saturate
from torch_opencv.cuda.filters import Filter, Size, numbers_of, padding, types_of, window
from torch_opencv.cuda.kernels import ranking


def _box_extreme(srcType: int, ksize: Size, anchor: Size, border: int, value: Scalar, largest: bool) -> Filter:  # noqa: N803
    types_of(srcType)
    pad, (width, height) = padding(ksize, anchor, border, value=value), ksize

    def apply(image: Tensor) -> Tensor:
        x = ranking.extreme_along(computable(pad(image)), width, 2, largest)
        return ranking.extreme_along(x, height, 1, largest).to(image.dtype)

    return Filter(srcType, apply)


@native("cudafilters")
def createBoxMaxFilter(  # noqa: N802
    srcType: int,  # noqa: N803
    ksize: Size,
    anchor: Size = (-1, -1),
    borderMode: int = cv2.BORDER_DEFAULT,  # noqa: N803
    borderVal: Scalar = 0,  # noqa: N803
) -> Filter:
    """A filter whose results are the maxima in a rectangle. Arguments as :func:`createBoxFilter`'s."""
    return _box_extreme(srcType, ksize, anchor, _borders.check(borderMode, "createBoxMaxFilter"), borderVal, True)


@native("cudafilters")
def createBoxMinFilter(  # noqa: N802
    srcType: int,  # noqa: N803
    ksize: Size,
    anchor: Size = (-1, -1),
    borderMode: int = cv2.BORDER_DEFAULT,  # noqa: N803
    borderVal: Scalar = 0,  # noqa: N803
) -> Filter:
    """A filter whose results are the minima in a rectangle. Arguments as :func:`createBoxFilter`'s."""
    return _box_extreme(srcType, ksize, anchor, _borders.check(borderMode, "createBoxMinFilter"), borderVal, False)


_OPERATIONS = (
    cv2.MORPH_ERODE,
    cv2.MORPH_DILATE,
    cv2.MORPH_OPEN,
    cv2.MORPH_CLOSE,
    cv2.MORPH_GRADIENT,
    cv2.MORPH_TOPHAT,
    cv2.MORPH_BLACKHAT,
)


@native("cudafilters")
def createMorphologyFilter(  # noqa: N802
    op: int,
    srcType: int,  # noqa: N803
    kernel: Any,
    anchor: Size = (-1, -1),
    iterations: int = 1,
) -> Filter:
    """A filter whose results are those of ``cv.morphologyEx``; what is outside of an image counts for nothing.

    Args:
        op: ``cv.MORPH_ERODE``, ``MORPH_DILATE``, ``MORPH_OPEN``, ``MORPH_CLOSE``, ``MORPH_GRADIENT``,
            ``MORPH_TOPHAT`` or ``MORPH_BLACKHAT``.
        srcType: the type of the images and results.
        kernel: which neighbours count: (h, w), an array or tensor that is not 0 there, read on the host, once.
        anchor: which place of it is the pixel's own; (-1, -1): the middle.
        iterations: how many times each erosion and dilation is done.
    """
    types_of(srcType)
    if op not in _OPERATIONS:
        raise refuse("op", f"is {op}: pass one of cv.MORPH_ERODE to MORPH_BLACKHAT")
    if iterations < 1:
        raise refuse("iterations", f"is {iterations}: pass 1 or more")
    selected = numbers_of(kernel, "kernel", 2) != 0
    if not selected.any():
        raise refuse("kernel", "selects nothing: pass one that is not 0 everywhere")
    height, width = selected.shape
    _, _, left, _, top, _ = window((width, height), anchor)
    if selected.all() and iterations > 1:  # repeated, rectangles are larger rectangles
        selected = np.ones(((height - 1) * iterations + 1, (width - 1) * iterations + 1), bool)
        left, top, iterations = left * iterations, top * iterations, 1
    rows: list[list[bool]] = selected.tolist()

    def extreme(x: Tensor, largest: bool, dtype: torch.dtype) -> Tensor:
        outside = _least(dtype) if largest else _most(dtype)
        pads = (0, 0, left, len(rows[0]) - 1 - left, top, len(rows) - 1 - top)
        for _ in range(iterations):
            x = ranking.extreme(torch.nn.functional.pad(x, pads, value=outside), rows, largest)
        return x

    def apply(image: Tensor) -> Tensor:
        x, dtype = computable(image), image.dtype
        first = extreme(x, op in (cv2.MORPH_DILATE, cv2.MORPH_CLOSE, cv2.MORPH_BLACKHAT, cv2.MORPH_GRADIENT), dtype)
        if op in (cv2.MORPH_ERODE, cv2.MORPH_DILATE):
            return first.to(dtype)
        if op == cv2.MORPH_GRADIENT:
            return saturate(first - extreme(x, False, dtype), dtype)
        both = extreme(first, op in (cv2.MORPH_OPEN, cv2.MORPH_TOPHAT), dtype)
        result = x - both if op == cv2.MORPH_TOPHAT else both - x if op == cv2.MORPH_BLACKHAT else both
        return saturate(result, dtype)

    return Filter(srcType, apply)


def _least(dtype: torch.dtype) -> float:
    return torch.finfo(dtype).min if dtype.is_floating_point else torch.iinfo(dtype).min


def _most(dtype: torch.dtype) -> float:
    return torch.finfo(dtype).max if dtype.is_floating_point else torch.iinfo(dtype).max


@native("cudafilters")
def createMedianFilter(srcType: int, windowSize: int, partition: int = 128) -> Filter:  # noqa: N802, N803
    """A filter whose results are the medians in a square, as ``cv.medianBlur`` gives them; the border is replicated.

    Args:
        srcType: the type of the images and results.
        windowSize: the side of the square, odd.
        partition: OpenCV's, for its parallel algorithm; it makes no difference.
    """
    types_of(srcType)
    if windowSize < 1 or windowSize % 2 == 0:
        raise refuse("windowSize", f"is {windowSize}: pass an odd number")
    pad = padding((windowSize, windowSize), (-1, -1), cv2.BORDER_REPLICATE)
    return Filter(srcType, lambda image: ranking.median(pad(image), windowSize))

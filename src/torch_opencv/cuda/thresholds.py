"""OpenCV's module ``cudaarithm``: ``threshold``."""

from __future__ import annotations

import math

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda import _numbers
from torch_opencv.cuda._calls import Image, Out, native, refuse
from torch_opencv.cuda._images import batched, channels, squeezed
from torch_opencv.cuda.kernels import elementwise, histogram
from torch_opencv.cuda.streams import Stream


@native("cudaarithm")
def threshold(
    src: Image,
    thresh: float,
    maxval: float,
    type: int,
    dst: Out = None,
    stream: Stream | None = None,
) -> tuple[float, Tensor]:
    """A fixed threshold, or Otsu's.

    Args:
        src: an image or batch. Among integers, ``thresh`` is rounded down and ``maxval`` to the nearest.
        thresh: the threshold.
        maxval: the value for ``THRESH_BINARY`` and ``THRESH_BINARY_INV``.
        type: ``cv.THRESH_BINARY``, ``THRESH_BINARY_INV``, ``THRESH_TRUNC``, ``THRESH_TOZERO`` or ``THRESH_TOZERO_INV``,
            with ``| cv.THRESH_OTSU`` for a threshold that is found for one uint8 image of one channel.
        dst: where to write the result.
        stream: the stream to work on.

    Returns:
        The threshold used, and an array like ``src``. With ``THRESH_OTSU`` the host waits for the threshold, as
        OpenCV's does.
    """
    kind, automatic = type & 7, type & ~7
    if kind > 4 or automatic not in (0, cv2.THRESH_OTSU):
        raise refuse(
            "type", f"is {type}: pass one of cv.THRESH_BINARY to THRESH_TOZERO_INV, with or without THRESH_OTSU"
        )
    src = squeezed(src)
    if automatic:
        if src.dtype != torch.uint8 or channels(src) != 1 or batched(src).shape[0] != 1:
            raise refuse("src", f"is {src.dtype} {tuple(src.shape)}: THRESH_OTSU needs one uint8 image of one channel")
        thresh = float(histogram.otsu(histogram.of_bytes(batched(src))[0]))
    if _numbers.is_integer(src.dtype):
        thresh, maxval = float(math.floor(thresh)), _numbers.rounded(maxval, src.dtype)
        if kind == 2 and thresh < torch.iinfo(src.dtype).min:
            return thresh, torch.zeros_like(src)  # as the CPU function does; it isn't the least integer
    limit: Tensor | float = thresh
    if src.dtype == torch.float32:
        limit = torch.full((), thresh, dtype=torch.float32, device=src.device)
    return thresh, elementwise.thresholded(src, limit, maxval, kind)

"""OpenCV's module ``cudaimgproc``: measures of corners. They follow the CPU functions."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda import _borders, _numbers
from torch_opencv.cuda._calls import Image, Out, method, native, native_class, refuse
from torch_opencv.cuda._images import batched, channels, like
from torch_opencv.cuda.filters_separable import createDerivFilter
from torch_opencv.cuda.kernels import correlation
from torch_opencv.cuda.streams import Stream


def is_type(src: Tensor, code: int) -> None:
    """See that an image is of the type that an object was made for."""
    found = _numbers.type_code(src.dtype, channels(src))
    if found != code:
        raise refuse("image", f"is {_numbers.type_name(found)}, and this was made for {_numbers.type_name(code)}")


@native_class("cudaimgproc")
class CornernessCriteria:
    """A measure of how much of a corner each pixel is; :func:`createHarrisCorner` and its like make it."""

    def __init__(
        self,
        source_type: int,
        block_size: int,
        ksize: int,
        border: int,
        measure: Callable[[Tensor, Tensor, Tensor], Tensor],
    ) -> None:
        if source_type not in (cv2.CV_8UC1, cv2.CV_32FC1):
            raise refuse("srcType", f"is {source_type}: pass cv.CV_8UC1 or cv.CV_32FC1")
        gain = (1 << (ksize - 1) if ksize > 0 else 8) * block_size  # what the kernels add up to
        scale = 1 / (gain * (255 if source_type == cv2.CV_8UC1 else 1))
        self._type, self._block, self._border, self._measure = source_type, block_size, border, measure
        self._derivatives = [
            createDerivFilter(source_type, cv2.CV_32F, dx, 1 - dx, ksize, False, scale, border) for dx in (1, 0)
        ]

    @method("CornernessCriteria.compute")
    def compute(self, src: Image, dst: Out = None, stream: Stream | None = None) -> Tensor:
        """The measure of each pixel.

        Args:
            src: an image (H, W) or batch (N, H, W, 1) of the type that this was made for.
            dst: where to write the result.
            stream: the stream to work on.

        Returns:
            float32, of the shape of ``src``.
        """
        is_type(src, self._type)
        dx, dy = (batched(f.apply(src)) for f in self._derivatives)
        before, after = self._block // 2, self._block - 1 - self._block // 2
        products = torch.cat([dx * dx, dx * dy, dy * dy], -1)
        padded = _borders.padded(products, before, after, before, after, self._border)
        a, b, c = correlation.box_sums(padded, self._block, self._block).split_with_sizes([1, 1, 1], -1)
        return like(src, self._measure(a, b, c))


@native("cudaimgproc")
def createHarrisCorner(  # noqa: N802
    srcType: int,  # noqa: N803
    blockSize: int,  # noqa: N803
    ksize: int,
    k: float,
    borderType: int = cv2.BORDER_REFLECT_101,  # noqa: N803
) -> CornernessCriteria:
    """Harris's measure, as ``cv.cornerHarris``.

    Args:
        srcType: ``cv.CV_8UC1`` or ``cv.CV_32FC1``.
        blockSize: the side of the neighbourhood.
        ksize: the size of the Sobel kernels; -1: Scharr's.
        k: the factor of the squared trace.
        borderType: the border.
    """
    border = _borders.check(borderType, "createHarrisCorner", "borderType")
    return CornernessCriteria(srcType, blockSize, ksize, border, lambda a, b, c: a * c - b * b - k * (a + c) * (a + c))


@native("cudaimgproc")
def createMinEigenValCorner(  # noqa: N802
    srcType: int,  # noqa: N803
    blockSize: int,  # noqa: N803
    ksize: int,
    borderType: int = cv2.BORDER_REFLECT_101,  # noqa: N803
) -> CornernessCriteria:
    """The smaller eigenvalue of the gradients' covariance, as ``cv.cornerMinEigenVal``. Arguments as Harris's."""
    border = _borders.check(borderType, "createMinEigenValCorner", "borderType")

    def measure(a: Tensor, b: Tensor, c: Tensor) -> Tensor:
        a, c = a * 0.5, c * 0.5
        return (a + c) - ((a - c) * (a - c) + b * b).sqrt()

    return CornernessCriteria(srcType, blockSize, ksize, border, measure)

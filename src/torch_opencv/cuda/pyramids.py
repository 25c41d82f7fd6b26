"""OpenCV's module ``cudawarping``: halving and doubling images. They follow the CPU functions of the same names."""

from __future__ import annotations

from torch import Tensor

from torch_opencv.cuda._calls import Image, Out, native, refuse
from torch_opencv.cuda._images import batched, like
from torch_opencv.cuda.kernels import pyramid
from torch_opencv.cuda.streams import Stream
from torch_opencv.cuda.warping import SAMPLED


@native("cudawarping")
def pyrDown(src: Image, dst: Out = None, stream: Stream | None = None) -> Tensor:  # noqa: N802
    """An image smoothed by a Gaussian of 5 x 5, and every other row and column of it.

    Args:
        src: an image or batch of uint8, uint16, int16, float32 or float64. The border is ``BORDER_REFLECT_101``.
        dst: where to write the result.
        stream: the stream to work on.

    Returns:
        ((H + 1) // 2, (W + 1) // 2, C).
    """
    return like(src, pyramid.down(batched(_interpolable(src))))


@native("cudawarping")
def pyrUp(src: Image, dst: Out = None, stream: Stream | None = None) -> Tensor:  # noqa: N802
    """An image of double size: zeros in between, then a Gaussian of 5 x 5, times 4. Arguments as :func:`pyrDown`'s.

    Returns:
        (2 H, 2 W, C).
    """
    return like(src, pyramid.up(batched(_interpolable(src))))


def _interpolable(src: Tensor) -> Tensor:
    if src.dtype not in SAMPLED:
        raise refuse("src", f"is {src.dtype}: pass uint8, uint16, int16, float32 or float64")
    return src

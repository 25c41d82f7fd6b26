"""OpenCV's module ``cudaarithm``: sums over all pixels above and to the left, and what is computed of them."""

from __future__ import annotations

from torch import Tensor

from torch_opencv.cuda._calls import Image, Out, native, refuse
from torch_opencv.cuda._images import batched, channels, like
from torch_opencv.cuda.kernels import reduction
from torch_opencv.cuda.streams import Stream


@native("cudaarithm")
def integral(src: Image, sum: Out = None, stream: Stream | None = None) -> Tensor:
    """The integral of an image: each value is the sum of all that are above and to the left of it.

    Args:
        src: an image or batch.
        sum: where to write the result.
        stream: the stream to work on.

    Returns:
        (H + 1, W + 1, C); int32 for integers, float64 for floats.
    """
    return like(src, reduction.integral(batched(src), squared=False))


@native("cudaarithm")
def sqrIntegral(src: Image, sqsum: Out = None, stream: Stream | None = None) -> Tensor:  # noqa: N802
    """The integral of an image's squares: float64, (H + 1, W + 1, C)."""
    return like(src, reduction.integral(batched(src), squared=True))


@native("cudaarithm")
def rectStdDev(  # noqa: N802
    src: Image,
    sqr: Image,
    rect: tuple[int, int, int, int],
    dst: Out = None,
    stream: Stream | None = None,
) -> Tensor:
    """The standard deviation in a rectangle around each place, from integral images.

    Args:
        src: the integral of an image, (H, W), as :func:`integral` makes it.
        sqr: the integral of its squares, (H, W), as :func:`sqrIntegral` makes it.
        rect: (x, y, width, height) relative to each place.
        dst: where to write the result.
        stream: the stream to work on.

    Returns:
        float32, (H, W); 0 where the rectangle would leave the image.
    """
    if channels(src) != 1 or src.shape != sqr.shape:
        raise refuse("sqr", f"has the shape {tuple(sqr.shape)}, and 'src' {tuple(src.shape)}: pass two of one channel")
    x, y, w, h = rect
    if w <= 0 or h <= 0 or x < 0 or y < 0 or y + h >= batched(src).shape[1] or x + w >= batched(src).shape[2]:
        raise refuse("rect", f"is {rect}, and does not fit into {tuple(src.shape)}: pass a smaller one")
    return like(src, reduction.rectangle_deviation(batched(src), batched(sqr), (x, y, w, h)))

"""OpenCV's module ``cudaimgproc``: the bilateral filter. It follows the CPU function."""

from __future__ import annotations

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda import _borders
from torch_opencv.cuda._calls import Image, Out, native, refuse
from torch_opencv.cuda._images import batched, channels, like
from torch_opencv.cuda.kernels import bilateral
from torch_opencv.cuda.streams import Stream


@native("cudaimgproc")
def bilateralFilter(  # noqa: N802
    src: Image,
    kernel_size: int,
    sigma_color: float,
    sigma_spatial: float,
    dst: Out = None,
    borderMode: int = cv2.BORDER_DEFAULT,  # noqa: N803
    stream: Stream | None = None,
) -> Tensor:
    """An image smoothed within its edges, as ``cv.bilateralFilter``.

    Args:
        src: uint8 or float32, of 1 or 3 channels, or a batch.
        kernel_size: the diameter of the neighbourhood; 0: what ``sigma_spatial`` asks for.
        sigma_color: the standard deviation of colours.
        sigma_spatial: the standard deviation of places.
        dst: where to write the result.
        borderMode: the border.
        stream: the stream to work on.
    """
    if src.dtype not in (torch.uint8, torch.float32) or channels(src) not in (1, 3):
        raise refuse("src", f"is {src.dtype} of {channels(src)} channels: pass uint8 or float32 of 1 or 3")
    border = _borders.check(borderMode, "bilateralFilter")
    sigma_color, sigma_spatial = (s if s > 0 else 1.0 for s in (sigma_color, sigma_spatial))
    radius = max(round(sigma_spatial * 1.5) if kernel_size <= 0 else kernel_size // 2, 1)
    padded = _borders.padded(batched(src), radius, radius, radius, radius, border)
    return like(src, bilateral.smoothed(padded, radius, sigma_color, sigma_spatial, src.dtype))

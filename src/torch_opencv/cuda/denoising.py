"""OpenCV's module ``photo`` on CUDA: denoising by non-local means."""

from __future__ import annotations

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda import _borders
from torch_opencv.cuda._calls import Image, Out, native, refuse
from torch_opencv.cuda._images import batched, channels, like
from torch_opencv.cuda.color import cvtColor
from torch_opencv.cuda.kernels import denoising
from torch_opencv.cuda.streams import Stream


def _check(src: Tensor, h: float, search_window: int, block_size: int, dtypes: tuple[torch.dtype, ...]) -> None:
    if src.dtype not in dtypes:
        raise refuse("src", f"is {src.dtype}: pass {' or '.join(str(d).removeprefix('torch.') for d in dtypes)}")
    if h <= 0:
        raise refuse("h", f"is {h}: pass more than 0")
    if search_window < 1 or block_size < 1:
        raise refuse("search_window", f"and block_size are {search_window} and {block_size}: pass numbers from 1")


@native("photo")
def nonLocalMeans(  # noqa: N802
    src: Image,
    h: float,
    dst: Out = None,
    search_window: int = 21,
    block_size: int = 7,
    borderMode: int = cv2.BORDER_DEFAULT,  # noqa: N803
    stream: Stream | None = None,
) -> Tensor:
    """An image without noise: each pixel becomes a mean of those with like surroundings, and the nearer the more so.

    Args:
        src: uint8 or uint16, of up to 4 channels.
        h: how much noise there is, in levels.
        dst: where to write the result.
        search_window: the side of the window that pixels are taken from.
        block_size: the side of the surroundings that are compared.
        borderMode: what is outside of the image.
        stream: the stream to work on.
    """
    _check(src, h, search_window, block_size, (torch.uint8, torch.uint16))
    border = _borders.check(borderMode, "nonLocalMeans")
    return like(src, denoising.in_floats(batched(src), h, search_window, block_size, border))


@native("photo")
def fastNlMeansDenoising(  # noqa: N802
    src: Image,
    h: float,
    dst: Out = None,
    search_window: int = 21,
    block_size: int = 7,
    stream: Stream | None = None,
) -> Tensor:
    """An image without noise, as ``cv.fastNlMeansDenoising`` (whose sizes come in the other order).

    Args:
        src: uint8, of up to 4 channels.
        h: how much noise there is, in levels.
        dst: where to write the result.
        search_window: the side of the window that pixels are taken from.
        block_size: the side of the surroundings that are compared.
        stream: the stream to work on.
    """
    _check(src, h, search_window, block_size, (torch.uint8,))
    return like(src, denoising.in_fixed_point(batched(src), h, search_window, block_size))


@native("photo")
def fastNlMeansDenoisingColored(  # noqa: N802
    src: Image,
    h_luminance: float,
    photo_render: float,
    dst: Out = None,
    search_window: int = 21,
    block_size: int = 7,
    stream: Stream | None = None,
) -> Tensor:
    """A colour image without noise, as ``cv.fastNlMeansDenoisingColored``: lightness and colour apart, in Lab.

    Args:
        src: uint8, BGR.
        h_luminance: how much noise there is in the lightness.
        photo_render: how much noise there is in the colours.
        dst: where to write the result.
        search_window: the side of the window that pixels are taken from.
        block_size: the side of the surroundings that are compared.
        stream: the stream to work on.
    """
    _check(src, min(h_luminance, photo_render), search_window, block_size, (torch.uint8,))
    if channels(src) != 3:
        raise refuse("src", f"has {channels(src)} channels: pass three")
    lab = batched(cvtColor(src, cv2.COLOR_LBGR2Lab))
    sizes = (search_window, block_size)
    lightness = denoising.in_fixed_point(lab[..., :1], h_luminance, *sizes)
    colors = denoising.in_fixed_point(lab[..., 1:], photo_render, *sizes)
    return cvtColor(like(src, torch.cat([lightness, colors], -1)), cv2.COLOR_Lab2LBGR)

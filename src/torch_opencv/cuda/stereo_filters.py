"""OpenCV's module ``cudastereo``: disparities smoothed and coloured, as OpenCV's CUDA functions define it."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from torch_opencv.cuda._calls import Image, Out, method, native, native_class, refuse
from torch_opencv.cuda._images import batched, channels, like
from torch_opencv.cuda._settings import settings
from torch_opencv.cuda._tables import table
from torch_opencv.cuda.streams import Stream


@native("cudastereo")
def drawColorDisp(  # noqa: N802
    src_disp: Image, ndisp: int, dst_disp: Out = None, stream: Stream | None = None
) -> Tensor:
    """Disparities as colours, from red for the nearest to blue for the farthest.

    Args:
        src_disp: uint8, int16, int32 or float32, (H, W) or (N, H, W, 1).
        ndisp: how many disparities there are.
        dst_disp: where to write the result.
        stream: the stream to work on.

    Returns:
        uint8, (H, W, 4): BGR and 255.
    """
    if channels(src_disp) != 1:
        raise refuse("src_disp", f"has {channels(src_disp)} channels: pass one")
    if ndisp < 1:
        raise refuse("ndisp", f"is {ndisp}: pass 1 or more")
    d = batched(src_disp)[..., 0].to(torch.float32)
    hue = ((ndisp - d) * 240 / ndisp).trunc().long().remainder(1 << 32)
    sector = (hue // 60) % 6
    part = (hue % 60).float() / 60
    zero, one = torch.zeros_like(part), torch.ones_like(part)
    rising, falling = part, 1 - part
    blue = (zero, zero, rising, one, one, falling)
    green = (rising, one, one, falling, zero, zero)
    red = (one, falling, zero, zero, rising, one)
    planes = [torch.stack(x).gather(0, sector[None])[0] for x in (blue, green, red)]
    return like(src_disp, (torch.stack([*planes, one], -1) * 255).to(torch.uint8))


@native_class("cudastereo")
@settings(
    ("NumDisparities", "int", "how many disparities there are"),
    ("Radius", "int", "how far, in pixels along x and y, the pixels are that count"),
    ("NumIters", "int", "how many times the image is gone through"),
    ("EdgeThreshold", "float", "the step that is an edge, as a share of the disparities"),
    ("MaxDiscThreshold", "float", "the step beyond which all count alike, as a share of the disparities"),
    ("SigmaRange", "float", "the standard deviation of colours"),
)
class DisparityBilateralFilter:
    """Moves the edges of disparities to those of the image; :func:`createDisparityBilateralFilter` makes it."""

    def __init__(self, ndisp: int, radius: int, iters: int) -> None:
        self._numDisparities, self._radius, self._numIters = ndisp, radius, iters
        self._edgeThreshold, self._maxDiscThreshold, self._sigmaRange = 0.1, 0.2, 10.0

    @method("DisparityBilateralFilter.apply")
    def apply(self, disparity: Image, image: Image, dst: Out = None, stream: Stream | None = None) -> Tensor:
        """The filtered disparities.

        Args:
            disparity: uint8, int16 or float32, (H, W) or (N, H, W, 1).
            image: the image, uint8, of 1 or 3 channels.
            dst: where to write the result.
            stream: the stream to work on.

        Returns:
            An array of the shape and dtype of ``disparity``.
        """
        if disparity.dtype not in (torch.uint8, torch.int16, torch.float32) or channels(disparity) != 1:
            raise refuse("disparity", f"is {disparity.dtype}: pass uint8, int16 or float32 of one channel")
        if image.dtype != torch.uint8 or channels(image) not in (1, 3):
            raise refuse("image", f"is {image.dtype} of {channels(image)} channels: pass uint8 of 1 or 3")
        d, image = batched(disparity)[..., 0].float(), batched(image).to(torch.int32)
        if image.shape[:3] != d.shape:
            raise refuse("image", f"has the shape {tuple(image.shape)}: pass one of the size of 'disparity'")
        for turn in range(2 * self._numIters):
            d = self._half(d, image, turn & 1)
        return like(disparity, d[..., None].to(disparity.dtype))

    def _half(self, d: Tensor, image: Tensor, turn: int) -> Tensor:
        """Every second pixel, as on a chess board, becomes the one of its four neighbours or itself that fits best."""
        h, w = d.shape[1:]
        edge = max(1, int(self._numDisparities * self._edgeThreshold + 0.5))
        most = int(self._numDisparities * self._maxDiscThreshold + 0.5)
        radius, sigma = self._radius, self._sigmaRange
        color = table([math.exp(-i * i / (2 * sigma * sigma)) for i in range(256)], torch.float32, d.device)
        near = torch.nn.functional.pad(d[:, None], (1, 1, 1, 1), mode="replicate")[:, 0]
        own = [d, near[:, :-2, 1:-1], near[:, 1:-1, :-2], near[:, 2:, 1:-1], near[:, 1:-1, 2:]]
        costs = [torch.zeros_like(d) for _ in own]
        column, row = torch.arange(w, device=d.device), torch.arange(h, device=d.device)[:, None]
        for dy in range(-radius, radius + 1):
            for dx in range(-radius, radius + 1):
                rows, columns = (row[:, 0] + dy).clamp(0, h - 1), (column + dx).clamp(0, w - 1)
                there = d.index_select(1, rows).index_select(2, columns)
                colors = image.index_select(1, rows).index_select(2, columns)
                apart = (colors - image).abs().amax(-1)
                inside = (row + dy >= 0) & (row + dy < h) & (column + dx >= 0) & (column + dx < w)
                space = math.exp(-math.sqrt(dx * dx + dy * dy) / (radius + 1))
                weight = color.index_select(0, apart.reshape(-1)).reshape(apart.shape) * space * inside
                costs = [c + (there - mine).abs().clamp(max=most) * weight for c, mine in zip(costs, own, strict=True)]
        best = torch.stack(costs).argmin(0)
        chosen = torch.stack(own).gather(0, best[None])[0]
        is_edge = torch.stack([(x - d).abs() for x in own[1:]]).amax(0) >= edge
        inner = (row > 0) & (row < h - 1) & (column > 0) & (column < w - 1)
        return torch.where(is_edge & inner & ((column + row + turn) % 2 == 0), chosen, d)


@native("cudastereo")
def createDisparityBilateralFilter(  # noqa: N802
    ndisp: int = 64, radius: int = 3, iters: int = 1
) -> DisparityBilateralFilter:
    """A :class:`DisparityBilateralFilter`.

    Args:
        ndisp: how many disparities there are.
        radius: how far, in pixels along x and y, the pixels are that count.
        iters: how many times the image is gone through.
    """
    if ndisp < 1 or radius < 1 or iters < 1:
        raise refuse("ndisp", f"radius and iters are {ndisp}, {radius} and {iters}: pass numbers from 1")
    return DisparityBilateralFilter(ndisp, radius, iters)

"""Kernels in Triton, as functions of tensors: they give the bits of torch's operations.

Nothing is fused into one rounding (``enable_fp_fusion=False``), as torch's operations round each by itself. Images are
(N, H, W, C), uint8.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import torch
import triton
from torch import Tensor

from torch_opencv.cuda._numbers import table
from torch_opencv.cuda.kernels import triton_kernels

_BLOCK = 512
"""How many numbers of a row a program makes."""


def _rows(image: Tensor) -> Tensor:
    """An image whose pixels are side by side; rows and images may lie apart."""
    beside = image.stride(3) == 1 and image.stride(2) == image.shape[3]
    return image if beside and min(image.stride()) >= 0 else image.contiguous()


def _launch(kernel: Any, grid: tuple[int, ...], device: torch.device, *args: Any, **constants: Any) -> None:
    if device.type == "cuda":
        with torch.cuda.device(device):
            kernel[grid](*args, **constants, enable_fp_fusion=False)
    else:
        kernel[grid](*args, **constants)


def _over_rows(kernel: Any, image: Tensor, height: int, width: int, *args: Any, **constants: Any) -> Tensor:
    image = _rows(image)
    n, h, w, c = image.shape
    out = torch.empty((n, height, width, c), dtype=image.dtype, device=image.device)
    grid = (triton.cdiv(width * c, _BLOCK), height, n)
    strides = image.stride()[:2]
    own = {"C": c, "BLOCK": _BLOCK}
    _launch(kernel, grid, image.device, image, out, *args, *strides, h, w, height, width, **constants, **own)
    return out


def resized(image: Tensor, height: int, width: int, scales: tuple[float, float], is_nearest: bool) -> Tensor:
    """``kernels.resampling.resized`` for ``INTER_LINEAR`` and ``INTER_NEAREST``."""
    kernel = triton_kernels.nearest_kernel if is_nearest else triton_kernels.resize_kernel
    return _over_rows(kernel, image, height, width, scale_x=scales[0], scale_y=scales[1])


def preprocessed(
    image: Tensor,
    boxes: Sequence[tuple[int, int, int, int, int]],
    size: tuple[int, int],
    factors: Sequence[float],
    shifts: Sequence[float],
    is_swapped: bool,
    dtype: torch.dtype,
) -> Tensor:
    """``cv.cuda.preprocess``: ``boxes`` are the number of the image, x, y, width, height; ``size`` (width, height)."""
    image, (width, height) = _rows(image), size
    rows = [(*box, 1.0 / (width / box[3]), 1.0 / (height / box[4])) for box in boxes]
    out = torch.empty((len(rows), 3, height, width), dtype=dtype, device=image.device)
    if rows:
        numbers = table([x for row in rows for x in row], torch.float64, image.device)
        block = min(_BLOCK, triton.next_power_of_2(width))
        grid = (triton.cdiv(width, block), height, len(rows))
        strides = image.stride()[:2]
        _launch(
            triton_kernels.preprocess_kernel, grid, image.device,
            image, out, numbers, *strides, height, width, *factors, *shifts,
            SWAP=is_swapped, BLOCK=block,
        )  # fmt: skip
    return out


def gray(image: Tensor, first_is_blue: bool) -> Tensor:
    """Luma of (N, H, W, 3 or 4): (N, H, W, 1)."""
    image = image.contiguous()
    out = torch.empty((*image.shape[:3], 1), dtype=torch.uint8, device=image.device)
    grid = (triton.cdiv(out.numel(), _BLOCK),)
    constants: dict[str, Any] = {"FIRST_IS_BLUE": first_is_blue, "C": image.shape[3], "BLOCK": _BLOCK}
    _launch(triton_kernels.gray_kernel, grid, image.device, image, out, out.numel(), **constants)
    return out


def thresholded(image: Tensor, limit: int, most: int, kind: int) -> Tensor:
    """``kernels.elementwise.thresholded`` for uint8."""
    image = image.contiguous()
    out = torch.empty_like(image)
    grid = (triton.cdiv(out.numel(), 2 * _BLOCK),)
    _launch(
        triton_kernels.threshold_kernel,
        grid,
        image.device,
        image,
        out,
        out.numel(),
        limit,
        most,
        KIND=kind,
        BLOCK=2 * _BLOCK,
    )
    return out


def smoothed(
    image: Tensor, across: Sequence[int], down: Sequence[int], borders: tuple[int, int], bits: int, step: int = 1
) -> Tensor:
    """Two kernels of whole numbers that add up to ``2 ** bits`` together; every ``step``-th pixel of either axis."""
    height, width = (-(-x // step) for x in image.shape[1:3])
    taps = _taps_on(tuple(across) + tuple(down), image.device)
    constants: dict[str, Any] = {"KX": len(across), "KY": len(down), "STEP": step, "BITS": bits}
    return _over_rows(
        triton_kernels.separable_kernel, image, height, width, taps, ACROSS=borders[0], DOWN=borders[1], **constants
    )  # fmt: skip


@functools.lru_cache(maxsize=64)
def _taps_on(taps: tuple[int, ...], device: torch.device) -> Tensor:
    return table(taps, torch.int32, device)


def warped(
    image: Tensor, m: Sequence[Sequence[float]], height: int, width: int, border: int, value: Sequence[float]
) -> Tensor:
    """``warpAffine``, linear: ``m`` maps the result to the image."""
    (a, b, c), (d, e, f) = m
    filling = {f"v{i}": min(max(round(x), 0), 255) for i, x in enumerate(value)}
    numbers = {"m0": a * 1024, "m1": b, "m2": c, "m3": d * 1024, "m4": e, "m5": f}
    return _over_rows(triton_kernels.warp_kernel, image, height, width, **numbers, **filling, BORDER=border)

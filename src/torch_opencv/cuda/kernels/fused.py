"""Kernels in Triton, as functions of tensors: they give the bits of torch's operations.

Nothing is fused into one rounding (``enable_fp_fusion=False``), as torch's operations round each by itself. Images are
(N, H, W, C), uint8.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import triton
from torch import Tensor

from torch_opencv.cuda._tables import kept, table
from torch_opencv.cuda.kernels import launches
from torch_opencv.cuda.kernels.triton_kernels import KERNELS


def _rows(image: Tensor) -> Tensor:
    """An image whose pixels are side by side; rows and images may lie apart."""
    beside = image.stride(3) == 1 and image.stride(2) == image.shape[3]
    return image if beside and min(image.stride()) >= 0 else image.contiguous()


def _launch(name: str, rows: tuple[int, ...], width: int, device: torch.device, *args: Any, **constants: Any) -> None:
    """Start a kernel that makes ``width`` numbers for each of ``rows``."""
    launch = launches.of(name, device)
    block = min(launch.block, max(32, triton.next_power_of_2(width)))
    kernel = KERNELS[name][(triton.cdiv(width, block), *rows)]
    if device.type == "cuda":
        with torch.cuda.device(device):
            kernel(*args, **constants, BLOCK=block, num_warps=launch.warps, enable_fp_fusion=False)
    else:
        kernel(*args, **constants, BLOCK=block)


def _over_rows(name: str, image: Tensor, height: int, width: int, *args: Any, **constants: Any) -> Tensor:
    image = _rows(image)
    n, h, w, c = image.shape
    out = torch.empty((n, height, width, c), dtype=image.dtype, device=image.device)
    sizes = (*image.stride()[:2], h, w, height, width)
    _launch(name, (height, n), width * c, image.device, image, out, *args, *sizes, **constants, C=c)
    return out


def resized(image: Tensor, height: int, width: int, scales: tuple[float, float], is_nearest: bool) -> Tensor:
    """``kernels.resampling.resized`` for ``INTER_LINEAR`` and ``INTER_NEAREST``."""
    name = "nearest" if is_nearest else "resize"
    return _over_rows(name, image, height, width, scale_x=scales[0], scale_y=scales[1])


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
        sizes = (*image.stride()[:2], height, width)
        _launch(
            "preprocess", (height, len(rows)), width, image.device,
            image, out, numbers, *sizes, *factors, *shifts, SWAP=is_swapped,
        )  # fmt: skip
    return out


def gray(image: Tensor, first_is_blue: bool) -> Tensor:
    """Luma of (N, H, W, 3 or 4): (N, H, W, 1)."""
    image = image.contiguous()
    out = torch.empty((*image.shape[:3], 1), dtype=torch.uint8, device=image.device)
    constants: dict[str, Any] = {"FIRST_IS_BLUE": first_is_blue, "C": image.shape[3]}
    _launch("gray", (), out.numel(), image.device, image, out, out.numel(), **constants)
    return out


def thresholded(image: Tensor, limit: int, most: int, kind: int) -> Tensor:
    """``kernels.elementwise.thresholded`` for uint8."""
    image = image.contiguous()
    out = torch.empty_like(image)
    _launch("threshold", (), out.numel(), image.device, image, out, out.numel(), limit, most, KIND=kind)
    return out


def smoothed(
    image: Tensor, across: Sequence[int], down: Sequence[int], borders: tuple[int, int], bits: int, step: int = 1
) -> Tensor:
    """Two kernels of whole numbers that add up to ``2 ** bits`` together; every ``step``-th pixel of either axis."""
    height, width = (-(-x // step) for x in image.shape[1:3])
    taps = _taps_on(tuple(across) + tuple(down), image.device)
    constants: dict[str, Any] = {"KX": len(across), "KY": len(down), "STEP": step, "BITS": bits}
    return _over_rows("separable", image, height, width, taps, ACROSS=borders[0], DOWN=borders[1], **constants)


@kept
def _taps_on(taps: tuple[int, ...], device: torch.device) -> Tensor:
    return table(taps, torch.int32, device)


def warped(
    image: Tensor, m: Sequence[Sequence[float]], height: int, width: int, border: int, value: Sequence[float]
) -> Tensor:
    """``warpAffine``, linear: ``m`` maps the result to the image."""
    (a, b, c), (d, e, f) = m
    filling = {f"v{i}": min(max(round(x), 0), 255) for i, x in enumerate(value)}
    numbers = {"m0": a * 1024, "m1": b, "m2": c, "m3": d * 1024, "m4": e, "m5": f}
    return _over_rows("warp", image, height, width, **numbers, **filling, BORDER=border)

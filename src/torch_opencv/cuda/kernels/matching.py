"""Template matching (imgproc/src/templmatch.cpp), in float64."""

from __future__ import annotations

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda.kernels.reduction import integral


def correlated(image: Tensor, template: Tensor) -> Tensor:
    """The sums of products at all places, of (N, H, W, C) and (h, w, C): (N, H - h + 1, W - w + 1)."""
    height, width = image.shape[1] - template.shape[0] + 1, image.shape[2] - template.shape[1] + 1
    sizes = [cv2.getOptimalDFTSize(image.shape[1]), cv2.getOptimalDFTSize(image.shape[2])]
    spectrum = torch.fft.rfft2(template.permute(2, 0, 1), sizes).conj()
    product = (torch.fft.rfft2(image.permute(0, 3, 1, 2), sizes) * spectrum).sum(1)
    whole: Tensor = torch.fft.irfft2(product, sizes)
    return whole[:, :height, :width]


def _windows(image: Tensor, height: int, width: int, squared: bool) -> Tensor:
    """Sums, or sums of squares, of all windows: (N, ., ., C)."""
    x = integral(image, squared).double()
    return x[:, height:, width:] - x[:, :-height, width:] - x[:, height:, :-width] + x[:, :-height, :-width]


def matched(image: Tensor, template: Tensor, method: int) -> Tensor:
    """The measure of a method at all places: float32 (N, H - h + 1, W - w + 1)."""
    height, width = template.shape[:2]
    area = height * width
    t = template.double()
    found = correlated(image.double(), t)
    if not image.dtype.is_floating_point:
        found = found.round()
    if method == cv2.TM_CCORR:
        return found.float()
    mean = t.mean((0, 1))
    norm = (t * t).mean((0, 1)).sum()
    window_mean = torch.zeros_like(found)
    if method in (cv2.TM_CCOEFF, cv2.TM_CCOEFF_NORMED):
        sums = _windows(image, height, width, squared=False)
        found = found - (sums * mean).sum(-1)
        window_mean = (sums * sums).sum(-1) / area
        norm = norm - (mean * mean).sum()
    if method == cv2.TM_CCOEFF:
        return found.float()
    squares = _windows(image, height, width, squared=True).sum(-1)
    if method in (cv2.TM_SQDIFF, cv2.TM_SQDIFF_NORMED):
        found = (squares - 2 * found + norm * area).clamp(min=0)
    if method == cv2.TM_SQDIFF:
        return found.float()
    spread = (squares - window_mean).clamp(min=0)
    tiny = spread <= torch.minimum(torch.full_like(squares, 0.5), squares * (10 * 1.1920929e-07))
    scale = torch.where(tiny, torch.zeros_like(spread), spread.sqrt()) * (norm.clamp(min=0) * area).sqrt()
    size = found.abs()
    outside = torch.full_like(found, 1.0 if method == cv2.TM_SQDIFF_NORMED else 0.0)
    result = torch.where(size < scale, found / scale, torch.where(size < scale * 1.125, found.sign(), outside))
    if method == cv2.TM_CCOEFF_NORMED:
        result = torch.where(norm < 2.220446049250313e-16, torch.ones_like(result), result)
    return result.float()

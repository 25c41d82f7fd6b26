"""Non-local means (photo/src/fast_nlmeans_denoising_invoker.hpp; photo/src/cuda/nlm.cu).

A. Buades, B. Coll and J. Morel, "A non-local algorithm for image denoising", 2005.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import Tensor

from torch_opencv.cuda._borders import padded
from torch_opencv.cuda._numbers import saturate
from torch_opencv.cuda._tables import table
from torch_opencv.cuda.kernels import correlation

_LEAST_WEIGHT = 0.001


def in_fixed_point(image: Tensor, h: float, search: int, block: int) -> Tensor:
    """(N, H, W, C), uint8, each pixel the mean of those around, weighted by how alike their surroundings are."""
    n, height, width, channels = image.shape
    reach, half = search // 2, block // 2
    search, block = 2 * reach + 1, 2 * half + 1
    most = (2**31 - 1) // (search * search * 255)
    shift = max(0, (block * block - 1).bit_length())
    scale = (1 << shift) / (block * block)
    count = int(255 * 255 * channels / scale + 1)
    weighing = table(_weights(count, scale, h, channels, most), torch.int32, image.device)
    edge = reach + half
    wide = padded(image, edge, edge, edge, edge, cv2.BORDER_REFLECT_101).to(torch.int32)
    own = wide[:, reach : reach + height + 2 * half, reach : reach + width + 2 * half]
    total = torch.zeros(n, height, width, 1, dtype=torch.int32, device=image.device)
    sums = torch.zeros(n, height, width, channels, dtype=torch.int64, device=image.device)
    for dy in range(search):
        for dx in range(search):
            other = wide[:, dy : dy + height + 2 * half, dx : dx + width + 2 * half]
            apart = ((own - other) ** 2).sum(-1, keepdim=True, dtype=torch.int32)
            distance = correlation.box_sums(apart, block, block) >> shift
            weight = weighing.index_select(0, distance.reshape(-1)).reshape(distance.shape)
            total = total + weight
            sums = sums + weight.long() * other[:, half : half + height, half : half + width]
    whole = total.long()
    return torch.div(sums + whole // 2, whole, rounding_mode="floor").to(torch.uint8)


def _weights(count: int, scale: float, h: float, channels: int, most: int) -> list[int]:
    """The weights of squared distances 0, ``scale``, 2 ``scale`` and so on; small ones are 0."""
    exact = np.exp(-np.arange(count) * scale / (h * h * channels))
    weights = np.rint(most * exact)
    weights[weights < _LEAST_WEIGHT * most] = 0
    found: list[int] = weights.astype(np.int64).tolist()
    return found


def in_floats(image: Tensor, h: float, search: int, block: int, border: int) -> Tensor:
    """The same without rounding, and with less weight for pixels farther away, as OpenCV's CUDA function has it."""
    n, height, width, channels = image.shape
    reach, half = search // 2, block // 2
    search, block = 2 * reach + 1, 2 * half + 1
    edge = reach + half
    wide = padded(image, edge, edge, edge, edge, border).float()
    own = wide[:, reach : reach + height + 2 * half, reach : reach + width + 2 * half]
    scale = -1 / (h * h * channels * block * block)
    total = torch.zeros(n, height, width, 1, device=image.device)
    sums = torch.zeros(n, height, width, channels, device=image.device)
    for dy in range(search):
        for dx in range(search):
            other = wide[:, dy : dy + height + 2 * half, dx : dx + width + 2 * half]
            apart = ((own - other) ** 2).sum(-1, keepdim=True)
            distance = correlation.box_sums(apart, block, block)
            far = ((dy - reach) ** 2 + (dx - reach) ** 2) / (search * search)
            weight = (distance * scale - far).exp()
            total = total + weight
            sums = sums + weight * other[:, half : half + height, half : half + width]
    return saturate(sums / total, image.dtype)

"""Distances between descriptors, and the nearest of them."""

from __future__ import annotations

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda._tables import table

_MOST_ELEMENTS = 1 << 24


def distances(query: Tensor, train: Tensor, norm: int) -> Tensor:
    """How far each of (Q, D) is from each of (T, D): float32 (Q, T)."""
    rows = max(1, _MOST_ELEMENTS // max(1, train.numel()))
    if norm == cv2.NORM_HAMMING:
        query, train = (x.contiguous().view(torch.uint8) for x in (query, train))
        rows = max(1, _MOST_ELEMENTS // max(1, train.numel()))
        ones = table([bin(i).count("1") for i in range(256)], torch.int32, query.device)
        found = [_differing(part, train, ones) for part in torch.split(query, rows)]
    else:
        a, b = query.float(), train.float()
        found = [_apart(part, b, norm) for part in torch.split(a, rows)]
    return torch.cat(found) if found else query.new_zeros(0, len(train), dtype=torch.float32)


def _differing(query: Tensor, train: Tensor, ones: Tensor) -> Tensor:
    bits = (query[:, None] ^ train).to(torch.int64)
    return ones.index_select(0, bits.reshape(-1)).reshape(bits.shape).sum(2).float()


def _apart(query: Tensor, train: Tensor, norm: int) -> Tensor:
    difference = query[:, None] - train
    return difference.abs().sum(2) if norm == cv2.NORM_L1 else (difference * difference).sum(2).sqrt()


def nearest(apart: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The ``k`` nearest of each row (Q, T), the first of equal ones first: indices, -1 where there are no more.

    Distances that are infinite don't count.
    """
    order = apart.argsort(dim=1, stable=True)[:, :k]
    best = apart.gather(1, order)
    order = torch.where(best.isinf(), -1, order)
    missing = k - order.shape[1]
    if missing > 0:
        order = torch.nn.functional.pad(order, (0, missing), value=-1)
        best = torch.nn.functional.pad(best, (0, missing), value=float("inf"))
    return order.to(torch.int32), torch.where(order < 0, torch.finfo(torch.float32).max, best)

"""Loopy belief propagation over disparities (Felzenszwalb and Huttenlocher, "Efficient Belief Propagation for Early
Vision", 2006): costs are summed, the least wins, and messages are taken in turns on a chess board.

Arrays are float32 (N, D, H, W), D the disparities. The outermost pixels send and get nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import pad

_LUMA = (0.114, 0.587, 0.299)  # of BGR


class Smoothness(NamedTuple):
    """What neighbours of different disparities cost: ``jump`` a step, and ``most`` at most.

    ``whole``: messages are rounded to whole numbers, as in int16.
    """

    jump: float
    most: float
    whole: bool


def data_costs(left: Tensor, right: Tensor, count: int, weight: float, most: float, whole: bool) -> Tensor:
    """What each disparity costs at each pixel.

    Args:
        left: (N, H, W, C), C being 1, 3 or 4 (the fourth doesn't count).
        right: the same.
        count: how many disparities.
        weight: by which the differences of the pixels are multiplied.
        most: the largest difference that counts.
        whole: round to whole numbers.

    Returns:
        float32, (N, count, H, W); 0 in the outermost pixels.
    """
    a, b = left.float(), right.float()
    n, h, w = a.shape[:3]
    costs = a.new_full((n, count, h, w), weight * most)
    for d in range(min(count, w)):
        apart = (a[:, :, d:] - b[:, :, : w - d]).abs()
        if apart.shape[-1] == 1:
            gray = apart[..., 0]
        else:
            gray = apart[..., 0] * _LUMA[0] + apart[..., 1] * _LUMA[1] + apart[..., 2] * _LUMA[2]
        costs[:, d, :, d + 1 :] = (gray[:, :, 1:] * weight).clamp(max=weight * most)
    costs = costs.round() if whole else costs
    return pad(costs[:, :, 1:-1, 1:-1], (1, 1, 1, 1))


def coarser(costs: Tensor) -> Tensor:
    """Costs summed over squares of 2x2 pixels."""
    h, w = costs.shape[2:]
    even = pad(costs, (0, w % 2, 0, h % 2))
    return even[..., ::2, ::2] + even[..., 1::2, ::2] + even[..., ::2, 1::2] + even[..., 1::2, 1::2]


def finer(messages: list[Tensor], h: int, w: int) -> list[Tensor]:
    """Each message given to the 2x2 pixels that its pixel stands for."""
    return [m.repeat_interleave(2, 2).repeat_interleave(2, 3)[..., :h, :w] for m in messages]


def _message(total: Tensor, smoothness: Smoothness) -> Tensor:
    """What a pixel says of its neighbour's disparities, given what it has heard from the others."""
    steps = torch.arange(total.shape[1], dtype=total.dtype, device=total.device)[:, None, None] * smoothness.jump
    up = (total - steps).cummin(1).values + steps
    down = (total + steps).flip(1).cummin(1).values.flip(1) - steps
    least = total.amin(1, keepdim=True) + smoothness.most
    message = torch.minimum(torch.minimum(up, down), least)
    message = message - message.mean(1, keepdim=True)
    return message.round() if smoothness.whole else message


def _heard(messages: list[Tensor]) -> list[Tensor]:
    """What the inner pixels hear from below, above, the right and the left."""
    up, down, left, right = messages
    return [up[..., 2:, 1:-1], down[..., :-2, 1:-1], left[..., 1:-1, 2:], right[..., 1:-1, :-2]]


def propagate(messages: list[Tensor], costs: Tensor, iterations: int, smoothness: Smoothness) -> list[Tensor]:
    """Messages upwards, downwards, to the left and to the right after so many half turns of the chess board."""
    h, w = costs.shape[2:]
    row, column = torch.arange(1, h - 1, device=costs.device)[:, None], torch.arange(1, w - 1, device=costs.device)
    inner = costs[..., 1:-1, 1:-1]
    for turn in range(iterations):
        speaks = (row + column + turn) % 2 == 0
        below, above, right, left = _heard(messages)
        totals = (
            below + right + left + inner,
            above + right + left + inner,
            below + above + right + inner,
            below + above + left + inner,
        )
        messages = [
            pad(torch.where(speaks, _message(t, smoothness), m[..., 1:-1, 1:-1]), (1, 1, 1, 1))
            for t, m in zip(totals, messages, strict=True)
        ]
    return messages


def chosen(messages: list[Tensor], costs: Tensor) -> Tensor:
    """The disparity of each pixel that costs the least, int64, (N, H, W); 0 in the outermost ones."""
    below, above, right, left = _heard(messages)
    total = below + above + right + left + costs[..., 1:-1, 1:-1]
    return pad(total.argmin(1), (1, 1, 1, 1))

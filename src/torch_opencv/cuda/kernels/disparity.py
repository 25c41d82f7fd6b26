"""Disparities of rectified pairs, as OpenCV's module cudastereo has them: block matching and semi-global matching.

H. Hirschmueller, "Stereo processing by semiglobal matching and mutual information", 2008.
"""

from __future__ import annotations

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda._borders import padded
from torch_opencv.cuda.kernels import correlation, ranking

BATCH = 8
"""OpenCV looks at so many disparities at once: of equal ones in a batch, the last is the best, else the first."""


def by_x_gradient(image: Tensor, cap: int) -> Tensor:
    """(N, H, W), uint8, as its gradient along x, clamped to ``cap`` and moved to begin at 0."""
    wide = padded(image[..., None], 1, 1, 1, 1, cv2.BORDER_REPLICATE).to(torch.int32)
    found = correlation.along(correlation.along(wide, (1, 2, 1), 1), (-1, 0, 1), 2)[..., 0]
    return (found.clamp(-cap, cap) + cap).clamp(max=255)


def by_normalized_response(image: Tensor, cap: int, size: int) -> Tensor:
    """(N, H, W), uint8, less the mean of its ``size`` x ``size`` surroundings, clamped and moved as the gradient is."""
    gain = size * size // 8
    scale = (1024 + gain) // (gain * 2)
    half = size // 2
    x = image[..., None]
    near = padded(x, 1, 1, 1, 1, cv2.BORDER_REPLICATE).to(torch.int32)
    cross = correlation.plane(near, ((0, 1, 0), (1, 4, 1), (0, 1, 0)))
    around = correlation.box_sums(padded(x, half, half, half, half, cv2.BORDER_REPLICATE).long(), size, size)
    found = ((cross.long() * (gain * scale) - around * scale) >> 10)[..., 0]
    return found.clamp(-cap, cap) + cap


def texture(image: Tensor, size: int) -> Tensor:
    """The sums of the absolute gradients along x in windows of (N, H, W): int64."""
    wide = padded(image[..., None].to(torch.int32), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    gradient = correlation.along(correlation.along(wide, (1, 2, 1), 1), (-1, 0, 1), 2).abs()
    half = size // 2
    return correlation.box_sums(padded(gradient, half, half, half, half, cv2.BORDER_REPLICATE).long(), size, size)[
        ..., 0
    ]


def block_matched(left: Tensor, right: Tensor, disparities: int, size: int, uniqueness: int) -> Tensor:
    """The disparity of each pixel of (N, H, W), int32, whose window is most alike: uint8, 0 where there is none."""
    radius = size // 2
    n, h, w = left.shape
    height, width = h - 2 * radius, w - 2 * radius - disparities
    answer = torch.zeros(n, h, w, dtype=torch.uint8, device=left.device)
    if height <= 0 or width <= 0:
        return answer
    costs = []  # in 32 bits, where running sums wrap around, and their differences are right all the same
    for d in range(disparities):
        apart = left[:, :, disparities:] - right[:, :, disparities - d : w - d]
        costs.append(correlation.box_sums((apart * apart)[..., None], size, size)[..., 0])
    cost = torch.stack(costs)
    best = cost.amin(0)
    number = torch.arange(disparities, device=left.device)[:, None, None, None]
    first = torch.where(cost == best, number // BATCH, disparities).amin(0)
    found = torch.where((cost == best) & (number // BATCH == first), number, -1).amax(0)
    if uniqueness > 0:
        limit = best.float() * (1 + uniqueness / 100)
        others = (cost.float() <= limit) & ((number - found).abs() > 1)
        found = torch.where(others.any(0), 0, found)
    answer[:, radius : radius + height, disparities + radius : disparities + radius + width] = found.to(torch.uint8)
    return answer


# --- semi-global matching ---------------------------------------------------------------------------------------------

INVALID = 65535


def census(image: Tensor) -> Tensor:
    """31 bits for each pixel of (N, H, W), int32: which of two opposite ones of its 9 x 7 neighbours is larger.

    Pixels less than 4 columns or 3 rows from an edge have none.
    """
    n, h, w = image.shape
    bits = torch.zeros(n, h, w, dtype=torch.int32, device=image.device)
    if h <= 6 or w <= 8:
        return bits
    inner = bits[:, 3:-3, 4:-4]
    pairs = [(dy, dx) for dy in range(-3, 0) for dx in range(-4, 5)] + [(0, dx) for dx in range(-4, 0)]
    for dy, dx in pairs:
        one = image[:, 3 + dy : h - 3 + dy, 4 + dx : w - 4 + dx]
        other = image[:, 3 - dy : h - 3 - dy, 4 - dx : w - 4 - dx]
        inner.copy_((inner << 1) | (one > other).to(torch.int32))
    return bits


def _ones(x: Tensor) -> Tensor:
    """How many bits are 1 in whole numbers of 31 bits."""
    x = x - ((x >> 1) & 0x55555555)
    x = (x & 0x33333333) + ((x >> 2) & 0x33333333)
    x = (x + (x >> 4)) & 0x0F0F0F0F
    x = x + (x >> 8)
    return (x + (x >> 16)) & 0x3F


def census_costs(left: Tensor, right: Tensor, disparities: int, least: int) -> Tensor:
    """How many bits differ, for each disparity from ``least`` on: int32 (N, H, W, disparities)."""
    w = left.shape[2]
    before, after = max(least + disparities - 1, 0), max(-least, 0)
    wide = torch.nn.functional.pad(right, (before, after))
    moved = [wide[:, :, before - least - d : before - least - d + w] for d in range(disparities)]
    return torch.stack([_ones(left ^ m) for m in moved], -1)


def _advanced(before: Tensor, least: Tensor, cost: Tensor, p1: int, p2: int) -> Tensor:
    """The costs (..., D) of paths that go on to the next pixel; ``least`` is the smallest of each so far."""
    beyond = torch.nn.functional.pad(before - least + p1, (1, 1), value=1 << 20)
    out = torch.minimum((before - least).clamp(max=p2), torch.minimum(beyond[..., :-2], beyond[..., 2:]))
    return out + cost


def aggregated(cost: Tensor, p1: int, p2: int, oblique: bool) -> Tensor:
    """The sum, over paths to each pixel from 4 or 8 sides, of what the cheapest one costs: as ``cost`` (N, H, W, D)."""
    total = torch.zeros_like(cost)
    across = torch.stack([cost, cost.flip(2)])
    path, least = torch.zeros_like(across[:, :, :, 0]), torch.zeros_like(across[:, :, :, 0, :1])
    for x in range(cost.shape[2]):
        path = _advanced(path, least, across[:, :, :, x], p1, p2)
        least = path.amin(-1, keepdim=True)
        total[:, :, x] += path[0]
        total[:, :, cost.shape[2] - 1 - x] += path[1]
    down = torch.stack([cost, cost.flip(1)])
    shifts = (0, 1, -1) if oblique else (0,)
    paths = [torch.zeros_like(down[:, :, 0]) for _ in shifts]
    for y in range(cost.shape[1]):
        for i, shift in enumerate(shifts):
            before = _shifted(paths[i], shift)
            paths[i] = path = _advanced(before, before.amin(-1, keepdim=True), down[:, :, y], p1, p2)
            total[:, y] += path[0]
            total[:, cost.shape[1] - 1 - y] += path[1]
    return total


def _shifted(path: Tensor, shift: int) -> Tensor:
    """Paths (2, N, W, D) moved by a column; a new one begins at the edge."""
    if shift == 0:
        return path
    new = torch.zeros_like(path[:, :, :1])
    return torch.cat([new, path[:, :, :-1]], 2) if shift > 0 else torch.cat([path[:, :, 1:], new], 2)


def winners(total: Tensor, uniqueness: float) -> tuple[Tensor, Tensor]:
    """The best disparities (N, H, W) of the left image, in 16ths or :data:`INVALID`, and of the right, whole."""
    disparities = total.shape[-1]
    number = torch.arange(disparities, device=total.device)
    packed = total.long() * 65536 + number
    best = packed.amin(-1)
    cost, found = best >> 16, best & 65535
    other = total.float() * uniqueness >= cost.float()[..., None]
    unique = (other | ((number - found[..., None]).abs() <= 1)).all(-1)
    left = total.gather(-1, (found - 1).clamp(min=0)[..., None])[..., 0].long()
    right = total.gather(-1, (found + 1).clamp(max=disparities - 1)[..., None])[..., 0].long()
    inner = (found > 0) & (found < disparities - 1)
    bend = torch.where(inner, left - 2 * cost + right, 1)
    finer = torch.div(((left - right) << 4) + bend, 2 * bend, rounding_mode="trunc")
    fine = torch.where(unique, (found << 4) + torch.where(inner, finer, 0), INVALID)
    width = total.shape[2]
    whole = torch.full_like(best, 1 << 60)
    for d in range(min(disparities, width)):
        whole[:, :, : width - d] = torch.minimum(whole[:, :, : width - d], packed[:, :, d:, d])
    return fine, whole & 65535


def without_noise(disparity: Tensor) -> Tensor:
    """The medians of 3 x 3 disparities (N, H, W); the outermost ones stay as they are."""
    if min(disparity.shape[1:]) < 3:
        return disparity
    inner = ranking.median(disparity[..., None].to(torch.int32), 3)[..., 0].to(disparity.dtype)
    return torch.nn.functional.pad(inner, (1, 1, 1, 1)) + disparity * _frame(disparity)


def _frame(x: Tensor) -> Tensor:
    frame = torch.ones(x.shape[1:], dtype=x.dtype, device=x.device)
    frame[1:-1, 1:-1] = 0
    return frame


def consistent(left: Tensor, right: Tensor, image: Tensor) -> Tensor:
    """The left disparities, without those that the right ones contradict, and those of black pixels."""
    width = left.shape[2]
    whole = left >> 4
    place = torch.arange(width, device=left.device) - whole
    within = (place >= 0) & (place < width)
    there = right.gather(2, place.clamp(0, width - 1))
    wrong = (image == 0) | (within & ((there - whole).abs() > 1))
    return torch.where(wrong, INVALID, left)

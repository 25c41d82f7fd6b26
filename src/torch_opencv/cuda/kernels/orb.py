"""ORB's levels, key points and descriptors (features2d/src/orb.cpp).

Key points are (6, K), float32: x, y, response, angle in degrees, level and diameter, the rows of OpenCV's CUDA class.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda import _borders
from torch_opencv.cuda._numbers import saturate
from torch_opencv.cuda._tables import table
from torch_opencv.cuda.kernels import correlation, elementwise, fast
from torch_opencv.cuda.kernels.cascade import linear_exact
from torch_opencv.cuda.kernels.orb_pattern import places

_HARRIS_BLOCK, _HARRIS_K = 7, 0.04


@dataclass(frozen=True)
class Settings:
    """What ``ORB.create`` is given."""

    count: int
    scale_factor: float
    levels: int
    edge: int
    first_level: int
    together: int
    by_harris: bool
    patch: int
    threshold: int

    @property
    def border(self) -> int:
        """How far levels are continued: descriptors' patches are turned."""
        return max(self.edge, math.ceil(self.patch // 2 * math.sqrt(2)), 4) + 1

    def scale(self, level: int) -> float:
        """How many pixels of the image one of a level is, a float32."""
        return single(self.scale_factor ** (level - self.first_level))

    def counts(self) -> list[int]:
        """How many key points each level is to have."""
        factor = single(1.0 / self.scale_factor)
        wanted = single(self.count * (1 - factor) / (1 - single(factor**self.levels)))
        found = []
        for _ in range(self.levels - 1):
            found.append(round(wanted))
            wanted = single(wanted * factor)
        return [*found, max(self.count - sum(found), 0)]


def single(x: float) -> float:
    """A number as float32 has it."""
    return float(torch.tensor(x, dtype=torch.float32))


def levels(image: Tensor, settings: Settings, count: int, is_mask: bool = False) -> list[Tensor]:
    """The levels of (H, W), uint8, without borders; each is made of the one before."""
    made, before = [], image
    for level in range(count):
        inverse = single(1.0 / settings.scale(level))
        height, width = (round(single(x * inverse)) for x in image.shape)
        if not height or not width:
            break
        current = image
        if level != settings.first_level:
            current = linear_exact(before[None, ..., None], height, width)[0, ..., 0].to(torch.uint8)
            if is_mask and level > settings.first_level:
                current = torch.where(current > 254, current, 0)
        if level > settings.first_level:
            before = current
        made.append(current)
    return made


def bordered(level: Tensor, settings: Settings) -> Tensor:
    """A level (H, W) with its border, mirrored."""
    b = settings.border
    return _borders.padded(level[None, ..., None], b, b, b, b, cv2.BORDER_REFLECT_101)[0, ..., 0]


def key_points(pyramid: list[Tensor], masks: list[Tensor] | None, settings: Settings) -> Tensor:
    """The best corners of all levels, row by row in each, (6, K). The host asks how many there are."""
    found = [torch.zeros(6, 0, device=pyramid[0].device)]
    for number, (level, wanted) in enumerate(zip(pyramid, settings.counts(), strict=False)):
        h, w = level.shape
        edge = max(settings.edge, 0)
        if h <= 2 * edge or w <= 2 * edge:
            continue
        corner, score = fast.scores(level, settings.threshold)
        corner = corner & fast.alone(score)
        if masks is not None:
            corner = corner & (masks[number] != 0)
        places_ = corner[edge : h - edge, edge : w - edge].nonzero() + edge
        response = score[places_[:, 0], places_[:, 1]].float()
        best = _best(response, 2 * wanted if settings.by_harris else wanted)
        places_, response = places_[best], response[best]
        wide = bordered(level, settings)
        if settings.by_harris:
            response = _harris(wide, places_ + settings.border)
            best = _best(response, wanted)
            places_, response = places_[best], response[best]
        y, x = places_.float().unbind(1)
        scale = settings.scale(number)
        level_, size = torch.full_like(x, number), torch.full_like(x, single(settings.patch * scale))
        angle = _angles(wide, places_ + settings.border, settings.patch // 2)
        found.append(torch.stack([x * scale, y * scale, response, angle, level_, size]))
    return torch.cat(found, 1)


def _best(response: Tensor, count: int) -> Tensor:
    """Which are the best of them; those that are as good as the last of the best are kept as well."""
    if len(response) <= count:
        return torch.ones_like(response, dtype=torch.bool)
    if count <= 0:
        return torch.zeros_like(response, dtype=torch.bool)
    return response >= response.topk(count).values[-1]


def _around(image: Tensor, centres: Tensor, dy: Tensor, dx: Tensor) -> Tensor:
    """Pixels of (H, W) at offsets (K or 1, P) from centres (K, 2), y and x: int64 (K, P)."""
    index = (centres[:, :1] + dy) * image.shape[1] + centres[:, 1:] + dx
    return image.reshape(-1)[index.clamp(0, image.numel() - 1)].long()


def _grid(reach: int, device: torch.device) -> tuple[Tensor, Tensor]:
    line = torch.arange(-reach, reach + 1, device=device)
    dy, dx = torch.meshgrid(line, line, indexing="ij")
    return dy.reshape(1, -1), dx.reshape(1, -1)


def _harris(wide: Tensor, centres: Tensor) -> Tensor:
    half, side = _HARRIS_BLOCK // 2, _HARRIS_BLOCK + 2
    x = _around(wide, centres, *_grid(half + 1, wide.device)).reshape(-1, side, side)
    across = x[:, :-2] + 2 * x[:, 1:-1] + x[:, 2:]
    down = x[:, :, :-2] + 2 * x[:, :, 1:-1] + x[:, :, 2:]
    dx, dy = across[:, :, 2:] - across[:, :, :-2], down[:, 2:] - down[:, :-2]
    a, b, c = ((p * q).sum((1, 2)).float() for p, q in ((dx, dx), (dy, dy), (dx, dy)))
    scale = single(1.0 / single(4 * _HARRIS_BLOCK * 255.0))
    fourth = single(single(single(scale * scale) * scale) * scale)
    return (a * b - c * c - single(_HARRIS_K) * (a + b) * (a + b)) * fourth


@functools.cache
def _reach(half: int) -> list[int]:
    """How far to either side a round patch reaches in the rows from its middle on."""
    diagonal = half * math.sqrt(2) / 2
    reach = [round(math.sqrt(half * half - v * v)) if v <= half else 0 for v in range(half + 2)]
    first = 0
    for v in range(half, math.ceil(diagonal) - 1, -1):
        while reach[first] == reach[first + 1]:
            first += 1
        reach[v] = first
        first += 1
    return reach


def _angles(wide: Tensor, centres: Tensor, half: int) -> Tensor:
    """The direction of the patches' centre of mass."""
    dy, dx = _grid(half, wide.device)
    reach = table([float(x) for x in _reach(half)], torch.float32, wide.device).long()
    inside = dx.abs() <= reach[dy.abs()]
    x = _around(wide, centres, dy, dx) * inside
    return elementwise.angle((x * dx).sum(1).float(), (x * dy).sum(1).float(), in_degrees=True)


def descriptors(pyramid: list[Tensor], found: Tensor, settings: Settings, is_blurred: bool) -> Tensor:
    """The descriptors of key points (6, K): uint8 (K, 32)."""
    made = torch.zeros(found.shape[1], 32, dtype=torch.uint8, device=found.device)
    for number, level in enumerate(pyramid):
        wide, b = bordered(level, settings), settings.border
        if is_blurred:
            wide[b:-b, b:-b] = _blurred(level)
        own = found[4] == number
        inverse = single(1.0 / settings.scale(number))
        centres = torch.stack([(found[1] * inverse).round(), (found[0] * inverse).round()], 1).long() + b
        bits = _compared(wide, centres, found[3], settings)
        made = torch.where(own[:, None], bits, made)
    return made


def _blurred(level: Tensor) -> Tensor:
    """OpenCV's levels are views, which it blurs in float32 instead of its exact fixed point."""
    taps = cv2.getGaussianKernel(7, 2, cv2.CV_32F).reshape(-1).tolist()
    near = _borders.padded(level[None, ..., None], 3, 3, 3, 3, cv2.BORDER_REFLECT_101).float()
    total = correlation.along(correlation.along(near, taps, 2), taps, 1)
    return saturate(total, torch.uint8)[0, ..., 0]


def _compared(wide: Tensor, centres: Tensor, angle: Tensor, settings: Settings) -> Tensor:
    pattern = places(settings.patch, settings.together)
    px, py = (table([float(p[i]) for p in pattern], torch.float32, wide.device) for i in (0, 1))
    radians = angle * single(math.pi / 180)
    a, b = radians.double().cos().float()[:, None], radians.double().sin().float()[:, None]
    dx, dy = (px * a - py * b).round().long(), (px * b + py * a).round().long()
    x = _around(wide, centres, dy, dx).reshape(len(centres), -1, settings.together)
    if settings.together == 2:
        bits = (x[..., 0] < x[..., 1]).reshape(len(centres), -1, 8)
        return (bits.long() << torch.arange(8, device=wide.device)).sum(2).to(torch.uint8)
    if settings.together == 3:
        first, second, third = x.unbind(2)
        pairs = torch.where(third > second, (third > first) * 2, (second > first) * 1)
    else:
        upper, lower = x[..., :2].amax(2), x[..., 2:].amax(2)
        pairs = torch.where(upper > lower, (x[..., 1] > x[..., 0]) * 1, 2 + (x[..., 3] > x[..., 2]) * 1)
    fours = pairs.reshape(len(centres), -1, 4)
    return (fours << torch.arange(0, 8, 2, device=wide.device)).sum(2).to(torch.uint8)

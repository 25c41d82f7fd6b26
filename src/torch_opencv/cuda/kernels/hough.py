"""Hough transforms: of lines (imgproc/src/hough.cpp), segments and circles (OpenCV's module cudaimgproc).

R. Duda and P. Hart, "Use of the Hough transformation to detect lines and curves in pictures", 1972.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from torch_opencv.cuda._tables import table

_MOST_ELEMENTS = 1 << 23


def angles(theta: float) -> list[float]:
    """The angles that lines may have, from 0 to less than pi; steps add up in float32, as OpenCV's do."""
    count = math.floor(math.pi / theta) + 1
    if count > 1 and abs(math.pi - (count - 1) * theta) < theta / 2:
        count -= 1
    steps = np.full(count, theta, np.float32)
    steps[0] = 0
    found: list[float] = np.cumsum(steps, dtype=np.float32).tolist()
    return found


def segment_angles(theta: float) -> list[float]:
    """The angles that the lines of segments may have: multiples in float32, as those of OpenCV's CUDA function."""
    count = round(math.pi / theta)
    found: list[float] = (np.arange(count, dtype=np.float32) * np.float32(theta)).tolist()
    return found


def radii(height: int, width: int, rho: float) -> int:
    """How many distances from the origin are told apart."""
    return round(((width + height) * 2 + 1) / rho)


def line_votes(points: Tensor, height: int, width: int, rho: float, directions: Sequence[float]) -> Tensor:
    """How many points (K, 2) of x and y are on each line: int32 (angles, radii)."""
    count, device = radii(height, width, rho), points.device
    inverse = float(np.float32(1) / np.float32(rho))
    cosines = table([float(np.float32(math.cos(a) * inverse)) for a in directions], torch.float32, device)
    sines = table([float(np.float32(math.sin(a) * inverse)) for a in directions], torch.float32, device)
    x, y = points[:, :1].float(), points[:, 1:].float()
    votes = torch.zeros(len(directions) * count, dtype=torch.int32, device=device)
    step = max(1, _MOST_ELEMENTS // max(1, len(points)))
    for first in range(0, len(directions), step):
        part = slice(first, first + step)
        radius = (x * cosines[part] + y * sines[part]).round().long() + (count - 1) // 2
        place = radius + torch.arange(first, first + radius.shape[1], device=device) * count
        votes += torch.bincount(place.reshape(-1), minlength=len(votes)).to(torch.int32)
    return votes.reshape(-1, count)


def line_peaks(votes: Tensor, threshold: int) -> Tensor:
    """The places (P, 2) of angle and radius with more votes than a threshold, and than their four neighbours."""
    h, w = votes.shape
    around = torch.nn.functional.pad(votes, (1, 1, 1, 1))
    largest = (votes > threshold) & (votes > around[1 : h + 1, :w]) & (votes >= around[1 : h + 1, 2:])
    largest &= (votes > around[:h, 1 : w + 1]) & (votes >= around[2:, 1 : w + 1])
    return largest.nonzero()


def segment_peaks(votes: Tensor, threshold: int) -> Tensor:
    """The places (P, 2) of angle and radius with at least so many votes, and more than their eight neighbours."""
    h, w = votes.shape
    around = torch.nn.functional.pad(votes, (1, 1, 1, 1))
    largest = votes >= threshold
    for down in range(3):
        for right in range(3):
            if (down, right) != (1, 1):
                largest = largest & (votes > around[down : down + h, right : right + w])
    return largest.nonzero()


def segments(
    mask: Tensor, peaks: Tensor, rho: float, theta: float, shortest: float, gap: int, radius_count: int
) -> Tensor:
    """The segments (S, 4) of x, y, x, y, int32, on the lines of peaks: where a mask (H, W) is set along them."""
    length = max(mask.shape)
    rows = max(1, _MOST_ELEMENTS // (4 * length))
    found = [_along_lines(mask, part, rho, theta, shortest, gap, radius_count) for part in torch.split(peaks, rows)]
    return torch.cat(found) if found else mask.new_zeros(0, 4, dtype=torch.int32)


def _along_lines(
    mask: Tensor, peaks: Tensor, rho: float, theta: float, shortest: float, gap: int, radius_count: int
) -> Tensor:
    h, w = mask.shape
    x0, y0, dx, dy = _entries(peaks, rho, theta, radius_count, h, w)
    step = torch.arange(max(h, w), device=mask.device, dtype=torch.float32)
    # A line along an axis has a slope of some 1e-8, which must not push it over the edge of a pixel.
    x, y = (((p[:, None] + step * d[:, None]) * 1024).round() / 1024 for p, d in ((x0, dx), (y0, dy)))
    inside = (x >= 0) & (x < w) & (y >= 0) & (y < h)
    column, row = x.long().clamp(0, w - 1), y.long().clamp(0, h - 1)
    on = (mask.reshape(-1)[row * w + column] != 0) & inside
    count = torch.arange(1, on.shape[1] + 1, device=mask.device).expand_as(on)
    latest = torch.where(on, count, torch.zeros_like(count)).cummax(1).values  # 0: none so far
    before = torch.nn.functional.pad(latest, (1, 0))[:, :-1]
    begins = on & ((before == 0) | (count - before - 1 > gap))
    following = torch.nn.functional.pad(torch.where(on, -count, count.new_full((), -(on.shape[1] + gap + 3))), (0, 1))
    following[:, -1] = -(on.shape[1] + gap + 3)
    after = -following.flip(1).cummax(1).values.flip(1)[:, 1:]
    ends = on & (after - count - 1 > gap)
    first, last = begins.nonzero(), ends.nonzero()  # as many, in the same order
    ends_of = [torch.stack([c[p[:, 0], p[:, 1]] for c in (x, y)], 1) for p in (first, last)]
    is_long = ((ends_of[1] - ends_of[0]).abs() >= shortest).any(1)
    return torch.cat(ends_of, 1)[is_long].to(torch.int32)


def _entries(
    peaks: Tensor, rho: float, theta: float, radius_count: int, height: int, width: int
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Where lines enter the image, and the step from pixel to pixel along them: each (P,), float32."""
    angle = peaks[:, 0].float() * theta
    radius = (peaks[:, 1].float() - (radius_count - 1) * 0.5) * rho
    # By double, as float32's own sines differ in the last bit from device to device, which moves a segment's ends.
    cosine, sine = angle.double().cos().float(), angle.double().sin().float()
    px, py, vx, vy = cosine * radius, sine * radius, -sine, cosine
    right, bottom = float(width - 1), float(height - 1)
    x0, y0 = px, py
    sign = torch.ones_like(px)
    undecided = torch.ones_like(px, dtype=torch.bool)
    for edge, is_column in ((0.0, True), (right, True), (0.0, False), (bottom, False)):
        speed, other, start, cross = (vx, vy, px, py) if is_column else (vy, vx, py, px)
        at = cross + (edge - start) / speed * other
        at = (at * 1024).round() / 1024
        hit = undecided & (speed != 0) & (at >= 0) & (at < (height if is_column else width))
        x0 = torch.where(hit, edge if is_column else at, x0)
        y0 = torch.where(hit, at if is_column else edge, y0)
        inward = speed if edge == 0 else -speed
        sign = torch.where(hit & (inward < 0), -sign, sign)
        undecided = undecided & ~hit
    vx, vy = vx * sign, vy * sign
    scale = torch.maximum(vx.abs(), vy.abs())
    outside = torch.full_like(x0, -1e6)  # a line that doesn't meet the image
    return torch.where(undecided, outside, x0), y0, vx / scale, vy / scale


def centre_votes(points: Tensor, dx: Tensor, dy: Tensor, dp: float, least: int, most: int) -> Tensor:
    """How many edge points (K, 2) of x and y have each place ahead or behind along their gradient (H, W), int32.

    Places are ``dp`` pixels apart, and from ``least`` to ``most`` pixels away.
    """
    height, width = (math.ceil(n / dp) for n in dx.shape)
    votes = torch.zeros(height * width, dtype=torch.int32, device=points.device)
    x, y = points[:, 0], points[:, 1]
    gx, gy = dx[y, x].float(), dy[y, x].float()
    length = (gx * gx + gy * gy).sqrt()
    inverse = float(np.float32(1) / np.float32(dp))
    still = length == 0
    length = torch.where(still, torch.ones_like(length), length)
    starts = [(c.float() * inverse * 1024).round().long()[:, None] for c in (x, y)]
    moves = [(g * inverse * 1024 / length).round().long()[:, None] for g in (gx, gy)]
    step = max(1, _MOST_ELEMENTS // max(1, len(points)))
    for sign in (1, -1):
        for first in range(least, most + 1, step):
            radius = torch.arange(first, min(first + step, most + 1), device=points.device) * sign
            column, row = ((s + m * radius) >> 10 for s, m in zip(starts, moves, strict=True))
            inside = (column >= 0) & (column < width) & (row >= 0) & (row < height) & ~still[:, None]
            place = torch.where(inside, row * width + column, height * width)
            votes += torch.bincount(place.reshape(-1), minlength=len(votes) + 1)[:-1].to(torch.int32)
    return votes.reshape(height, width)


def radius_votes(centres: Tensor, points: Tensor, least: int, most: int) -> Tensor:
    """How many points (K, 2) are at each distance, ``least`` to ``most``, from centres (C, 2): int32 (C, distances)."""
    bins = most - least + 2
    rows = max(1, _MOST_ELEMENTS // max(1, len(points)))
    found = []
    for part in torch.split(centres, rows):
        apart = part[:, None] - points.float()
        distance = (apart[..., 0] ** 2 + apart[..., 1] ** 2).sqrt()
        near = (distance >= least) & (distance <= most)
        place = torch.where(near, (distance - least).round(), torch.full_like(distance, bins - 1)).long()
        place = place + torch.arange(len(part), device=points.device)[:, None] * bins
        found.append(torch.bincount(place.reshape(-1), minlength=len(part) * bins).reshape(-1, bins)[:, :-1])
    return torch.cat(found).to(torch.int32)

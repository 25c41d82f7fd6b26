"""Lucas and Kanade's optical flow in pyramids (video/src/lkpyramid.cpp; cudaoptflow's dense kernel).

J.-Y. Bouguet, "Pyramidal implementation of the Lucas Kanade feature tracker", 2000. Sparse flow is computed in the
fixed point of the CPU function; dense flow as OpenCV's CUDA function defines it, for every pixel at once.
"""

from __future__ import annotations

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda._borders import padded
from torch_opencv.cuda.kernels import correlation
from torch_opencv.cuda.kernels.pyramid import down

_BITS = 14
_LEAST_EIGENVALUE = float(torch.tensor(1e-4))
_EPSILON = 1.1920929e-07


def pyramid(image: Tensor, window: tuple[int, int], most: int) -> list[Tensor]:
    """An image (1, H, W, C) and its halves, as long as they are larger than the window (width, height)."""
    levels = [image]
    while len(levels) <= most:
        h, w = (image.shape[1] + 1) // 2, (image.shape[2] + 1) // 2
        if w <= window[0] or h <= window[1]:
            break
        image = down(image)
        levels.append(image)
    return levels


def derivatives(image: Tensor) -> tuple[Tensor, Tensor]:
    """Scharr's derivatives along x and y of (N, H, W, C): int32."""
    x = padded(image, 1, 1, 1, 1, cv2.BORDER_REFLECT_101).to(torch.int32)
    smooth, difference = (3, 10, 3), (-1, 0, 1)
    dx = correlation.along(correlation.along(x, smooth, 1), difference, 2)
    dy = correlation.along(correlation.along(x, difference, 1), smooth, 2)
    return dx, dy


class _Patches:
    """Windows of (1, H, W, C), int32 with a border as wide as the window, at places in fractions of pixels."""

    def __init__(self, image: Tensor, window: tuple[int, int], border: int, bits: int) -> None:
        w, h = window
        wide = padded(image, h, h, w, w, border).to(torch.int32)[0]
        self._width, self._channels, self._window, self._bits = wide.shape[1], wide.shape[2], window, bits
        self._pixels = wide.reshape(-1, wide.shape[2])
        rows, columns = (torch.arange(n + 1, device=image.device) for n in (h, w))
        self._offsets = (rows + h)[:, None] * self._width + (columns + w)

    def at(self, x: Tensor, y: Tensor, weights: tuple[Tensor, Tensor, Tensor, Tensor]) -> Tensor:
        """The windows (K, h, w, C) whose corners are at whole places, weighted with those beside and below."""
        start = y * self._width + x
        index = start[:, None, None] + self._offsets
        whole = self._pixels.index_select(0, index.reshape(-1)).reshape(*index.shape, self._channels)
        a, b, c, d = (v[:, None, None, None] for v in weights)
        total = whole[:, :-1, :-1] * a + whole[:, :-1, 1:] * b + whole[:, 1:, :-1] * c + whole[:, 1:, 1:] * d
        return (total + (1 << (self._bits - 1))) >> self._bits


def _weights(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Of the four pixels around places, for their fractions, in 16384ths."""
    one = float(1 << _BITS)
    a = ((1 - x) * (1 - y) * one).round().to(torch.int32)
    b = (x * (1 - y) * one).round().to(torch.int32)
    c = ((1 - x) * y * one).round().to(torch.int32)
    return a, b, c, (1 << _BITS) - a - b - c


def _summed(products: Tensor) -> Tensor:
    return products.long().flatten(1).sum(1).float() * (1 / (1 << 20))


def track(
    before: Tensor,
    after: Tensor,
    points: Tensor,
    start: Tensor | None,
    window: tuple[int, int],
    levels: int,
    steps: int,
) -> tuple[Tensor, Tensor, Tensor]:
    """Where points (K, 2) of an image (1, H, W, C), uint8, are in the next: places, status (K,) and differences (K,).

    Args:
        before: the image.
        after: the next.
        points: x and y, float32.
        start: where to begin to look; by default at ``points``.
        window: width and height of the patches that are compared.
        levels: how many times the images are halved at most.
        steps: how many steps a search takes at most.
    """
    first, second = pyramid(before, window, levels), pyramid(after, window, levels)
    half = torch.stack([torch.full((), (n - 1) * 0.5, device=points.device) for n in window])
    status = torch.ones(len(points), dtype=torch.bool, device=points.device)
    error = torch.zeros(len(points), device=points.device)
    top = len(first) - 1
    found = points if start is None else start
    for level in range(top, -1, -1):
        found = found * (1 / (1 << top)) if level == top else found * 2
        here = points * (1 / (1 << level)) - half
        found, ok, patch, moving = _search(first[level], second[level], here, found - half, window, steps)
        found = found + half
        if level == 0:
            status = ok
            target = found - half
            inside, whole, fraction = _placed(target, second[0], window)
            status = status & inside
            near = moving.at(whole[:, 0], whole[:, 1], _weights(fraction[:, 0], fraction[:, 1]))
            error = (near - patch).abs().flatten(1).sum(1).float() * (1 / (32 * patch[0].numel()))
    return found, status.to(torch.uint8), torch.where(status, error, 0)


def _placed(places: Tensor, image: Tensor, window: tuple[int, int]) -> tuple[Tensor, Tensor, Tensor]:
    """Whether a window lies in the image or touches it, its whole place (for others 0), and the fraction."""
    whole = places.floor()
    w, h = window
    x, y = whole[:, 0], whole[:, 1]
    inside = (x >= -w) & (x < image.shape[2]) & (y >= -h) & (y < image.shape[1])
    return inside, torch.where(inside[:, None], whole, 0).long(), torch.where(inside[:, None], places - whole, 0)


def _search(
    before: Tensor, after: Tensor, here: Tensor, there: Tensor, window: tuple[int, int], steps: int
) -> tuple[Tensor, Tensor, Tensor, _Patches]:
    """One level: the windows' new places, whether they were found, the patches, and what to look for them in."""
    inside, whole, fraction = _placed(here, before, window)
    weights = _weights(fraction[:, 0], fraction[:, 1])
    x, y = whole[:, 0], whole[:, 1]
    patch = _Patches(before, window, cv2.BORDER_REFLECT_101, _BITS - 5).at(x, y, weights)
    dx, dy = (_Patches(d, window, cv2.BORDER_CONSTANT, _BITS).at(x, y, weights) for d in derivatives(before))
    a11, a12, a22 = _summed(dx * dx), _summed(dx * dy), _summed(dy * dy)
    determinant = a11 * a22 - a12 * a12
    least = (a22 + a11 - ((a11 - a22) * (a11 - a22) + 4 * a12 * a12).sqrt()) / (2 * window[0] * window[1])
    usable = inside & (least >= _LEAST_EIGENVALUE) & (determinant >= _EPSILON)
    inverse = 1 / torch.where(usable, determinant, 1)
    moving = _Patches(after, window, cv2.BORDER_REFLECT_101, _BITS - 5)
    ok, going = usable, usable
    previous = torch.zeros_like(there)
    for step in range(steps):
        within, whole, fraction = _placed(there, after, window)
        ok, going = ok & (within | ~going), going & within
        if going.device.type == "cpu" and not going.any():  # elsewhere the host would have to wait
            break
        apart = moving.at(whole[:, 0], whole[:, 1], _weights(fraction[:, 0], fraction[:, 1])) - patch
        b1, b2 = _summed(apart * dx), _summed(apart * dy)
        delta = torch.stack([(a12 * b2 - a22 * b1) * inverse, (a12 * b1 - a11 * b2) * inverse], 1)
        there = torch.where(going[:, None], there + delta, there)
        small = (delta.double() ** 2).sum(1) <= 1e-4
        swings = ~small & ((delta + previous).abs() < 0.01).all(1) if step else torch.zeros_like(small)
        there = torch.where((going & swings)[:, None], there - delta * 0.5, there)
        going = going & ~small & ~swings
        previous = delta
    return there, ok, patch, moving


# --- for every pixel --------------------------------------------------------------------------------------------------


def dense(before: Tensor, after: Tensor, window: tuple[int, int], levels: int, steps: int) -> Tensor:
    """The flow (N, H, W, 2), float32, from images (N, H, W, 1) to the next ones."""
    first, second = [before], [after]
    for _ in range(levels):
        first.append(down(first[-1]))
        second.append(down(second[-1]))
    n, h, w, _ = first[-1].shape
    flow = torch.zeros(n, (h + 1) // 2, (w + 1) // 2, 2, device=before.device)
    for a, b in zip(reversed(first), reversed(second), strict=True):
        flow = _dense_level(a, b, flow, window, steps)
    return flow


def _dense_level(before: Tensor, after: Tensor, coarse: Tensor, window: tuple[int, int], steps: int) -> Tensor:
    h, w = before.shape[1:3]
    half_x, half_y = (window[0] - 1) // 2, (window[1] - 1) // 2
    right, below = window[0] - 1 - half_x, window[1] - 1 - half_y
    border = cv2.BORDER_REPLICATE

    def windows(x: Tensor) -> Tensor:
        return padded(x, half_y, below, half_x, right, border)

    # Sampled beside the image, the texture repeats its edge, and derivatives are of that.
    wide = padded(before, half_y + 1, below + 1, half_x + 1, right + 1, border).to(torch.int32)
    smooth, difference = (3, 10, 3), (-1, 0, 1)
    dx = correlation.along(correlation.along(wide, smooth, 1), difference, 2)
    dy = correlation.along(correlation.along(wide, difference, 1), smooth, 2)
    a11, a12, a22 = (
        correlation.box_sums(p.long(), window[0], window[1]).float()[..., 0] for p in (dx * dx, dx * dy, dy * dy)
    )
    determinant = a11 * a22 - a12 * a12
    usable = determinant >= _EPSILON
    inverse = 1 / torch.where(usable, determinant, 1)
    a11, a12, a22 = a11 * inverse, a12 * inverse, a22 * inverse
    patch = windows(before).to(torch.int32)[..., 0]
    column, row = torch.arange(w, device=before.device), torch.arange(h, device=before.device)[:, None]
    up = coarse.index_select(1, row[:, 0] // 2).index_select(2, column // 2) * 2
    x, y = column + up[..., 0], row + up[..., 1]
    going, lost = usable, ~usable
    for _ in range(steps):
        inside = (x >= 0) & (x < w) & (y >= 0) & (y < h)
        lost, going = lost | (going & ~inside), going & inside
        if going.device.type == "cpu" and not going.any():
            break
        b1, b2 = _correlated(after, patch, dx[..., 0], dy[..., 0], x, y, (half_x, half_y), window)
        step_x, step_y = a12 * b2 - a22 * b1, a12 * b1 - a11 * b2
        x, y = torch.where(going, x + step_x, x), torch.where(going, y + step_y, y)
        going = going & ~((step_x.abs() < 0.01) & (step_y.abs() < 0.01))
    moved = torch.stack([x - column, y - row], -1)
    return torch.where(lost[..., None], up, moved)


def _correlated(
    after: Tensor,
    patch: Tensor,
    dx: Tensor,
    dy: Tensor,
    x: Tensor,
    y: Tensor,
    half: tuple[int, int],
    window: tuple[int, int],
) -> tuple[Tensor, Tensor]:
    """The sums over each pixel's window of 32 times the difference there, times the derivatives."""
    n, h, w, _ = after.shape
    pixels = after.reshape(n, -1).float()
    left, top = x.floor(), y.floor()
    # Textures are sampled in 256ths of a pixel.
    fx, fy = (((v - v.floor()) * 256).round() / 256 for v in (x, y))
    left, top = (v.clamp(-1e6, 1e6).long() for v in (left, top))

    def taps(down: int) -> list[Tensor]:
        rows = (top + (down - half[1])).clamp(0, h - 1) * w
        columns = [(left + (right - half[0])).clamp(0, w - 1) for right in range(window[0] + 1)]
        return [pixels.gather(1, (rows + c).reshape(n, -1)).reshape(x.shape) for c in columns]

    b1, b2 = torch.zeros_like(x), torch.zeros_like(x)
    above = taps(0)
    for i in range(window[1]):
        below = taps(i + 1)
        for j in range(window[0]):
            upper = above[j] + (above[j + 1] - above[j]) * fx
            lower = below[j] + (below[j + 1] - below[j]) * fx
            there = (upper + (lower - upper) * fy).trunc()
            apart = (there - patch[:, i : i + h, j : j + w]) * 32
            b1 = b1 + apart * dx[:, i : i + h, j : j + w]
            b2 = b2 + apart * dy[:, i : i + h, j : j + w]
        above = below
    return b1, b2

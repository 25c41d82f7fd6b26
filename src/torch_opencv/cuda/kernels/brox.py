"""Variational optical flow of Brox (OpenCV's cudalegacy, NCVBroxOpticalFlow.cu), with its resampling (NPP_staging.cu).

T. Brox, A. Bruhn, N. Papenberg and J. Weickert, "High accuracy optical flow estimation based on a theory for warping",
2004: pixels keep their grey levels and gradients, and the flow is smooth but for few places. Each size of the images is
one warp; the linear systems are solved by successive over-relaxation in turns on a chess board.

Images are float32 (N, H, W), flow is float32 (N, 2, H, W): x, then y.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

from torch_opencv.cuda._tables import table

_EPSILON = 1e-6
_OMEGA = 1.99
_LEAST_SIDE = 15  # sizes above this have a smaller one
_STEPS = 256.0  # between two pixels, as textures have them
_DERIVATIVE = (1 / 12, -8 / 12, 8 / 12, -1 / 12)  # at -2, -1, 1 and 2


class Rules(NamedTuple):
    """The method's parameters: ``alpha`` weighs the smoothness, ``gamma`` the gradients, ``step`` is between sizes."""

    alpha: float
    gamma: float
    step: float
    inner: int
    outer: int
    solver: int


def flow(before: Tensor, after: Tensor, rules: Rules) -> Tensor:
    """Where each pixel of an image is in the next."""
    sizes = _sizes(before.shape[1], before.shape[2], rules)
    images = [(before, after)]
    for height, width in sizes[1:]:
        smaller = [_averaged(_averaged(image, 2, width, rules), 1, height, rules) for image in images[-1]]
        images.append((smaller[0], smaller[1]))
    found = before.new_zeros(len(before), 2, *sizes[-1])
    for (height, width), (a, b) in zip(reversed(sizes), reversed(images), strict=True):
        if found.shape[2:] != (height, width) or a is not images[-1][0]:
            found = _cubic(_cubic(found, 3, width, rules), 2, height, rules) * (1 / rules.step)
        found = _warped(a, b, found, rules)
    return found


# --- sizes ------------------------------------------------------------------------------------------------------------


def _sizes(height: int, width: int, rules: Rules) -> list[tuple[int, int]]:
    """Heights and widths, the largest first; computed in float32, as OpenCV does."""
    found, step = [(height, width)], np.float32(rules.step)
    scale = step
    while min(found[-1]) > _LEAST_SIDE and len(found) < rules.outer:
        found.append((math.ceil(np.float32(height) * scale), math.ceil(np.float32(width) * scale)))
        scale = scale * step
    return found


def _weighted(image: Tensor, axis: int, taps: list[list[tuple[int, float]]]) -> Tensor:
    """Each place along an axis as a weighted mean of some."""
    result = None
    for k in range(max(len(row) for row in taps)):
        rows = [row[k] if k < len(row) else (row[0][0], 0.0) for row in taps]
        index = table([at for at, _ in rows], torch.int64, image.device)
        shape = [1] * image.ndim
        shape[axis] = len(rows)
        weights = table([weight for _, weight in rows], torch.float32, image.device).reshape(shape)
        part = image.index_select(axis, index) * weights
        result = part if result is None else result + part
    assert result is not None
    return result


def _averaged(image: Tensor, axis: int, length: int, rules: Rules) -> Tensor:
    """A smaller image: means over what is as near as a pixel of it is long, with NPP's weights at both ends."""
    step, last = np.float32(1) / np.float32(rules.step), image.shape[axis] - 1
    taps = []
    for i in range(length):
        at = step * np.float32(i)  # in float32, as a whole number and one beside it have other weights
        begin, end = max(float(at - step), 0.0), min(float(at + step), float(last))
        first, final = math.floor(begin), math.ceil(end)
        row = [(first, 1 - begin + first), *((between, 1.0) for between in range(first + 1, final))]
        row.append((min(max(final, first), last), final - end))
        total = sum(weight for _, weight in row)
        taps.append([(place, weight / total) for place, weight in row])
    return _weighted(image, axis, taps)


def _cubic_weight(distance: float) -> float:
    x = abs(distance)
    if x <= 1:
        return x * x * (1.5 * x - 2.5) + 1
    return x * (x * (-0.5 * x + 2.5) - 4) + 2 if x < 2 else 0.0


def _cubic(image: Tensor, axis: int, length: int, rules: Rules) -> Tensor:
    """A larger image by cubic interpolation; its first pixel is the smaller one's."""
    step, last = np.float32(rules.step), image.shape[axis] - 1
    taps = []
    for i in range(length):
        at = min(float(step * np.float32(i)), last + 1.0)
        near = range(max(math.ceil(at - 2), 0), min(math.floor(at + 2), last) + 1)
        weights = [_cubic_weight(at - x) for x in near]
        total = sum(weights)
        taps.append([(x, weight / total if total else 0.0) for x, weight in zip(near, weights, strict=True)])
    return _weighted(image, axis, taps)


# --- one size ---------------------------------------------------------------------------------------------------------


def _derivative(image: Tensor, axis: int) -> Tensor:
    """The derivative along an axis; OpenCV's mirror leaves out two pixels at the beginning, and none at the end."""
    length = image.shape[axis]

    def mirrored(i: int) -> int:
        at = 1 - i if i < 0 else i
        return max(0, min(2 * length - at - 1 if at >= length else at, length - 1))

    index = table([mirrored(i) for i in range(-2, length + 2)], torch.int64, image.device)
    wide = image.index_select(axis, index)
    parts = [wide.narrow(axis, at, length) * weight for at, weight in zip((0, 1, 3, 4), _DERIVATIVE, strict=True)]
    return parts[0] + parts[1] + parts[2] + parts[3]


def _mirrored(index: Tensor, length: int) -> Tensor:
    around = index.remainder(2 * length)
    return torch.where(around < length, around, 2 * length - 1 - around)


def _sampled(images: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """(N, K, H, W) at places (N, H, W), between pixels linearly in 256 steps, mirrored beyond the edges."""
    n, k, h, w = images.shape
    left, top = x.floor(), y.floor()
    fx, fy = ((p - q).mul(_STEPS).round()[:, None] / _STEPS for p, q in ((x, left), (y, top)))
    columns = [_mirrored(left.long() + i, w) for i in (0, 1)]
    rows = [_mirrored(top.long() + i, h) for i in (0, 1)]
    flat = images.reshape(n, k, h * w)

    def at(row: int, column: int) -> Tensor:
        place = (rows[row] * w + columns[column]).reshape(n, 1, h * w).expand(n, k, h * w)
        return flat.gather(2, place).reshape(n, k, h, w)

    upper = at(0, 0) * (1 - fx) + at(0, 1) * fx
    return upper * (1 - fy) + (at(1, 0) * (1 - fx) + at(1, 1) * fx) * fy


class _Data(NamedTuple):
    """The images' part of the linear system before weighting: derivatives of the next image where the flow leads."""

    x: Tensor
    y: Tensor
    xx: Tensor
    yy: Tensor
    xy: Tensor
    z: Tensor
    xz: Tensor
    yz: Tensor


def _data(before: Tensor, after: Tensor, flow: Tensor) -> _Data:
    dx, dy = _derivative(after, 2), _derivative(after, 1)
    stack = torch.stack([after, dx, dy, _derivative(dx, 2), _derivative(dy, 1), _derivative(dy, 2)], 1)
    h, w = before.shape[1:]
    column = torch.arange(w, device=before.device)
    row = torch.arange(h, device=before.device)[:, None]
    there = _sampled(stack, column + flow[:, 0], row + flow[:, 1])
    image, x, y, xx, yy, xy = there.unbind(1)
    return _Data(x, y, xx, yy, xy, image - before, x - _derivative(before, 2), y - _derivative(before, 1))


def _diffusivity(total: Tensor) -> tuple[Tensor, Tensor]:
    """How much neighbours hold together, to the left and above: (N, H, W) each; 0 at the edges."""
    wide = pad(total, (1, 1, 1, 1), mode="replicate")
    here, left, above = wide[..., 1:-1, 1:-1], wide[..., 1:-1, :-2], wide[..., :-2, 1:-1]
    below, right = wide[..., 2:, 1:-1], wide[..., 1:-1, 2:]
    below_left, above_left, above_right = wide[..., 2:, :-2], wide[..., :-2, :-2], wide[..., :-2, 2:]
    across_x = 0.25 * (below + below_left - above - above_left)
    across_y = 0.25 * (right + above_right - left - above_left)
    along_x = 0.5 / ((here - left).square().sum(1) + across_x.square().sum(1) + _EPSILON).sqrt()
    along_y = 0.5 / ((here - above).square().sum(1) + across_y.square().sum(1) + _EPSILON).sqrt()
    return pad(along_x[..., 1:], (1, 0)), pad(along_y[:, 1:], (0, 0, 1, 0))


def _warped(before: Tensor, after: Tensor, flow: Tensor, rules: Rules) -> Tensor:
    """The flow after the systems of one size were solved."""
    data = _data(before, after, flow)
    change = torch.zeros_like(flow)
    h, w = before.shape[1:]
    row, column = torch.arange(h, device=flow.device)[:, None], torch.arange(w, device=flow.device)
    turns = [(row + column) % 2 == parity for parity in (0, 1)]
    for _ in range(rules.inner):
        system = _system(data, flow, change, rules)
        for _ in range(rules.solver):
            for turn in turns:
                change = _relaxed(system, flow, change, turn)
    return flow + change


class _System(NamedTuple):
    """A linear system: weights of the neighbours to the left, above, to the right and below, and the rest."""

    weights: tuple[Tensor, Tensor, Tensor, Tensor]
    constant: Tensor
    coupling: Tensor
    inverse: Tensor


def _system(data: _Data, flow: Tensor, change: Tensor, rules: Rules) -> _System:
    du, dv = change[:, 0], change[:, 1]
    q0 = data.z + data.x * du + data.y * dv
    q1 = data.xz + data.xx * du + data.xy * dv
    q2 = data.yz + data.xy * du + data.yy * dv
    gamma = rules.gamma
    weight = 0.5 * (q0 * q0 + gamma * (q1 * q1 + q2 * q2) + _EPSILON).rsqrt() / rules.alpha
    coupling = weight * (data.x * data.y + gamma * data.xy * (data.xx + data.yy))
    of_u = weight * (data.x * data.z + gamma * (data.xx * data.xz + data.xy * data.yz))
    of_v = weight * (data.y * data.z + gamma * (data.yy * data.yz + data.xy * data.xz))
    own_u = weight * (data.x * data.x + gamma * (data.xy * data.xy + data.xx * data.xx))
    own_v = weight * (data.y * data.y + gamma * (data.xy * data.xy + data.yy * data.yy))
    left, above = _diffusivity(flow + change)
    right, below = pad(left[..., 1:], (0, 1)), pad(above[:, 1:], (0, 0, 0, 1))
    total = left + right + above + below
    constant = -flow * total[:, None] - torch.stack([of_u, of_v], 1)
    inverse = 1 / (torch.stack([own_u, own_v], 1) + total[:, None])
    weights = left[:, None], above[:, None], right[:, None], below[:, None]
    return _System(weights, constant, coupling, inverse * _OMEGA)


def _relaxed(system: _System, flow: Tensor, change: Tensor, turn: Tensor) -> Tensor:
    """One half turn: the pixels of one colour, given those of the other."""
    wide = pad(flow + change, (1, 1, 1, 1), mode="replicate")
    left, above, right, below = system.weights
    around = left * wide[..., 1:-1, :-2] + below * wide[..., 2:, 1:-1]
    around = around + right * wide[..., 1:-1, 2:] + above * wide[..., :-2, 1:-1] + system.constant
    du, dv = change[:, 0], change[:, 1]
    new_u = (1 - _OMEGA) * du + system.inverse[:, 0] * (around[:, 0] - system.coupling * dv)
    new_u = torch.where(turn, new_u, du)
    new_v = (1 - _OMEGA) * dv + system.inverse[:, 1] * (around[:, 1] - system.coupling * new_u)
    return torch.stack([new_u, torch.where(turn, new_v, dv)], 1)

"""Belief propagation, against its definition written as loops over pixels, and on a scene whose depth is known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

import torch_opencv as cv

Array = np.ndarray


def _say(total: Array, jump: float, most: float, whole: bool) -> Array:
    out = total.astype(np.float32).copy()
    for i in range(1, len(out)):
        out[i] = min(out[i], out[i - 1] + np.float32(jump))
    for i in range(len(out) - 2, -1, -1):
        out[i] = min(out[i], out[i + 1] + np.float32(jump))
    out = np.minimum(out, total.min() + np.float32(most))
    out = out - out.mean(dtype=np.float32)
    return np.rint(out) if whole else out


def _gold(left: Array, right: Array, ndisp: int, iters: int, levels: int, whole: bool) -> Array:
    """The algorithm, pixel by pixel, in place, with OpenCV's default weights; u, d, l, r are (H, W, D)."""
    scale = 10.0 if whole else 1.0
    weight, jump, most = scale * 0.07, scale, scale * 1.7
    h, w = left.shape
    data = np.zeros((h, w, ndisp), np.float32)
    for y in range(1, h - 1):
        for x in range(1, w - 1):
            for k in range(ndisp):
                apart = abs(float(left[y, x]) - float(right[y, x - k])) if x - k >= 1 else 10.0
                data[y, x, k] = weight * min(apart, 10.0)
    pyramid = [np.rint(data) if whole else data]
    for _ in range(levels - 1):
        last = pyramid[-1]
        even = np.pad(last, ((0, last.shape[0] % 2), (0, last.shape[1] % 2), (0, 0)))
        pyramid.append(even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2])
    u, d, l, r = (np.zeros_like(pyramid[-1]) for _ in range(4))  # noqa: E741
    for level, data in enumerate(reversed(pyramid)):
        h, w = data.shape[:2]
        if level:
            u, d, l, r = (m.repeat(2, 0).repeat(2, 1)[:h, :w].copy() for m in (u, d, l, r))  # noqa: E741
        for t in range(iters):
            for y in range(1, h - 1):
                for x in range(1, w - 1):
                    if (x + y + t) % 2 == 0:
                        a, b, c, e, own = u[y + 1, x], d[y - 1, x], l[y, x + 1], r[y, x - 1], data[y, x]
                        u[y, x] = _say(a + c + e + own, jump, most, whole)
                        d[y, x] = _say(b + c + e + own, jump, most, whole)
                        l[y, x] = _say(a + b + c + own, jump, most, whole)
                        r[y, x] = _say(a + b + e + own, jump, most, whole)
    out = np.zeros((h, w), np.int16)
    total = u[2:, 1:-1] + d[:-2, 1:-1] + l[1:-1, 2:] + r[1:-1, :-2] + data[1:-1, 1:-1]
    out[1:-1, 1:-1] = total.argmin(-1)
    return out


def _scene(h: int, w: int) -> tuple[Array, Array, Array]:
    """A square at disparity 9 before a wall at disparity 3, with texture, and the true disparities."""
    rng = np.random.default_rng(4)
    wall = cv2.GaussianBlur(rng.integers(0, 256, (h, w + 16), np.uint8), (3, 3), 0)
    square = cv2.GaussianBlur(rng.integers(0, 256, (h // 2, w // 3), np.uint8), (3, 3), 0)
    left, right, truth = wall[:, :w].copy(), wall[:, 3 : w + 3].copy(), np.full((h, w), 3)
    y, x = h // 4, w // 3
    left[y : y + h // 2, x : x + w // 3] = square
    right[y : y + h // 2, x - 9 : x - 9 + w // 3] = square
    truth[y : y + h // 2, x : x + w // 3] = 9
    return left, right, truth


@pytest.mark.parametrize("whole", [False, True])
def test_is_the_definition(whole: bool) -> None:
    left, right, _ = _scene(17, 30)
    matcher = cv.cuda.createStereoBeliefPropagation(8, 3, 2, cv2.CV_16S if whole else cv2.CV_32F)
    found = matcher.compute(torch.from_numpy(left), torch.from_numpy(right))
    assert found.dtype == torch.int16
    differ = (found.numpy() != _gold(left, right, 8, 3, 2, whole)).mean()
    assert differ <= 0.01  # where two disparities cost the same but for the order of the sums


def test_finds_the_depth_of_a_scene() -> None:
    left, right, truth = _scene(72, 120)
    a, b = torch.from_numpy(left), torch.from_numpy(right)
    found = cv.cuda.createStereoBeliefPropagation(16, 5, 4).compute(a, b)
    seen = (slice(2, -2), slice(20, -2))
    right_ones = (np.abs(found.numpy()[seen] - truth[seen]) <= 1).mean()
    assert right_ones > 0.9
    out = torch.zeros(72, 120, dtype=torch.int16)
    stream = cv.cuda.Stream.Null() if hasattr(cv.cuda.Stream, "Null") else None
    assert cv.cuda.createStereoBeliefPropagation(16, 5, 4).compute(a, b, stream, out) is out
    assert torch.equal(out, found)


def test_recommends_and_refuses() -> None:
    assert cv.cuda.StereoBeliefPropagation.estimateRecommendedParams(640, 480) == (160, 8, 5)
    with pytest.raises(ValueError, match="levels"):
        cv.cuda.createStereoBeliefPropagation(8, 2, 6).compute(*[torch.zeros(16, 16, dtype=torch.uint8)] * 2)
    with pytest.raises(ValueError, match="msg_type"):
        cv.cuda.createStereoBeliefPropagation(8, 2, 2, cv2.CV_8U)

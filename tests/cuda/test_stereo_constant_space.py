"""Constant-space belief propagation, against its definition as loops over pixels, and on a scene of known depth."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
import torch

import torch_opencv as cv
from tests.cuda.test_stereo_belief import _scene

cuda: Any = cv.cuda
Array = np.ndarray

MOST_DATA, JUMP, MOST_JUMP = 30.0, 10.0, 160.0


def _data(left: Array, right: Array, y: int, x: int, d: int, side: int, least: int, whole: bool) -> float:
    """What a disparity costs in a square of pixels."""
    total = np.float32(0)
    for row in range(y * side, (y + 1) * side):
        for column in range(x * side, (x + 1) * side):
            if d < least or column < d:
                total += np.float32(MOST_DATA)
            else:
                total += np.float32(min(abs(float(left[row, column]) - float(right[row, column - d])), MOST_DATA))
    return float(np.clip(np.rint(total), -32768, 32767)) if whole else float(total)


def _least_first(costs: Array, count: int) -> list[int]:
    costs, found = costs.astype(float).copy(), []
    for _ in range(count):
        found.append(int(costs.argmin()))
        costs[found[-1]] = np.inf
    return found


def _first(costs: Array, count: int, local: bool) -> list[int]:
    found: list[int] = []
    for d in range(1, len(costs) - 1) if local else ():
        if len(found) < count and costs[d] < costs[d - 1] and costs[d] < costs[d + 1]:
            found.append(d)
    rest = costs.astype(float).copy()
    rest[found] = np.inf
    return found + _least_first(rest, count - len(found))


def _say(total: Array, own: Array, other: Array, whole: bool) -> Array:
    out = np.empty_like(total)
    for i in range(len(total)):
        out[i] = min(total.min() + MOST_JUMP, (total + JUMP * abs(own - other[i])).min())
    said = (np.rint(out) if whole else out) - out.mean(dtype=np.float32)
    return np.rint(said) if whole else said


def _gold(
    left: Array, right: Array, ndisp: int, iters: int, levels: int, nr: int, *, local: bool, least: int, whole: bool
) -> Array:
    """The algorithm, pixel by pixel and in place; messages u, d, l, r are (4, H, W, planes)."""
    messages = disparities = costs = np.zeros(0, np.float32)
    for level in reversed(range(levels)):
        h, w, planes = left.shape[0] >> level, left.shape[1] >> level, nr << level
        old, before = messages, disparities
        messages = np.zeros((4, h, w, planes), np.float32)
        disparities, costs = (np.zeros((h, w, planes), np.float32) for _ in range(2))
        for y in range(h):
            for x in range(w):
                if level == levels - 1:
                    options = list(range(ndisp))
                    data = np.array([_data(left, right, y, x, d, 1 << level, least, whole) for d in options])
                    chosen = _first(data, planes, local)
                    disparities[y, x], costs[y, x] = chosen, data[chosen]
                    continue
                h2, w2 = before.shape[:2]
                v, u = min(y // 2, h2 - 1), min(x // 2, w2 - 1)
                data = np.array(
                    [_data(left, right, y, x, int(d), 1 << level, least, whole) for d in before[v, u]], np.float32
                )
                heard = old[0, min(h2 - 1, y // 2 + 1), u] + old[1, max(0, y // 2 - 1), u]
                heard = heard + old[2, v, min(w2 - 1, x // 2 + 1)] + old[3, v, max(0, x // 2 - 1)]
                chosen = _least_first(data + heard, planes)
                disparities[y, x], costs[y, x] = before[v, u, chosen], data[chosen]
                messages[:, y, x] = old[:, v, u][:, chosen]
        for t in range(iters):
            for y in range(1, h - 1):
                for x in range(1, w - 1):
                    if (x + y + t) % 2 == 0:
                        below, above = messages[0, y + 1, x], messages[1, y - 1, x]
                        right_of, left_of = messages[2, y, x + 1], messages[3, y, x - 1]
                        own, d = costs[y, x], disparities
                        said = (
                            _say(own + left_of + below + right_of, d[y, x], d[y - 1, x], whole),
                            _say(own + above + left_of + right_of, d[y, x], d[y + 1, x], whole),
                            _say(own + below + above + right_of, d[y, x], d[y, x - 1], whole),
                            _say(own + below + above + left_of, d[y, x], d[y, x + 1], whole),
                        )
                        messages[:, y, x] = said
    out = np.zeros(left.shape, np.int16)
    for y in range(1, left.shape[0] - 1):
        for x in range(1, left.shape[1] - 1):
            total = messages[0, y + 1, x] + messages[1, y - 1, x] + messages[2, y, x + 1] + messages[3, y, x - 1]
            out[y, x] = disparities[y, x, (costs[y, x] + total).argmin()]
    return out


@pytest.mark.parametrize(
    ("local", "least", "whole"), [(True, 0, False), (False, 0, False), (True, 2, True), (False, 0, True)]
)
def test_is_the_definition(local: bool, least: int, whole: bool) -> None:
    left, right, _ = _scene(17, 30)
    matcher = cuda.createStereoConstantSpaceBP(10, 3, 3, 2, cv2.CV_16S if whole else cv2.CV_32F)
    matcher.setUseLocalInitDataCost(local)
    matcher.setMinDisparity(least)
    found = matcher.compute(torch.from_numpy(left), torch.from_numpy(right))
    assert found.dtype == torch.int16
    expected = _gold(left, right, 10, 3, 3, 2, local=local, least=least, whole=whole)
    assert len(np.unique(expected)) > 5
    np.testing.assert_array_equal(found.numpy(), expected)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_finds_the_depth_of_a_scene(channels: int) -> None:
    left, right, truth = _scene(72, 120)
    a, b = (
        torch.from_numpy(x) if channels == 1 else torch.from_numpy(x)[..., None].repeat(1, 1, channels)
        for x in (left, right)
    )
    matcher = cuda.createStereoConstantSpaceBP(16, 5, 3, 4)
    found = matcher.compute(a, b)
    seen = (slice(2, -2), slice(20, -2))
    assert (np.abs(found.numpy()[seen] - truth[seen]) <= 1).mean() > 0.9
    out = torch.zeros(72, 120, dtype=torch.int16)
    assert matcher.compute(a, b, cuda.Stream_Null(), out) is out
    assert torch.equal(out, found)
    if channels > 1:
        batch = matcher.compute(torch.stack([a, b]), torch.stack([b, a]))
        assert batch.shape == (2, 72, 120, 1)
        assert torch.equal(batch[0, ..., 0], found)


def test_nothing_waits_for_the_device() -> None:
    image = torch.zeros(24, 40, dtype=torch.uint8, device="meta")
    assert cuda.createStereoConstantSpaceBP(16, 2, 2, 2).compute(image, image).is_meta


def test_recommends_and_refuses() -> None:
    assert cuda.StereoConstantSpaceBP.estimateRecommendedParams(640, 480) == (204, 10, 4, 6)
    assert cuda.createStereoConstantSpaceBP().getNrPlane() == 4
    image = torch.zeros(16, 16, dtype=torch.uint8)
    with pytest.raises(
        ValueError, match=r"compute: argument 'nr_plane' is 4, doubled by each level, of 16 disparities"
    ):
        cuda.createStereoConstantSpaceBP(16, 2, 4, 4).compute(image, image)
    with pytest.raises(ValueError, match=r"'left' is \(16, 16\), too small for 6 levels"):
        cuda.createStereoConstantSpaceBP(64, 2, 6, 2).compute(image, image)
    with pytest.raises(ValueError, match="'nr_plane' is 0: pass 1 or more"):
        cuda.createStereoConstantSpaceBP(16, 2, 2, 0)
    with pytest.raises(ValueError, match="msg_type"):
        cuda.createStereoConstantSpaceBP(msg_type=cv2.CV_8U)

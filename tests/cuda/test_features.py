"""What is found in images, and matched, as objects on the host."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
import torch

import torch_opencv as cv

cuda: Any = cv.cuda


def sets(norm: int) -> tuple[list[np.ndarray], list[torch.Tensor]]:
    rng = np.random.default_rng(0)
    made = [
        rng.integers(0, 256, (n, 16)).astype(np.uint8 if norm == cv2.NORM_HAMMING else np.float32) for n in (9, 14, 6)
    ]
    return made, [torch.from_numpy(x) for x in made]


def told(matches: Any) -> Any:
    """Matches as numbers; distances are as exact as sums in float32 are."""
    if isinstance(matches, (list, tuple)):
        return [told(x) for x in matches]
    assert isinstance(matches, (cv2.DMatch, cv.DMatch))
    return matches.queryIdx, matches.trainIdx, matches.imgIdx, pytest.approx(matches.distance, rel=1e-5)


@pytest.mark.parametrize("norm", [cv2.NORM_L1, cv2.NORM_L2, cv2.NORM_HAMMING])
def test_matches_are_those_of_opencv(norm: int) -> None:
    (query, train, other), (q, t, o) = sets(norm)
    ours, theirs = cuda.DescriptorMatcher.createBFMatcher(norm), cv2.BFMatcher(norm)
    distance = float(np.median([x.distance for x in theirs.match(query, train)])) * 1.2
    mask = np.random.default_rng(1).integers(0, 2, (len(query), len(train))).astype(np.uint8)
    m = torch.from_numpy(mask)
    assert told(ours.match(q, t)) == told(theirs.match(query, train))
    assert told(ours.match(q, t, m)) == told(theirs.match(query, train, mask))
    for k in (2, 3, 20):
        assert told(ours.knnMatch(q, t, k)) == told(theirs.knnMatch(query, train, k)), k
    assert told(ours.radiusMatch(q, t, distance)) == told(theirs.radiusMatch(query, train, distance))
    assert len(ours.radiusMatch(q, t, distance * 0.8, compactResult=True)) < len(q)

    assert ours.empty() and ours.isMaskSupported()
    ours.add([t, cuda.GpuMat.over(o)])
    theirs.add([train, other])
    assert len(ours.getTrainDescriptors()) == 2
    assert told(ours.match(q)) == told(theirs.match(query))
    for k in (2, 3):
        assert told(ours.knnMatch(q, k)) == told(theirs.knnMatch(query, k)), k
    assert told(ours.radiusMatch(q, distance)) == told(theirs.radiusMatch(query, distance))
    masks = [mask, np.zeros((len(query), len(other)), np.uint8)]
    assert told(ours.match(q, [torch.from_numpy(x) for x in masks])) == told(theirs.match(query, masks))
    ours.clear()
    assert ours.empty()


def test_matches_on_the_device_are_converted() -> None:
    _, (q, t, o) = sets(cv2.NORM_L2)
    matcher = cuda.DescriptorMatcher.createBFMatcher()
    on_device = matcher.matchAsync(q, t)
    assert on_device.shape == (2, len(q)) and on_device.dtype == torch.int32
    assert told(matcher.matchConvert(on_device)) == told(matcher.match(q, t))
    written = torch.zeros(2, len(q), 2, dtype=torch.int32)
    assert matcher.knnMatchAsync(q, t, 2, written) is written
    assert told(matcher.knnMatchConvert(written)) == told(matcher.knnMatch(q, t, 2))
    assert told(matcher.radiusMatchConvert(matcher.radiusMatchAsync(q, t, 300))) == told(matcher.radiusMatch(q, t, 300))
    matcher.add([t, o])
    assert matcher.matchAsync(q).shape == (3, len(q))
    assert told(matcher.matchConvert(matcher.matchAsync(q))) == told(matcher.match(q))
    assert told(matcher.radiusMatchConvert(matcher.radiusMatchAsync(q, 300))) == told(matcher.radiusMatch(q, 300))


def test_what_matchers_refuse() -> None:
    _, (q, t, _) = sets(cv2.NORM_L2)
    matcher = cuda.DescriptorMatcher.createBFMatcher(cv2.NORM_HAMMING)
    with pytest.raises(ValueError, match=r"argument 'queryDescriptors' is torch\.float32 .*: pass \(K, D\) of uint8"):
        matcher.match(q, t)
    with pytest.raises(ValueError, match=r"masks for 0 sets that were added"):
        matcher.radiusMatch(q.byte(), 3)
    with pytest.raises(ValueError, match=r"createBFMatcher: argument 'normType' is 99"):
        cuda.DescriptorMatcher.createBFMatcher(99)
    with pytest.raises(TypeError, match=r"knnMatchAsync: argument 'k' is missing"):
        matcher.knnMatchAsync(q.byte(), t.byte())


def test_corners_as_key_points() -> None:
    image = np.random.default_rng(0).integers(0, 256, (40, 50)).astype(np.uint8)
    mask = np.zeros_like(image)
    mask[10:, 5:30] = 255
    detector = cuda.FastFeatureDetector.create(25)
    found, expected = (
        d.detect(*x)
        for d, x in (
            (detector, (torch.from_numpy(image), torch.from_numpy(mask))),
            (cv2.FastFeatureDetector_create(25), (image, mask)),
        )
    )
    assert [(p.pt, p.size, p.angle, p.response) for p in found] == [
        (p.pt, p.size, p.angle, p.response) for p in expected
    ]
    assert found and isinstance(found[0], cv.KeyPoint)
    detector.setMaxNumPoints(3)
    assert len(detector.detect(torch.from_numpy(image))) == 3
    assert detector.detect(torch.zeros(20, 20, dtype=torch.uint8)) == []
    assert cv.drawKeypoints(torch.from_numpy(image), found, torch.empty(0, dtype=torch.uint8)).shape == (40, 50, 3)

"""ORB's key points and descriptors as objects on the host, its masks, settings and refusals."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
import torch

import torch_opencv as cv

cuda: Any = cv.cuda


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    noise = np.random.default_rng(3).integers(0, 256, (60, 75)).astype(np.uint8)
    return cv2.GaussianBlur(cv2.resize(noise, (300, 240), interpolation=cv2.INTER_NEAREST), (5, 5), 1)


def alike(ours: Any, theirs: Any) -> bool:
    """The same key points in any order, and descriptors but for single bits: OpenCV's vectors blur in another order."""
    found, expected = (
        {(p.octave, p.pt): (p.response, p.size, p.angle, row) for p, row in zip(points, np.asarray(rows), strict=True)}
        for points, rows in (ours, theirs)
    )
    assert found.keys() == expected.keys()
    apart = 0
    for key, (response, size, angle, row) in expected.items():
        assert found[key][:3] == (response, size, pytest.approx(angle, abs=1e-4))
        apart += int(np.unpackbits(found[key][3] ^ row).sum())
    return apart <= 1e-3 * 256 * len(expected)


def test_key_points_and_descriptors_are_those_of_opencv(image: np.ndarray) -> None:
    ours, theirs = cuda.ORB.create(300, blurForDescriptor=True), cv2.ORB_create(300)
    mask = np.zeros_like(image)
    mask[30:200, 50:260] = 255
    for own_mask in (None, mask):
        given = None if own_mask is None else torch.from_numpy(own_mask)
        points, descriptors = ours.detectAndCompute(torch.from_numpy(image), given)
        expected = theirs.detectAndCompute(image, own_mask)
        assert len(points) >= 50 and isinstance(points[0], cv.KeyPoint)
        assert alike((points, descriptors), expected)


def test_descriptors_of_given_key_points(image: np.ndarray) -> None:
    tensor, theirs = torch.from_numpy(image), cv2.ORB_create(60)
    points = theirs.detect(image)[::-1]  # not by level
    near = cv2.KeyPoint(4, 100, 31, 0, 0, 0)
    ours = cuda.ORB.create(60, blurForDescriptor=True)
    kept, descriptors = ours.compute(tensor, [near, *points])
    assert len(kept) == len(points) and alike((kept, descriptors), theirs.compute(image, [near, *points]))
    on_device = ours.detectAsync(tensor)
    assert on_device.shape[0] == cuda.ORB_ROWS_COUNT and on_device[cuda.ORB_OCTAVE_ROW].max() == 7
    again, same = ours.computeAsync(tensor, on_device)
    assert torch.equal(again, on_device) and torch.equal(same, ours.detectAndComputeAsync(tensor, None)[1])
    mat = cuda.GpuMat.over(tensor)
    found = ours.detectAndComputeAsync(mat, None)
    assert all(isinstance(x, cuda.GpuMat) for x in found) and len(ours.convert(found[0])) == on_device.shape[1]
    assert ours.compute(tensor, [])[1].shape == (0, 32)


def test_without_blur_pixels_are_compared_as_they_are() -> None:
    """The CUDA class's default: the definition, pixel by pixel, of an upright key point."""
    image = np.random.default_rng(0).integers(0, 256, (64, 64)).astype(np.uint8)
    _, descriptor = cuda.ORB.create().compute(torch.from_numpy(image), [cv2.KeyPoint(32, 32, 31, 0, 0, 0)])
    bits = np.unpackbits(descriptor.numpy()[0], bitorder="little")
    for bit, (x0, y0, x1, y1) in ((0, (8, -3, 9, 5)), (1, (4, 2, 7, -12)), (2, (-11, 9, -8, 2))):  # the paper's first
        assert bits[bit] == (image[32 + y0, 32 + x0] < image[32 + y1, 32 + x1]), bit


def test_orb_matches_a_turned_image(image: np.ndarray) -> None:
    orb = cuda.ORB.create(200, blurForDescriptor=True)
    matcher = cuda.DescriptorMatcher.createBFMatcher(orb.defaultNorm())
    (points, first), (turned, second) = (
        orb.detectAndCompute(torch.from_numpy(np.ascontiguousarray(x))) for x in (image, np.rot90(image))
    )
    good = 0
    for match in matcher.match(first, second):
        (x, y), (u, v) = points[match.queryIdx].pt, turned[match.trainIdx].pt
        good += abs(u - y) < 3 and abs(v - (image.shape[1] - 1 - x)) < 3
    assert good > 0.7 * len(points)


def test_settings_and_refusals(image: np.ndarray) -> None:
    tensor = torch.from_numpy(image)
    orb = cuda.ORB.create(nfeatures=50)
    assert (orb.getMaxFeatures(), orb.getNLevels(), orb.getWTA_K(), orb.descriptorSize()) == (50, 8, 2, 32)
    orb.setNLevels(1)
    assert orb.detectAsync(tensor)[cuda.ORB_OCTAVE_ROW].max() == 0
    assert orb.detect(torch.zeros(100, 100, dtype=torch.uint8)) == []
    orb.setWTA_K(5)
    with pytest.raises(ValueError, match=r"ORB\.detectAsync: argument 'WTA_K' is out of range: pass 2, 3 or 4"):
        orb.detectAsync(tensor)
    with pytest.raises(ValueError, match=r"ORB\.create: argument 'scaleFactor' is out of range"):
        cuda.ORB.create(scaleFactor=1.0)
    with pytest.raises(ValueError, match=r"argument 'image' is torch\.float32"):
        cuda.ORB.create().detectAsync(tensor.float())
    with pytest.raises(ValueError, match=r"argument 'keypoints' is torch\.float32 \(2, 3\): pass what detectAsync"):
        cuda.ORB.create().computeAsync(tensor, torch.zeros(2, 3))
    with pytest.raises(ValueError, match=r"'useProvidedKeypoints' is True: call computeAsync"):
        cuda.ORB.create().detectAndComputeAsync(tensor, None, useProvidedKeypoints=True)
    with pytest.raises(ValueError, match=r"argument 'mask' is torch\.uint8 \(3, 3\)"):
        cuda.ORB.create().detectAsync(tensor, mask=torch.zeros(3, 3, dtype=torch.uint8))

"""Detection by histograms of oriented gradients, held against `cv2.HOGDescriptor`."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
import torch

import torch_opencv as cv

skimage_data: Any = pytest.importorskip("skimage.data", reason="needs its photographs: pip install scikit-image")
cuda: Any = cv.cuda


@pytest.fixture(scope="module")
def person() -> np.ndarray:
    return cv2.cvtColor(skimage_data.astronaut(), cv2.COLOR_RGB2BGR)[:200, 140:300].copy()


@pytest.fixture(scope="module")
def detectors() -> tuple[Any, Any]:
    ours, theirs = cuda.HOG.create(), cv2.HOGDescriptor()
    ours.setSVMDetector(ours.getDefaultPeopleDetector())
    theirs.setSVMDetector(cv2.HOGDescriptor_getDefaultPeopleDetector())
    return ours, theirs


def boxes(found: Any) -> list[tuple[int, ...]]:
    return [tuple(int(x) for x in box) for box in found]


@pytest.mark.parametrize("gray", [False, True])
def test_windows_are_those_of_opencv(person: np.ndarray, detectors: tuple[Any, Any], gray: bool) -> None:
    ours, theirs = detectors
    image = cv2.cvtColor(person, cv2.COLOR_BGR2GRAY) if gray else person
    ours.setHitThreshold(-2.0)
    places, values = ours.detect(torch.from_numpy(image))
    expected, confidences = theirs.detect(image, -2.0, (8, 8), (0, 0))
    assert places == boxes(expected) and places == ours.detectWithoutConf(torch.from_numpy(image))
    assert values == pytest.approx(np.ravel(confidences).tolist(), abs=1e-4)


@pytest.mark.parametrize("threshold", [0, 1, 2])
def test_objects_of_all_sizes_are_those_of_opencv(
    person: np.ndarray, detectors: tuple[Any, Any], threshold: int
) -> None:
    ours, theirs = detectors
    ours.setHitThreshold(-2.2)
    ours.setScaleFactor(1.15)
    ours.setGroupThreshold(threshold)
    found, values = ours.detectMultiScale(cuda.GpuMat(person))
    expected, confidences = theirs.detectMultiScale(
        person, hitThreshold=-2.2, winStride=(8, 8), padding=(0, 0), scale=1.15, groupThreshold=threshold
    )
    assert found and sorted(found) == sorted(boxes(expected))
    assert sorted(values) == pytest.approx(sorted(np.ravel(confidences).tolist()), abs=1e-4)
    assert ours.detectMultiScaleWithoutConf(torch.from_numpy(person)) == found


def test_sizes_and_orders() -> None:
    descriptor = cuda.HOG.create()
    assert (descriptor.getDescriptorSize(), descriptor.getBlockHistogramSize()) == (3780, 36)
    assert descriptor.getDefaultPeopleDetector().shape == (3781, 1)
    small = cuda.HOG.create((16, 16), (8, 8), (8, 8), (4, 4))
    image = torch.randint(0, 256, (16, 16), dtype=torch.uint8)
    columns = small.compute(image)
    small.setDescriptorFormat(1)
    assert torch.equal(small.compute(image).reshape(2, 2, 36), columns.reshape(2, 2, 36).transpose(0, 1))


def test_what_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^cv\.cuda\.HOG\.create: argument 'block_size' is \(16, 16\)"):
        cuda.HOG.create((60, 60))
    descriptor = cuda.HOG.create((32, 32))
    with pytest.raises(ValueError, match="there is none for windows of"):
        descriptor.getDefaultPeopleDetector()
    with pytest.raises(ValueError, match=r"setSVMDetector: argument 'detector' has 2 numbers: pass 324"):
        descriptor.setSVMDetector([1, 2])
    image = torch.zeros(40, 40, dtype=torch.uint8)
    with pytest.raises(ValueError, match=r"HOG\.detect: argument 'detector' is not set"):
        descriptor.detect(image)
    descriptor.setWinStride((5, 5))
    with pytest.raises(ValueError, match=r"HOG\.compute: argument 'winStride' is \(5, 5\): set multiples"):
        descriptor.compute(image)

"""Lines, segments and circles that were drawn are found again, as in OpenCV's own tests."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
import torch

import torch_opencv as cv

cuda: Any = cv.cuda


def test_lines_are_found_and_drawn_again() -> None:
    image = np.zeros((80, 100), np.uint8)
    for at in (20, 40, 60):
        cv2.line(image, (at, 0), (at, 79), 255)
        cv2.line(image, (0, at), (99, at), 255)
    detector = cuda.createHoughLinesDetector(1.0, np.pi / 180, 75)
    lines, votes = detector.downloadResults(detector.detect(torch.from_numpy(image)))
    again = np.zeros_like(image)
    for (rho, theta), count in zip(lines[0].tolist(), votes[0].tolist(), strict=True):
        assert count in (80, 100)
        if theta == 0:
            again[:, round(rho)] = 255
        else:
            again[round(rho)] = 255
    np.testing.assert_array_equal(again, image)
    assert detector.detect(torch.zeros(9, 9, dtype=torch.uint8)).shape == (2, 0, 2)
    assert detector.downloadResults(torch.empty(0))[0].shape == (1, 0, 2)


def test_segments_end_where_they_were_drawn() -> None:
    image, drawn = np.zeros((120, 160), np.uint8), {(10, 20, 140, 20), (30, 5, 30, 110), (50, 50, 100, 100)}
    for x, y, u, v in drawn:
        cv2.line(image, (x, y), (u, v), 255)
    detector = cuda.createHoughSegmentDetector(1.0, np.pi / 180, 40, 2)
    found = {tuple(segment) for segment in detector.detect(torch.from_numpy(image))[0].tolist()}
    assert drawn <= found
    detector.setMaxLines(1)
    assert detector.detect(torch.from_numpy(image)).shape == (1, 1, 4)


def test_circles_are_found_where_they_were_drawn() -> None:
    image, drawn = np.zeros((200, 240), np.uint8), [(60, 60, 17), (160, 80, 13), (100, 150, 19)]
    for x, y, radius in drawn:
        cv2.circle(image, (x, y), radius, 255, -1)
    found = cuda.createHoughCirclesDetector(2.0, 0.0, 100, 15, 10, 20).detect(torch.from_numpy(image))[0].tolist()
    for circle in drawn:
        assert min(max(abs(a - b) for a, b in zip(circle, x, strict=True)) for x in found) < 5


def test_what_detectors_refuse() -> None:
    with pytest.raises(ValueError, match=r"createHoughLinesDetector: argument 'rho' is 0: pass more than 0"):
        cuda.createHoughLinesDetector(0, 1, 1)
    with pytest.raises(ValueError, match=r"createHoughCirclesDetector: argument 'minRadius' and maxRadius are 9 and 3"):
        cuda.createHoughCirclesDetector(1, 1, 1, 1, 9, 3)
    with pytest.raises(ValueError, match=r"detect: argument 'src' is torch\.float32 \(4, 4\): pass one image of uint8"):
        cuda.createHoughLinesDetector(1, 1, 1).detect(torch.zeros(4, 4))

"""Generalized Hough transforms find a shape that was drawn, at the places, scales and angles that cv2 finds."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
import torch

import torch_opencv as cv
from torch_opencv.cuda.kernels import generalized_hough

cuda: Any = cv.cuda
Array = np.ndarray


def _shape() -> Array:
    image = np.zeros((40, 50), np.uint8)
    cv2.fillPoly(image, [np.array([[8, 8], [40, 14], [30, 32], [12, 28]])], [255])
    cv2.circle(image, (22, 20), 6, [90], -1)
    return image


def _scene() -> Array:
    """The shape as it is at (35, 25) of x and y, and turned by 30 degrees and 1.3 times as large at (105, 100)."""
    image = np.random.default_rng(1).integers(0, 20, (150, 180)).astype(np.uint8)
    image[5:45, 10:60] = _shape()
    turn = cv2.getRotationMatrix2D((25, 20), -30, 1.3)
    turn[:, 2] += (15, 15)
    image[65:140, 65:145] = cv2.warpAffine(_shape(), turn, (80, 75))
    return image


def _both(name: str, **options: Any) -> tuple[Any, Any]:
    theirs, ours = getattr(cv2, name)(), getattr(cuda, name)()
    for option, value in options.items():
        getattr(theirs, f"set{option}")(value)
        getattr(ours, f"set{option}")(value)
        assert getattr(ours, f"get{option}")() == value
    return theirs, ours


def test_a_shape_is_found_where_it_was_drawn() -> None:
    theirs, ours = _both("createGeneralizedHoughBallard", VotesThreshold=60, MinDist=10.0)
    theirs.setTemplate(_shape())
    ours.setTemplate(torch.from_numpy(_shape()))
    expected, counts = theirs.detect(_scene())
    positions, votes = ours.detect(torch.from_numpy(_scene()))
    np.testing.assert_array_equal(positions.numpy(), expected)
    np.testing.assert_array_equal(votes.numpy(), counts)
    assert positions[0].tolist() == [[35, 25, 1, 0]]


@pytest.mark.parametrize("at_once", [1 << 22, 1 << 10])
def test_a_shape_is_found_however_large_and_turned(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generalized_hough, "_MOST_ELEMENTS", at_once)
    steps = {"Levels": 72, "AngleStep": 5.0, "AngleEpsilon": 6.0, "MaxAngle": 90.0, "ScaleStep": 0.1, "Dp": 3.0}
    options = {"AngleThresh": 1000, "ScaleThresh": 200, "PosThresh": 60, "MinDist": 20.0, **steps}
    theirs, ours = _both("createGeneralizedHoughGuil", **options)
    theirs.setTemplate(_shape())
    ours.setTemplate(torch.from_numpy(_shape()))
    expected, counts = theirs.detect(_scene())
    positions, votes = ours.detect(torch.from_numpy(_scene()))
    np.testing.assert_array_equal(positions.numpy(), expected)
    np.testing.assert_array_equal(votes.numpy(), counts)
    np.testing.assert_allclose(positions[0], [[35, 25, 1, 0], [105, 100, 1.3, 30]], atol=5)
    np.testing.assert_allclose(positions[0, :, :3], [[35, 25, 1], [105, 100, 1.3]], atol=1.51)
    np.testing.assert_allclose(positions[0, :, 2], [1, 1.3], atol=0.101)


@pytest.mark.parametrize("dtype", [torch.float32, torch.int16])
def test_edges_and_derivatives_are_taken_instead_of_an_image(dtype: torch.dtype) -> None:
    def of(image: Array) -> list[Array]:
        return [cv2.Canny(image, 50, 100), cv2.Sobel(image, cv2.CV_32F, 1, 0), cv2.Sobel(image, cv2.CV_32F, 0, 1)]

    theirs, ours = _both("createGeneralizedHoughBallard", VotesThreshold=20)
    theirs.setTemplate(*of(_shape()), (3, 4))
    edges, *gradients = (torch.from_numpy(x) for x in of(_shape()))
    ours.setTemplate(edges, *(x.to(dtype) for x in gradients), (3, 4))
    edges, *gradients = (torch.from_numpy(x) for x in of(_scene()))
    expected, counts = theirs.detect(**dict(zip(("edges", "dx", "dy"), of(_scene()), strict=True)))
    for found in (
        ours.detect(edges, *(x.to(dtype) for x in gradients)),
        ours.detect(edges=edges, dx=gradients[0], dy=gradients[1]),
    ):
        np.testing.assert_array_equal(found[0].numpy(), expected)
        np.testing.assert_array_equal(found[1].numpy(), counts)


def test_where_there_is_nothing() -> None:
    for name in ("createGeneralizedHoughBallard", "createGeneralizedHoughGuil"):
        transform = getattr(cuda, name)()
        transform.setTemplate(torch.from_numpy(_shape()))
        positions, votes = transform.detect(torch.zeros(30, 30, dtype=torch.uint8))
        assert positions.shape == (1, 0, 4) and votes.shape == (1, 0, 3)
        transform.setTemplate(torch.zeros(30, 30, dtype=torch.uint8))
        assert transform.detect(torch.from_numpy(_scene()))[0].shape == (1, 0, 4)


def test_what_is_refused() -> None:
    scene = torch.from_numpy(_scene())
    transform = cuda.createGeneralizedHoughGuil()
    with pytest.raises(ValueError, match=r"detect: argument 'image' can't be searched, as there is no template: call"):
        transform.detect(scene)
    transform.setTemplate(scene[:40, :50])
    transform.setLevels(90)
    with pytest.raises(ValueError, match=r"levels are 90 since: call setTemplate before"):
        transform.detect(scene)
    with pytest.raises(ValueError, match=r"'templ' is torch\.float32 \(4, 4\): pass one image of one channel of uint8"):
        transform.setTemplate(torch.zeros(4, 4))
    transform.setTemplate(scene[:40, :50])
    transform.setMinAngle(200.0)
    transform.setMaxAngle(100.0)
    with pytest.raises(ValueError, match=r"'minAngle' and maxAngle are 200\.0 and 100\.0: set rising ones"):
        transform.detect(scene)
    transform.setCannyLowThresh(500)
    with pytest.raises(ValueError, match=r"its Canny thresholds are 500 and 100"):
        transform.detect(scene)
    flat = torch.zeros(9, 9)
    with pytest.raises(ValueError, match=r"'dy' is \(9, 8\), and 'edges' \(9, 9\)"):
        transform.setTemplate(edges=flat.byte(), dx=flat, dy=flat[:, :8])

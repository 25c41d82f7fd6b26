"""Cascades of classifiers, held against `cv2.CascadeClassifier` with those that OpenCV 4 brings along."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

import torch_opencv as cv

skimage_data: Any = pytest.importorskip("skimage.data", reason="needs its photographs: pip install scikit-image")
cuda: Any = cv.cuda

CASCADES = Path(cv2.data.haarcascades)
needs_cascades = pytest.mark.skipif(
    not (CASCADES / "haarcascade_eye.xml").is_file(), reason="the wheels of OpenCV 5 bring no cascades along"
)


@pytest.fixture(scope="module")
def portrait() -> np.ndarray:
    face = cv2.cvtColor(skimage_data.astronaut()[40:240, 130:330], cv2.COLOR_RGB2GRAY)
    return cv2.resize(face, (110, 100), interpolation=cv2.INTER_AREA)


@needs_cascades
@pytest.mark.parametrize(("name", "scale", "neighbors"), [("eye", 1.3, 0), ("frontalface_alt", 1.25, 2)])
def test_finds_what_opencv_finds(portrait: np.ndarray, name: str, scale: float, neighbors: int) -> None:
    path = str(CASCADES / f"haarcascade_{name}.xml")
    ours, theirs = cuda.CascadeClassifier.create(path), cv2.CascadeClassifier(path)
    ours.setScaleFactor(scale)
    ours.setMinNeighbors(neighbors)
    ours.setMaxNumObjects(10000)
    found = ours.detectMultiScale(torch.from_numpy(portrait))
    assert found.dtype == torch.int32
    expected = [tuple(int(x) for x in box) for box in theirs.detectMultiScale(portrait, scale, neighbors)]
    assert expected
    assert sorted(ours.convert(found)) == sorted(expected)


@needs_cascades
def test_sizes_and_numbers_are_limited(portrait: np.ndarray) -> None:
    classifier = cuda.CascadeClassifier.create(str(CASCADES / "haarcascade_eye.xml"))
    assert classifier.getClassifierSize() == (20, 20)
    classifier.setMinNeighbors(0)
    classifier.setScaleFactor(1.4)
    classifier.setMinObjectSize((22, 22))
    classifier.setMaxObjectSize((30, 30))
    image = cuda.GpuMat(portrait)
    sizes = {w for _, _, w, _ in classifier.convert(classifier.detectMultiScale(image))}
    assert sizes <= {28}
    classifier.setMinObjectSize((0, 0))
    classifier.setMaxObjectSize((0, 0))
    classifier.setMaxNumObjects(1)
    classifier.setFindLargestObject(True)
    written = torch.zeros(1, 1, 4, dtype=torch.int32)
    assert classifier.detectMultiScale(torch.from_numpy(portrait), written) is written
    assert classifier.convert(classifier.detectMultiScale(torch.zeros(10, 10, dtype=torch.uint8))) == []
    classifier.setScaleFactor(1)
    with pytest.raises(ValueError, match=r"detectMultiScale: argument 'scaleFactor' is 1: set one above 1"):
        classifier.detectMultiScale(torch.from_numpy(portrait))


def test_files_that_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"create: argument 'filename' is 'no\.xml', and there is no such file"):
        cuda.CascadeClassifier.create("no.xml")
    for text in ("no xml", "<opencv_storage><cascade><featureType>LBP</featureType></cascade></opencv_storage>"):
        (tmp_path / "wrong.xml").write_text(text)
        with pytest.raises(ValueError, match=r"wrong\.xml', which is no cascade .*: pass "):
            cuda.CascadeClassifier.create(str(tmp_path / "wrong.xml"))


@needs_cascades
def test_cascades_of_other_kinds_are_refused() -> None:
    with pytest.raises(ValueError, match="which has tilted features"):
        cuda.CascadeClassifier.create(str(CASCADES / "haarcascade_upperbody.xml"))
    with pytest.raises(ValueError, match="which has trees deeper than one level"):
        cuda.CascadeClassifier.create(str(CASCADES / "haarcascade_frontalface_alt2.xml"))

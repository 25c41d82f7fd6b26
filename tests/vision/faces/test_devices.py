"""Image work off the CPU gives the same numbers: `cv.cuda`, here on the CPU, and on a GPU if there is one."""

from __future__ import annotations

from types import ModuleType

import cv2
import pytest
import torch
from torch import Tensor

import torch_opencv as cv
from torch_opencv.vision.faces import Face, detect, gallery, openface, reading
from torch_opencv.vision.faces.gallery import Sample
from torch_opencv.vision.faces.reading import Subject
from torch_opencv.vision.frames import opencv_for

DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.gpu)]


@pytest.fixture
def frame() -> Tensor:
    noise = torch.randint(0, 256, (240, 320, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    blurred: Tensor = cv.GaussianBlur(noise, (7, 7), 2)
    return blurred


@pytest.fixture(params=DEVICES)
def elsewhere(request: pytest.FixtureRequest, frame: Tensor, monkeypatch: pytest.MonkeyPatch) -> Tensor:
    """The frame where `cv.cuda` works on it."""
    used: ModuleType = cv.cuda
    for module in (detect, gallery, openface, reading):
        monkeypatch.setattr(module, "opencv_for", lambda _: used)
    return frame.to(request.param)


def test_where_a_frame_is_worked_on(frame: Tensor) -> None:
    assert opencv_for(frame) is cv
    assert opencv_for(frame.to("meta")) is cv.cuda


def landmarks() -> Tensor:
    return torch.rand(68, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1)) * 100 + 60


def test_a_face_is_aligned(frame: Tensor, elsewhere: Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = openface.aligned(elsewhere, landmarks())
    assert moved.device == elsewhere.device
    monkeypatch.undo()
    levels = 1 if cv2.__version__.startswith("5.") else 0  # whose warps are new, where cv.cuda follows OpenCV 4
    torch.testing.assert_close(moved.cpu(), openface.aligned(frame, landmarks()), rtol=0, atol=levels)


@pytest.mark.parametrize("size", [60, 200])
def test_a_face_is_kept(size: int, frame: Tensor, elsewhere: Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    face = Face((30.0, 20.0, size, size - 10.0), 1, descriptor=torch.rand(128))
    kept = Sample.of(face, elsewhere).image
    monkeypatch.undo()
    assert torch.equal(kept, Sample.of(face, frame).image)


@pytest.mark.parametrize("size", [60, 230])
def test_the_original_networks_input(
    size: int, frame: Tensor, elsewhere: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(image: Tensor) -> Tensor:
        return reading.LeviHassner._input(Subject(image, torch.tensor([30.0, 5, size, size]), (30, 5, size, size)))

    moved = read(elsewhere)
    assert moved.device == elsewhere.device
    monkeypatch.undo()
    assert torch.equal(moved.cpu(), read(frame))


def test_haar(elsewhere: Tensor, frame: Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Tensor] = []

    class Cascade:
        def detectMultiScale3(self, grey: Tensor, **_: object) -> tuple[Tensor, Tensor, Tensor]:  # noqa: N802
            seen.append(grey)
            return torch.zeros(0, 4), torch.zeros(0), torch.zeros(0)

    finder = object.__new__(detect.HaarDetector)
    finder._threshold, finder._cascade = 0.5, Cascade()
    finder([elsewhere])
    monkeypatch.undo()
    finder([frame])
    assert seen[0].shape == (120, 160)
    assert torch.equal(*seen)

"""``torch-opencv faces``: its options, and what it says where there are no weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from torch_opencv.apps import faces
from torch_opencv.cli.main import main
from torch_opencv.cli.programs import Detector, FaceModel
from torch_opencv.vision.faces import analyzer, detect, reading
from torch_opencv.weights import WeightsError

Made = Callable[..., dict[str, Any]]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Made:
    """Runs the command as far as the program's being made, and says with what."""

    def run(*arguments: str) -> dict[str, Any]:
        given: dict[str, Any] = {}

        def note(detector: str, **options: Any) -> None:
            given.update(options, detector=detector)
            raise WeightsError("that will do")

        monkeypatch.setattr(faces, "Faces", note)
        assert main(["faces", *arguments, "--view", "none"]) == 2
        return given

    return run


def test_names_are_the_librarys() -> None:
    assert [one.value for one in Detector] == list(detect.NAMES)
    assert [one.value for one in FaceModel] == list(reading.NAMES)


def test_what_moves_is_followed_and_images_are_not(made: Made, capfd: pytest.CaptureFixture[str]) -> None:
    cv2.imwrite("a.png", np.zeros((40, 40, 3), np.uint8))
    assert made("sample") == {
        "detector": "tiny",
        "model": "faceapi",
        "device": "auto",
        "track": True,
        "detect_every": None,
        "threshold": None,
    }
    assert made("a.png")["track"] is False
    assert made("sample", "a.png")["track"] is False
    assert made("a.png", "--track", "--detect-every", "2")["track"] is True
    given = made("sample", "--no-track", "--detector", "ssd", "--model", "levi-hassner", "--threshold", "0.3")
    assert (given["track"], given["detector"], given["model"], given["threshold"]) == (
        False,
        "ssd",
        "levi-hassner",
        0.3,
    )
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--no-track", "--detect-every", "2"], "--detect-every is for faces that are followed"),
        (["--detect-every", "0"], "Invalid value for '--detect-every': "),
        (["--threshold", "1"], "'--threshold': 1.0 would leave nothing"),
        (["--threshold", "-1"], "Invalid value for '--threshold': "),
        (["--detector", "hog"], "'hog' is not one of 'tiny', 'ssd', 'haar', 'yunet'"),
    ],
)
def test_wrong_usage(options: list[str], message: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["faces", "sample", "--view", "none", *options]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert message in err
    assert err.count("\n") == 1


def test_a_line_says_what_to_do_where_there_are_no_weights(
    somewhere: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TORCH_OPENCV_HOME", str(somewhere / "home"))
    monkeypatch.setenv("TORCH_OPENCV_OFFLINE", "1")
    assert main(["faces", "sample", "--view", "none", "--record", "out.mp4", "--results", "out.jsonl"]) == 2
    err = capfd.readouterr().err.splitlines()[-1]
    assert err.startswith("torch-opencv: error: this machine lacks weights, which are fetched once npm ")
    assert "TORCH_OPENCV_OFFLINE isn't set" in err
    assert "models fetch faceapi-tiny-face-detector faceapi-landmark-68 faceapi-age-gender" in err
    assert not list(somewhere.glob("out.*"))
    assert main(["faces", "sample", "--view", "none", "--detector", "yunet"]) == 2
    assert " once GitHub can be reached" in capfd.readouterr().err.splitlines()[-1]


def test_the_demo_fetches_what_the_program_needs() -> None:
    makefile = (Path(__file__).parents[2] / "Makefile").read_text()
    line = next(line for line in makefile.splitlines() if line.startswith("FACES := "))
    needed = [detect.WEIGHTS["tiny"], *(name for kind in analyzer._readers("faceapi", True) for name in kind.weights)]
    assert line.split()[2:] == needed

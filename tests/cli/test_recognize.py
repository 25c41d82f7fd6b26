"""What `torch-opencv recognize` refuses, in one line, before a network is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from torch_opencv.cli.main import main


def never(*_: object, **__: object) -> None:
    raise AssertionError("the networks were loaded, although this could have been known before")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "there must be at least two people: say --people NAME,NAME, or --enroll DIR"),
        (["--people", "Anna"], "there must be at least two people: say --people NAME,NAME, or --enroll DIR"),
        (["--people", "Anna,,Bob"], "a name has 1 to 100 characters, not 0"),
        (["--people", "a,b,c,d,e,f,g,h,i,j"], "there can be at most 9 people, one for each digit, not 10"),
        (["--people", "a,b", "--gallery", "foreign"], "foreign is no gallery of faces, or damaged: give another file"),
        (["--people", "a,b", "--gallery", "none/new"], "none/new can't be written: No such file or directory"),
    ],
)
def test_refused_in_a_line(
    somewhere: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.setattr("torch_opencv.apps.recognize.FaceAnalyzer", never)
    Path("foreign").write_text("something else")
    assert main(["recognize", "sample", "--view", "none", *arguments]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith(f"torch-opencv: error: {message}")
    assert err.count("\n") == 1
    assert {path.name for path in somewhere.iterdir()} == {"foreign"}


def test_options_of_following(somewhere: Path, capfd: pytest.CaptureFixture[str]) -> None:
    arguments = ["--people", "a,b", "--no-track", "--detect-every", "2"]
    assert main(["recognize", "sample", "--view", "none", *arguments]) == 2
    assert "--detect-every is for faces that are followed" in capfd.readouterr().err

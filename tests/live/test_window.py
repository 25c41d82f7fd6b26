from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import torch_opencv as cv
from tests.e2e.conftest import display  # noqa: F401 (the fixture)
from tests.e2e.display import Display
from torch_opencv.live.errors import ViewError
from torch_opencv.live.window import Window, why_no_window


@pytest.fixture
def linux(monkeypatch: pytest.MonkeyPatch) -> None:
    """Linux with OpenCV's Qt windows and no display, whatever this machine has."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(cv, "currentUIFramework", lambda: "QT")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)


@pytest.mark.usefixtures("linux")
def test_opencv_without_windows_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cv, "currentUIFramework", lambda: "")
    assert "pip install opencv-contrib-python" in why_no_window()
    with pytest.raises(ViewError, match="no window can be shown: "):
        Window("test")


@pytest.mark.usefixtures("linux")
def test_no_display() -> None:
    assert why_no_window() == "there is no display (DISPLAY isn't set)"


@pytest.mark.usefixtures("linux")
@pytest.mark.parametrize("name", [":54321", ":54321.0", "unix:54321", "localhost:54321", "nonsense", ":x"])
def test_a_display_that_does_not_answer(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("DISPLAY", name)
    assert why_no_window() == f"the display {name} doesn't answer"


@pytest.mark.usefixtures("linux")
def test_wayland_alone_is_enough_for_gtk_but_not_for_qt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert why_no_window()
    monkeypatch.setattr(cv, "currentUIFramework", lambda: "GTK3")
    assert not why_no_window()


@pytest.mark.usefixtures("linux")
def test_other_systems_always_have_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not why_no_window()


@pytest.mark.e2e
@pytest.mark.parametrize("how", ["q", "Escape", "alt+F4"])
def test_a_key_or_closing_the_window_ends_the_run(display: Display, tmp_path: Path, how: str) -> None:  # noqa: F811
    command = [sys.executable, "-m", "torch_opencv", "classify", "sample", "--record", str(tmp_path / "out.mp4")]
    environment = {**os.environ, "DISPLAY": display.name}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as program:
        search = ["xdotool", "search", "--sync", "--onlyvisible", "--name", "^torch-opencv$"]
        found = subprocess.run(search, env=environment, capture_output=True, text=True, timeout=120, check=True)
        time.sleep(1)
        identity = found.stdout.split()[-1]
        subprocess.run(["xdotool", "windowactivate", "--sync", identity, "key", how], env=environment, check=True)
        _, errors = program.communicate(timeout=60)
    assert program.returncode == 0, errors
    frames = int(errors.splitlines()[-2].split()[0])
    assert 5 < frames < 200  # of 250, at 25 a second
    assert "recorded to" in errors


@pytest.mark.e2e
def test_without_a_display_there_is_one_line_and_no_abort(display: Display) -> None:  # noqa: F811
    # the fixture stands for a cv2 that has windows
    for name in ("", ":54321"):
        command = [sys.executable, "-m", "torch_opencv", "classify", "sample", "--view", "window"]
        done = subprocess.run(command, env={**os.environ, "DISPLAY": name}, capture_output=True, text=True)
        assert done.returncode == 2
        assert done.stderr.startswith("torch-opencv: error: no window can be shown: ")
        assert done.stderr.count("\n") == 1

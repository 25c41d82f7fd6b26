from __future__ import annotations

import sys

import pytest

import torch_opencv as cv
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

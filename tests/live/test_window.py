from __future__ import annotations

import sys

import pytest

import torch_opencv as cv
from torch_opencv.live.errors import ViewError
from torch_opencv.live.window import Window, why_no_window
from torch_opencv.live.window_keys import key_name


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


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (ord("a"), "a"),
        (ord("A"), "A"),
        (ord(" "), " "),
        (9, "Tab"),
        (13, "Enter"),
        (27, "Escape"),
        (0xFF51, "ArrowLeft"),  # whose lower half is Q's
        (0xFFB3, "3"),
        (0x10061, "a"),  # as GTK has it with Caps Lock or the like
        (0x250000, "ArrowLeft"),
        (0xF702, "ArrowLeft"),
        (0xFFE1, ""),  # Shift
        (0xE4, "ä"),
        (0xC4 - 256, "ä"),
    ],
)
def test_keys_have_the_names_that_browsers_give_them(code: int, name: str) -> None:
    assert key_name(code) == name

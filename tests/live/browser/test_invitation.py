"""What the terminal says."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import torch

import torch_opencv as cv
from torch_opencv.live.browser import Browser, invite, is_at_this_machine
from torch_opencv.live.browser.invitation import qr_code
from torch_opencv.live.resources import open_resources

HALVES = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_OPENCV_HOME", str(tmp_path))


def scanned(text: str) -> str:
    """What a phone reads in a terminal's text."""
    lines = [line[len("\033[97;40m") : -len("\033[0m")] for line in text.splitlines() if "\033[97;40m" in line]
    rows = [[HALVES[letter][half] for letter in line] for line in lines for half in (0, 1)]
    modules = torch.tensor(rows, dtype=torch.uint8) * 255
    image = modules.repeat_interleave(5, 0).repeat_interleave(5, 1)
    # Each of OpenCV's two detectors misses one code in fifty or so.
    detectors = (cv.QRCodeDetector(), cv.QRCodeDetectorAruco())
    return next((str(found) for detector in detectors if (found := detector.detectAndDecode(image)[0])), "")


def test_a_qr_code() -> None:
    for text in ("https://192.168.1.7:8000/?token=" + "x" * 32, "http://[2001:db8::1]:8000/?token=abcdefgh"):
        assert scanned(qr_code(text)) == text


@pytest.mark.parametrize("https", [False, True])
def test_a_page_for_others(https: bool) -> None:
    browser = Browser("test", host="0.0.0.0", port=0, https=https)
    try:
        terminal = Terminal()
        invite(browser, terminal)
        said = terminal.getvalue()
        assert scanned(said) == browser.address
        assert said.startswith(f"torch-opencv: open {browser.address} in a browser\n")
        assert ("warns that" in said) == (browser.fingerprint != "") == https
        assert browser.fingerprint in said
        piped = io.StringIO()  # nobody could see it
        invite(browser, piped)
        assert "█" not in piped.getvalue()
        terminal.encoding = "ascii"  # type: ignore[misc]
        terminal.truncate(0)
        invite(browser, terminal)
        assert terminal.getvalue().isascii()
    finally:
        browser.close()


def test_a_page_at_this_machine_has_no_qr_code(browser: Browser) -> None:
    terminal = Terminal()
    invite(browser, terminal)
    assert terminal.getvalue() == f"torch-opencv: open {browser.address} in a browser\n"


@pytest.mark.parametrize(
    ("host", "near"),
    [("127.0.0.1", True), ("localhost", True), ("127.0.0.2", True), ("0.0.0.0", False), ("192.0.2.1", False)],
)
def test_whose_page_it_is(host: str, near: bool) -> None:
    assert is_at_this_machine(host) is near


@pytest.mark.parametrize(
    ("source", "host", "options", "scheme"),
    [
        ("browser", "0.0.0.0", {}, "https"),  # or no phone would give its camera
        ("browser", "0.0.0.0", {"https": False}, "http"),
        ("browser", "127.0.0.1", {}, "http"),
        ("browser", "127.0.0.1", {"https": True}, "https"),
        ("sample", "0.0.0.0", {}, "http"),
        ("sample", "0.0.0.0", {"https": True}, "https"),
    ],
)
def test_https_where_a_camera_needs_it(
    source: str, host: str, options: dict[str, bool], scheme: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_resources([source], view="browser", host=host, port=0, **options) as resources:
        (browser,) = resources.views
        assert isinstance(browser, Browser)
        assert browser.address.startswith(f"{scheme}://")
    assert f"open {browser.address} in a browser" in capsys.readouterr().err

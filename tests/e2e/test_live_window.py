"""The live programs in a window, used by keys on a real display."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import av
import pytest
import torch

import torch_opencv as cv
from tests.e2e.display import Display

pytestmark = pytest.mark.e2e


class User:
    """Runs the program on a display, and presses keys."""

    def __init__(
        self,
        display: Display,
        folder: Path,
        *arguments: str,
        program: Sequence[str] = ("-m", "torch_opencv", "classify"),
    ) -> None:
        command = [sys.executable, *program, *arguments]
        self.environment = {**os.environ, "DISPLAY": display.name}
        self._program = subprocess.Popen(command, cwd=folder, env=self.environment, stderr=subprocess.PIPE, text=True)
        search = ["xdotool", "search", "--sync", "--onlyvisible", "--name", "^(torch-opencv classify|Shades)$"]
        found = subprocess.run(search, env=self.environment, capture_output=True, text=True, timeout=120, check=True)
        self._window = found.stdout.split()[-1]
        time.sleep(1)

    def press(self, key: str) -> None:
        command = ["xdotool", "windowactivate", "--sync", self._window, "key", key]
        subprocess.run(command, env=self.environment, check=True)
        time.sleep(1)

    def runs(self) -> bool:
        """Whether the program hasn't ended."""
        return self._program.poll() is None

    def ended(self) -> str:
        """What the program said, once it has ended as it should."""
        _, errors = self._program.communicate(timeout=120)
        assert self._program.returncode == 0, errors
        return errors


@pytest.mark.parametrize("how", ["q", "Escape", "alt+F4"])
def test_a_key_or_closing_the_window_ends_the_run(display: Display, tmp_path: Path, how: str) -> None:
    user = User(display, tmp_path, "sample", "--record", "out.mp4")
    user.press(how)
    errors = user.ended()
    frames = int(errors.splitlines()[-2].split()[0])
    assert 5 < frames < 200  # of 250, at 25 a second
    assert "recorded to out.mp4" in errors


def test_keys_pause_save_record_and_show_figures(display: Display, tmp_path: Path) -> None:
    user = User(display, tmp_path, "sample", "--latest")
    user.press("r")
    user.press("space")  # the image stands still
    still = display.process()
    user.press("s")
    paused = display.process()
    assert torch.equal(still, paused)
    user.press("h")
    with_figures = display.process()
    assert not torch.equal(paused, with_figures)
    user.press("s")
    user.press("space")
    user.press("r")
    assert not torch.equal(with_figures, display.process())
    user.press("q")
    said = user.ended()
    first, second = (cv.imread(str(path)) for path in sorted(tmp_path.glob("snapshot-*.png")))
    changed = (first != second).any(-1).nonzero()
    assert changed.min(0).values[0] > first.shape[0] // 2  # the figures are at the bottom
    (video,) = tmp_path.glob("recording-*.mp4")
    assert f"recording to {video.name}" in said
    with av.open(str(video)) as container:
        assert sum(1 for _ in container.decode(video=0)) > 20


SHADES = """
import sys
import torch
from torch_opencv import live

class Shades:
    choices, chosen = ["grey", "light", "white"], "grey"

    def choose(self, name):
        print("chosen", name, flush=True)
        self.chosen = name

    def process(self, image):
        return self.choices.index(self.chosen)

    def draw(self, image, result):
        return image.fill_(100 + 60 * result)

live.run(Shades(), "blank.png")
"""


@pytest.mark.parametrize(
    ("key", "shade"), [("n", 160), ("Tab", 160), ("2", 160), ("3", 220), ("p", 220), ("KP_3", 220), ("shift+n", 160)]
)
def test_keys_choose(display: Display, tmp_path: Path, key: str, shade: int) -> None:
    cv.imwrite(str(tmp_path / "blank.png"), torch.zeros((300, 500, 3), dtype=torch.uint8))
    user = User(display, tmp_path, program=["-c", SHADES])
    screen = display.wait_until_still()
    assert int((screen == 100).all(-1).sum()) > 100_000
    user.press(key)
    eventually = time.monotonic() + 30
    while int((display.process() == shade).all(-1).sum()) < 100_000:
        assert time.monotonic() < eventually
    user.press("9")  # there is no such choice
    user.press("q")
    user.ended()


def test_an_image_stays_until_the_user_quits(display: Display, tmp_path: Path) -> None:
    cv.imwrite(str(tmp_path / "a.png"), torch.full((300, 400, 3), 77, dtype=torch.uint8))
    user = User(display, tmp_path, "a.png")
    time.sleep(2)
    assert user.runs()
    user.press("q")
    assert "Traceback" not in user.ended()


@pytest.mark.parametrize("name", ["", ":54321"])
@pytest.mark.parametrize("view", [[], ["--view", "window"]])
def test_without_a_display_the_browser_is_taken(display: Display, name: str, view: list[str]) -> None:
    # the fixture stands for a cv2 that has windows, whose Qt would abort
    command = [sys.executable, "-m", "torch_opencv", "classify", "sample", "--port", "0", "--max-seconds", "60", *view]
    environment = {**os.environ, "DISPLAY": name}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as program:
        assert program.stderr
        if view:
            assert "no window can be shown here (" in program.stderr.readline()
        line = program.stderr.readline()
        found = re.search(r"open (http://127\.0\.0\.1:[0-9]+/) in a browser", line)
        assert found, line
        with urllib.request.urlopen(found[1], timeout=30) as page:
            assert b"<html" in page.read()
        program.terminate()
        program.communicate(timeout=60)
        assert program.returncode in (-15, 143)  # the latter if the model was loaded


POINTING = """
import sys
from torch_opencv import live

class Pointing(live.App):
    def process(self, image):
        return 0

    def handle(self, event):
        if isinstance(event, live.Click):
            print(event.source, event.x, event.y, event.double, flush=True)
        return False

live.run(Pointing(), sys.argv[1:], view="window")
"""


@pytest.mark.parametrize(
    ("names", "size", "at", "expected"),
    [
        (["a.png"], (800, 600), (100, 75), (0, 100, 75)),
        (["a.png"], (400, 300), (100, 75), (0, 200, 150)),  # half as large
        (["a.png"], (500, 500), (100, 75), (0, 160, 20)),  # with bars above and below
        (["a.png"], (500, 500), (100, 30), None),  # on a bar
        (["a.png", "b.png"], (800, 300), (100, 75), (0, 200, 150)),
        (["a.png", "b.png"], (800, 300), (550, 75), (1, 50, 75)),  # half as large as its tile, and there twice as large
        (["a.png", "b.png"], (800, 300), (450, 75), None),  # in its tile, but beside it
    ],
)
def test_clicks_are_in_the_frames_own_pixels(
    display: Display,
    tmp_path: Path,
    names: list[str],
    size: tuple[int, int],
    at: tuple[int, int],
    expected: tuple[int, float, float] | None,
) -> None:
    cv.imwrite(str(tmp_path / "a.png"), torch.full((600, 800, 3), 77, dtype=torch.uint8))
    cv.imwrite(str(tmp_path / "b.png"), torch.full((300, 200, 3), 177, dtype=torch.uint8))
    command = [sys.executable, "-c", POINTING, *names]
    with subprocess.Popen(command, cwd=tmp_path, env=display.environment(), stdout=subprocess.PIPE, text=True) as run:
        try:
            search = ["xdotool", "search", "--sync", "--onlyvisible", "--name", "^Pointing$"]
            found = subprocess.run(search, env=display.environment(), capture_output=True, text=True, timeout=120)
            window = found.stdout.split()[-1]
            for words in (
                ["windowsize", "--sync", window, *size],
                ["windowactivate", "--sync", window],
                ["mousemove", "--window", window, *at],
            ):
                time.sleep(1)
                subprocess.run(["xdotool", *map(str, words)], env=display.environment(), check=True, timeout=30)
            time.sleep(0.5)
            display.click(times=2)
            time.sleep(1)
            display.key("q")
            said, _ = run.communicate(timeout=60)
        finally:
            run.kill()
    clicks = [line.split() for line in said.splitlines()]
    if expected is None:
        assert clicks == []
        return
    assert [click[3] for click in clicks] == ["False", "True"]
    for source, x, y, _ in clicks:
        assert int(source) == expected[0]
        assert abs(float(x) - expected[1]) <= 2
        assert abs(float(y) - expected[2]) <= 2

"""The examples' windows, used by real events: the trackbar, and the result that ``--show`` shows until q is pressed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from torch import Tensor

import torch_opencv as cv
from tests.e2e.display import Display

pytestmark = pytest.mark.e2e

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples"


@contextmanager
def shown(display: Display, folder: Path, image: Tensor, name: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """An example that runs in a folder, on a display, and shows this image.

    It is started again if its window stays white, as one in fifty does on a busy machine, with cv2 alone as well: Qt
    loses the window manager's first word on its size.
    """
    command = [sys.executable, str(EXAMPLES / f"{name}.py"), *arguments, "--show"]
    pipe = subprocess.PIPE
    for _ in range(5):
        with subprocess.Popen(
            command, cwd=folder, env=display.environment(), stdout=pipe, stderr=pipe, text=True
        ) as run:
            try:
                if _appears(display, image):
                    yield run
                    return
            finally:
                run.kill()
    raise AssertionError(f"{name}.py doesn't show what it should")


def _appears(display: Display, image: Tensor) -> bool:
    deadline = time.monotonic() + 15
    while display.find(image) is None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_the_trackbar_moves_the_threshold(display: Display, tmp_path: Path) -> None:
    dark, grey, bright = (torch.full((150, 200, 3), level, dtype=torch.uint8) for level in (20, 121, 222))
    cv.imwrite(str(tmp_path / "steps.png"), torch.cat((dark, grey, bright), 1))
    # what is above the threshold is there as it was
    with shown(display, tmp_path, grey[:40, :40], "trackbar", "steps.png", "--threshold", "60") as run:
        display.move(*_on_the_slider(display))
        display.click(times=30)  # each of them moves the handle by a page, until it is under the mouse
        display.wait_for(grey[:40, :40] // 3)  # and what is below is dim
        display.wait_for(bright[:40, :40])
        display.key("Escape")
        said, complaints = run.communicate(timeout=30)
    assert (run.returncode, complaints) == (0, "")
    assert 121 <= int(said.split()[1]) < 222
    drawn = cv.imread(str(tmp_path / "trackbar.png"))
    assert drawn is not None
    assert torch.equal(drawn[60:], torch.cat((dark // 3, grey // 3, bright), 1)[60:])


def _on_the_slider(display: Display) -> tuple[int, int]:
    """A point on the slider under the image of steps, to the right of the handle."""
    screen = display.process().int()
    grey = (screen == 121).all(-1)
    bottom, right = (int((grey.sum(across) > 40).nonzero().max()) for across in (1, 0))  # letters may be grey, too
    line = ((screen[bottom:, :, 0] - screen[bottom:, :, 2]) > 60).nonzero()  # blue, from the left to the handle
    return right + 20, bottom + int(line[:, 0].float().mean())


def test_show_leaves_the_result_open_until_q(display: Display, tmp_path: Path) -> None:
    disc = torch.full((200, 300, 3), 40, dtype=torch.uint8)
    cv.circle(disc, (150, 100), 60, (200, 200, 200), cv.FILLED)
    cv.imwrite(str(tmp_path / "disc.png"), disc)  # of a size that is shown as it is
    result = _result(tmp_path)
    with shown(display, tmp_path, result, "contours", "disc.png") as run:
        assert run.poll() is None
        display.key("q")
        said, complaints = run.communicate(timeout=30)
    assert (run.returncode, complaints) == (0, "")
    assert said.endswith("wrote contours.png\n")
    display.wait_until_gone(result)


def _result(folder: Path) -> Tensor:
    """What contours.py draws on disc.png."""
    subprocess.run([sys.executable, EXAMPLES / "contours.py", "disc.png"], cwd=folder, check=True, capture_output=True)
    image = cv.imread(str(folder / "contours.png"))
    assert image is not None
    return image

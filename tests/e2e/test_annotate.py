"""The seam between a program and the loop, used as a user does: examples/annotate.py in a window and on the page."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

import torch_opencv as cv
from tests.e2e.chromium import Chromium, Tab, find_chromium
from tests.e2e.display import Display

pytestmark = pytest.mark.e2e

EXAMPLE = Path(__file__).resolve().parent.parent.parent / "examples" / "annotate.py"
PATIENCE_S = 30


@pytest.fixture
def image(tmp_path: Path) -> torch.Tensor:
    """Fields of 100 pixels, of one colour each, in scene.png."""
    fields = torch.randint(30, 220, (6, 8, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
    scene = fields.repeat_interleave(100, 0).repeat_interleave(100, 1)
    cv.imwrite(str(tmp_path / "scene.png"), scene)
    return scene


def saved(folder: Path) -> list[tuple[str, torch.Tensor, list[int]]]:
    """Label, crop and box of what was saved."""
    lines = [json.loads(line) for line in (folder / "labels.jsonl").read_text().splitlines()]
    return [(line["label"], cv.imread(str(folder / line["file"])), line["box"]) for line in lines]


def eventually(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_in_a_window(display: Display, tmp_path: Path, image: torch.Tensor) -> None:
    command = [sys.executable, str(EXAMPLE), "scene.png", "--view", "window"]
    with subprocess.Popen(command, cwd=tmp_path, env=display.environment(), stderr=subprocess.PIPE, text=True) as run:
        try:
            frame, panel = (window(display, name) for name in ("Annotate", "Labels"))
            do(display, "windowmove", panel, 620, 60)
            do(display, "windowsize", "--sync", frame, 400, 300)  # half as large as the image
            time.sleep(1)
            before = display.wait_until_still()
            for x, y, keys in ((125, 75, "c u p"), (275, 175, "c a x BackSpace t")):
                do(display, "windowactivate", "--sync", frame)
                do(display, "mousemove", "--window", frame, x, y)
                display.click()
                time.sleep(0.5)
                for key in (*keys.split(), "Return"):
                    display.key(key)
                    time.sleep(0.3)
            do(display, "mousemove", "--window", frame, 20, 20)
            display.click(times=2)  # taken back
            time.sleep(0.5)
            after = display.wait_until_still()
            assert not torch.equal(before, after)  # the crops are in the panel
            cv.imwrite(str(tmp_path / "window.png"), after)
            display.key("Return")
            eventually((tmp_path / "labels" / "labels.jsonl").exists)
            display.key("q")
            assert run.wait(PATIENCE_S) == 0, run.stderr and run.stderr.read()
        finally:
            run.kill()
    first, second = saved(tmp_path / "labels")
    # Boxes of 150 pixels around (250, 150) and (550, 350), give or take a pixel of the window.
    assert (first[0], second[0]) == ("cup", "cat")
    for (_, crop, box), expected in ((first, [175, 75, 150, 150]), (second, [475, 275, 150, 150])):
        assert all(abs(a - b) <= 2 for a, b in zip(box, expected, strict=True)), box
        x, y, w, h = box
        assert torch.equal(crop, image[y : y + h, x : x + w])
    thumbnail = cv.resize(first[1], (96, 96), interpolation=cv.INTER_AREA)
    assert find_nearly(after, thumbnail)


def window(display: Display, name: str) -> str:
    search = ["xdotool", "search", "--sync", "--onlyvisible", "--name", f"^{name}$"]
    found = subprocess.run(search, env=display.environment(), capture_output=True, text=True, timeout=120, check=True)
    return found.stdout.split()[-1]


def do(display: Display, *command: object) -> None:
    subprocess.run(["xdotool", *map(str, command)], env=display.environment(), check=True, timeout=30)


def find_nearly(screen: torch.Tensor, part: torch.Tensor) -> bool:
    """Whether the screen has this part, give or take what scaling does to it."""
    return float(cv.matchTemplate(screen, part, cv.TM_SQDIFF_NORMED).min()) < 1e-3


@contextmanager
def on_a_page(folder: Path) -> Iterator[str]:
    """The example with its page, and that page's address."""
    command = [sys.executable, str(EXAMPLE), "scene.png", "--view", "browser"]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as run:
        try:
            assert run.stderr
            address = re.search(r"open (http\S+) in a browser", run.stderr.readline())
            assert address
            yield address[1]
            assert run.wait(PATIENCE_S) == 0
        finally:
            run.kill()


def to_page(tab: Tab, x: float, y: float) -> tuple[float, float]:
    """Where a point of the frame is on the screen."""
    left, top, width, height = tab.ask(
        "(b => [b.x, b.y, b.width, b.height])(document.querySelector('canvas').getBoundingClientRect())"
    )
    scale = min(width / 800, height / 600)
    return left + width / 2 + (x - 400) * scale, top + height / 2 + (y - 300) * scale


def click(tab: Tab, x: float, y: float) -> None:
    at = to_page(tab, x, y)
    for kind in ("mousePressed", "mouseReleased"):
        tab.do("Input.dispatchMouseEvent", type=kind, x=at[0], y=at[1], button="left", clickCount=1)


def tap(tab: Tab, x: float, y: float) -> None:
    at = to_page(tab, x, y)
    tab.do("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": at[0], "y": at[1]}])
    tab.do("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])


@pytest.mark.skipif(find_chromium() is None, reason="needs a browser: apt-get install chromium")
@pytest.mark.parametrize(
    ("touch", "size", "dark"), [(click, (1280, 800), False), (tap, (390, 844), True)], ids=["mouse", "touch"]
)
def test_on_the_page(
    tmp_path: Path,
    image: torch.Tensor,
    touch: Callable[[Tab, float, float], None],
    size: tuple[int, int],
    dark: bool,
) -> None:
    (tmp_path / "chromium").mkdir()
    with (
        on_a_page(tmp_path) as address,
        Chromium(tmp_path / "chromium") as chromium,
        chromium.open(address, size=size, dark=dark) as tab,
    ):
        tab.wait_for("!document.querySelector('canvas').hidden")
        for x, y, label in ((250, 150, "cup"), (550, 350, "<b>a cat</b>")):
            touch(tab, x, y)
            tab.wait_for("document.querySelector('#panel input') !== null")
            tab.ask("document.querySelector('#panel input').focus()")
            tab.do("Input.insertText", text=label)
            tab.key("Enter")
            tab.wait_for(f"document.querySelector('#panel').innerText.includes({label!r})")
        tab.ask("scrollTo(0, 0)")
        touch(tab, 30, 30)
        tab.wait_for("document.querySelector('#panel input') !== null")
        time.sleep(1)
        touch(tab, 30, 30)
        touch(tab, 30, 30)  # a double one, which takes it back
        tab.wait_for("document.querySelector('#panel input') === null")
        edge = "document.querySelector('canvas').getContext('2d').getImageData(75, 1, 1, 1).data"
        tab.wait_for(f"(p => Math.abs(p[2] - {int(image[1, 75, 0])}) < 12)({edge})")  # the box is gone
        tab.wait_for("[...document.querySelectorAll('#panel img')].filter(i => i.naturalHeight === 96).length === 2")
        assert tab.ask("document.documentElement.scrollWidth") <= size[0]
        assert tab.screenshot(tmp_path / "page.png").stat().st_size > 10_000
        tab.click(".panel-buttons button")
        eventually((tmp_path / "labels" / "labels.jsonl").exists)
        first, second = saved(tmp_path / "labels")
        assert (first[0], second[0]) == ("cup", "<b>a cat</b>")
        tab.click("#panel li button")  # Remove
        tab.wait_for("document.querySelectorAll('#panel li').length === 1")
        assert tab.errors == []
        tab.key("q")
    for (_, crop, box), expected in ((first, [175, 75, 150, 150]), (second, [475, 275, 150, 150])):
        assert all(abs(a - b) <= 3 for a, b in zip(box, expected, strict=True)), box
        x, y, w, h = box
        assert torch.equal(crop, image[y : y + h, x : x + w])

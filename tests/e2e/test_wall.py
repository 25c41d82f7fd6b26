"""A wall of cameras on the page, on a desk and on a phone: names can be read, and who is away is seen at once."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
import torch

pytest.importorskip("ray", reason="the extra [ray] isn't installed")

from tests.e2e.chromium import Chromium, Tab, find_chromium
from torch_opencv.live.browser import Browser
from torch_opencv.live.sources import Frame
from torch_opencv.live.views import AnnotatedFrame, Stats
from torch_opencv.ray.cameras.standing import Standing
from torch_opencv.ray.cameras.wall import Wall, tile_size

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(find_chromium() is None, reason="needs a browser: apt-get install chromium"),
]

CAMERAS = 100
AWAY = {7: Standing("lost", "no frame came for 5 s", 0.0, None), 8: Standing("connecting", "", 0.0, None)}


def show(browser: Browser, number: int, *, away: dict[int, Standing]) -> None:
    """Camera n is as red as n."""
    width, height = tile_size(CAMERAS)
    pictures = {n: torch.zeros(height, width, 3, dtype=torch.uint8) for n in range(CAMERAS)}
    for n, picture in pictures.items():
        picture[..., 2] = 100 + n
    standings = [away.get(n, Standing("live", "", 2.0, 0.5)) for n in range(CAMERAS)]
    image, shown = Wall([f"rtsp://10.0.0.{n}/live" for n in range(CAMERAS)]).image(pictures, standings)
    frame = Frame(image, number, 0.0, "100 cameras", time.monotonic())
    stats = Stats("live", 2.0, 100.0, 300.0, 0)
    browser.show(AnnotatedFrame(image, frame, {}, stats, pictures=shown))


def ask(tab: Tab, camera: int, expression: str) -> object:
    """A JavaScript expression of a camera's list item."""
    return tab.ask(f"((item) => {expression})(document.querySelectorAll('#wall li')[{camera}])")


def red(tab: Tab, camera: int) -> int:
    pixel = "item.firstElementChild.getContext('2d').getImageData(20, 20, 1, 1).data[0]"
    return int(str(ask(tab, camera, pixel)))


@pytest.mark.parametrize(("size", "columns"), [((390, 844), 2), ((1280, 800), 5)])
def test_names_can_be_read_and_who_is_away_is_seen(size: tuple[int, int], columns: int, tmp_path: Path) -> None:
    browser = Browser("cameras", port=0)
    try:
        with Chromium(tmp_path) as chromium, chromium.open(browser.address, size=size) as tab:
            show(browser, 0, away=AWAY)
            tab.wait_for(f"document.querySelectorAll('#wall li').length === {CAMERAS}")
            assert ask(tab, 99, "item.innerText.replaceAll('\\u200b', '')") == "10.0.0.99/live\n\n2.0/s, 0.5 s ago"
            for part in (1, 2):
                assert float(str(ask(tab, 99, f"parseFloat(getComputedStyle(item.children[{part}]).fontSize)"))) >= 12
            row = "[...document.querySelectorAll('#wall li')].filter((one) => one.offsetTop === item.offsetTop).length"
            assert ask(tab, 0, row) == columns
            assert tab.ask("document.documentElement.scrollWidth") <= size[0]  # nobody scrolls sideways
            assert [red(tab, n) for n in (0, 42, 99)] == [pytest.approx(100 + n, abs=6) for n in (0, 42, 99)]

            assert ask(tab, 7, "item.children[2].innerText") == "lost: no frame came for 5 s"
            assert red(tab, 7) < 60  # darkened
            colors = [ask(tab, n, "getComputedStyle(item).borderTopColor") for n in (6, 7, 8)]
            assert len(set(map(str, colors))) == 3, colors
            hidden = "[...document.querySelectorAll('[data-command]')].filter((one) => one.hidden).length"
            assert tab.ask(hidden) == 4  # those that only frames have

            show(browser, 1, away={})  # it is back
            tab.wait_for("document.querySelectorAll('#wall li')[7].dataset.state === 'live'")
            assert red(tab, 7) == pytest.approx(107, abs=6)
            assert not tab.errors, json.dumps(tab.errors)
    finally:
        browser.close()

"""The page of captions, and the live page's panel of them, in a real browser."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.e2e.chromium import Chromium, find_chromium
from tests.nets.neuraltalk2.checkpoints import Size, checkpoint, save
from torch_opencv.vision.caption.page import Picture, page, thumbnail

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(find_chromium() is None, reason="needs a browser: apt-get install chromium"),
]

EVIL = "<script>document.title = 'evil'</script><img src=x onerror=\"document.title='evil'\">.jpg"


@pytest.mark.parametrize("size", [(390, 844), (1280, 800)])
def test_the_page_is_searched(tmp_path: Path, size: tuple[int, int]) -> None:
    picture = thumbnail(torch.full((300, 400, 3), 90, dtype=torch.uint8))
    captions = ["a dog on the grass", "a black dog", *["a red bus"] * 40]
    pictures = [Picture(*picture, text, EVIL if i == 1 else f"{i}.jpg") for i, text in enumerate(captions)]
    file = tmp_path / "page.html"
    file.write_text(page(pictures, f"Captions of {EVIL}"), encoding="utf-8")
    with Chromium(tmp_path) as browser, browser.open(file.as_uri(), size=size) as tab:
        shown = "[...document.querySelectorAll('figure')].filter(e => e.checkVisibility()).length"
        assert tab.ask(shown) == 42
        assert tab.ask("document.images[0].naturalWidth") == 256
        tab.click("#query")
        for key in ("d", "o", "g"):
            tab.key(key)
        assert tab.ask(shown) == 2
        assert tab.text("#count") == "2 of 42 pictures"
        assert EVIL in tab.text("figure:nth-of-type(2)")
        fits = "document.documentElement.scrollWidth <= innerWidth"
        assert tab.ask(f"{fits} && document.getElementById('count').getBoundingClientRect().right <= innerWidth")
        tab.key("x")
        assert tab.ask(shown) == 0
        assert "No caption has all of these words" in tab.text()
        assert tab.ask("document.title").startswith("Captions of <script>")
        assert tab.errors == []


def test_the_live_page_lists_the_captions(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    model = save(checkpoint(Size(rnn=8, encoding=8, words=12))[0], tmp_path / "models")
    command = [sys.executable, "-m", "torch_opencv", "caption", "sample", "--model", str(model)]
    with subprocess.Popen(
        [*command, "--view", "browser", "--port", "0"], stderr=subprocess.PIPE, text=True, cwd=tmp_path
    ) as run:
        try:
            assert run.stderr is not None
            address = next(word for line in run.stderr for word in line.split() if word.startswith("http"))
            with Chromium(tmp_path) as browser, browser.open(address) as tab:
                tab.wait_for("/\\d\\d:\\d\\d:\\d\\d .*word\\d/.test(document.querySelector('aside')?.innerText ?? '')")
                assert "Captions" in tab.text("aside")
                assert tab.ask("document.querySelector('aside img').naturalWidth") > 0
                tab.screenshot(tmp_path / "live.png")
        finally:
            run.kill()

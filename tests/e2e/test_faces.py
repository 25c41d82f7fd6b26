"""``torch-opencv faces`` on a real video: in a window, and on the page of a phone and of a desk."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

import torch_opencv as cv
from tests.e2e.chromium import Chromium, find_chromium
from tests.e2e.display import Display
from tests.e2e.test_annotate import window

pytestmark = [pytest.mark.e2e, pytest.mark.data]

PATIENCE_S = 60
FACE = (270, 85, 105, 95)  # about, in the video's first seconds


def faces_of(path: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "torch_opencv", "faces", str(path), *arguments]


def test_in_a_window(display: Display, tmp_path: Path, shared_data: Path) -> None:
    video = shared_data / "video" / "asl_gestures_again.mkv"
    command = faces_of(video, "--view", "window", "--every", "--results", "faces.jsonl", "--quiet")
    with subprocess.Popen(command, cwd=tmp_path, env=display.environment(), stderr=subprocess.PIPE, text=True) as run:
        try:
            window(display, "torch-opencv faces")
            display.key("space")
            screen = display.wait_until_still()
            cv.imwrite(str(tmp_path / "window.png"), screen)
            display.key("space")
            time.sleep(1)
            assert not torch.equal(display.process(), screen)  # it goes on
            display.key("q")
            assert run.wait(PATIENCE_S) == 0, run.stderr and run.stderr.read()
        finally:
            run.kill()
    lines = [json.loads(line) for line in (tmp_path / "faces.jsonl").read_text().splitlines()]
    (face,) = lines[0]["faces"]
    assert all(abs(side - about) < 25 for side, about in zip(face["box"], FACE, strict=True))
    assert (face["gender"], face["expression"], face["track"]) == ("male", "neutral", 1)


@pytest.mark.skipif(find_chromium() is None, reason="needs a browser: apt-get install chromium")
@pytest.mark.parametrize("size", [(390, 844), (1440, 900)], ids=["phone", "desk"])
def test_on_the_page(size: tuple[int, int], tmp_path: Path, shared_data: Path) -> None:
    command = faces_of(shared_data / "video" / "asl_gestures_again.mkv", "--view", "browser", "--port", "0")
    (tmp_path / "chromium").mkdir()
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as run:
        try:
            assert run.stderr
            address = next(found for line in run.stderr if (found := re.search(r"open (http\S+) in a browser", line)))
            with (
                Chromium(tmp_path / "chromium") as chromium,
                chromium.open(address[1], size=size, dark=size[0] < 700) as tab,
            ):
                tab.wait_for("!document.querySelector('canvas').hidden")
                tab.ask("document.querySelector('#results-area').open = true")
                tab.wait_for("document.querySelector('#results').innerText.includes('male')")
                tab.key(" ")
                tab.wait_for("document.querySelector('#state').dataset.state === 'paused'")
                assert tab.ask("document.documentElement.scrollWidth") <= size[0]
                assert tab.screenshot(tmp_path / "page.png").stat().st_size > 10_000
                said = tab.text("#results").lower()
                assert all(name in said for name in ("age", "gender", "expression", "track")), said
                assert tab.errors == []
                tab.key("q")
            assert run.wait(PATIENCE_S) == 0
        finally:
            run.kill()

"""Live stylization as its users have it: in a window, in a browser, and as a side-by-side video."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import av
import pytest

import torch_opencv as cv
from tests.e2e.chromium import Chromium, find_chromium
from tests.e2e.display import Display
from torch_opencv.live.sources import open_source

pytestmark = pytest.mark.e2e

STYLIZE = (sys.executable, "-m", "torch_opencv", "stylize")


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, slowed down: to compile a style that is chosen the first time takes a while."""
    path = tmp_path_factory.mktemp("video") / "slow.mp4"
    with open_source("sample") as source:
        writer = cv.VideoWriter(str(path), cv.VideoWriter.fourcc(*"mp4v"), 2.5, (640, 360))
        for frame in source:
            writer.write(frame.image)
        writer.release()
    return path


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_keys_switch_the_style_in_a_window(display: Display, tmp_path: Path, video: Path) -> None:
    command = [*STYLIZE, str(video), "--latest", "--results", "styles.jsonl", "--size", "256"]
    program = subprocess.Popen(command, cwd=tmp_path, env=display.environment(), stderr=subprocess.PIPE, text=True)
    search = ["xdotool", "search", "--sync", "--onlyvisible", "--name", "^torch-opencv stylize$"]
    found = subprocess.run(search, env=display.environment(), capture_output=True, text=True, timeout=120, check=True)
    window = found.stdout.split()[-1]

    def press(key: str) -> None:
        command = ["xdotool", "windowactivate", "--sync", window, "key", key]
        subprocess.run(command, env=display.environment(), check=True)

    eventually = time.monotonic() + 60
    while "great-wave" not in (tmp_path / "styles.jsonl").read_text():
        assert time.monotonic() < eventually
        press("2")  # again and again, since a new window may lose its first key
        time.sleep(1)
    press("q")
    errors = program.communicate(timeout=120)[1]
    assert program.returncode == 0, errors
    styles = list(dict.fromkeys(line["style"] for line in lines(tmp_path / "styles.jsonl")))
    assert styles == ["starry-night", "great-wave"]
    assert "great-wave (" in errors


@pytest.mark.skipif(find_chromium() is None, reason="needs a browser: apt-get install chromium")
def test_buttons_switch_the_style_in_a_browser(tmp_path: Path, video: Path) -> None:
    command = [*STYLIZE, str(video), "--latest", "--view", "browser", "--port", "0", "--results", "styles.jsonl"]
    with (
        Chromium(tmp_path) as chromium,
        subprocess.Popen([*command, "--size", "256"], stderr=subprocess.PIPE, text=True, cwd=tmp_path) as program,
    ):
        assert program.stderr
        address = re.search(r"open (http\S+) in a browser", program.stderr.readline())
        assert address
        with chromium.open(address[1]) as tab:
            tab.wait_for("document.body.innerText.includes('starry-night')")
            assert "torch-opencv stylize" in tab.ask("document.title")
            tab.click("#choices-list button:nth-child(4)")
            tab.wait_for("document.querySelector('#choices-list [aria-pressed=true]').innerText.includes('the-scream')")
            assert tab.screenshot(tmp_path / "page.png").stat().st_size > 50_000
            assert tab.errors == []
            eventually = time.monotonic() + 60
            while "the-scream" not in (tmp_path / "styles.jsonl").read_text():
                assert time.monotonic() < eventually
                time.sleep(0.2)
        program.terminate()
        program.communicate(timeout=60)
        assert program.returncode == 143


def test_a_side_by_side_video(tmp_path: Path) -> None:
    options = ["--view", "none", "--max-frames", "20", "--record", "out.mp4", "--side-by-side", "--size", "200"]
    subprocess.run([*STYLIZE, "sample", *options, "--results", "out.jsonl", "--quiet"], cwd=tmp_path, check=True)
    with av.open(str(tmp_path / "out.mp4")) as container:
        images = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    results = lines(tmp_path / "out.jsonl")
    assert len(images) == len(results) == 20
    assert all(list(line)[-3:] == ["style", "size", "model_ms"] for line in results)
    height, width, _ = images[0].shape
    assert (width, height) == (2 * 640, 360)
    assert results[0]["size"] == [200, 112]
    left, right = images[10][:, :640].astype(float), images[10][:, 640:].astype(float)
    assert abs(left - right).mean() > 20  # painted
    assert right.std() > 20

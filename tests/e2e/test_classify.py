"""``torch-opencv classify`` in a window: seen, and ended by its user; and what happens where no window can be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import torch_opencv as cv
from tests.e2e.display import Display

pytestmark = pytest.mark.e2e

_PATIENCE_S = 120
"""The first run also compiles the network."""


def _classify(*arguments: str, environment: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "torch_opencv", "classify", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True)


def _photograph(folder: Path) -> tuple[Path, torch.Tensor]:
    """An image of a size that a window shows pixel by pixel, and its lower half, where nothing is drawn."""
    noise = torch.randint(0, 256, (400, 600, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    path = folder / "noise.png"
    assert cv.imwrite(str(path), noise)
    return path, noise[300:].contiguous()


@pytest.mark.parametrize(
    ("view", "key"), [(["--view", "window"], "q"), ([], "Escape")], ids=["window, q", "default, Escape"]
)
def test_a_key_ends_the_program(display: Display, tmp_path: Path, view: list[str], key: str) -> None:
    path, undrawn = _photograph(tmp_path)
    with _classify(str(path), *view, "--results", "-", environment=display.environment()) as program:
        try:
            left, top = display.wait_for(undrawn, patience_s=_PATIENCE_S)
            display.move(left + 5, top + 5)
            while program.poll() is None:  # the first key may come before the window is active
                display.key(key)
                display.wait_until_still()
            said, complaints = program.communicate(timeout=_PATIENCE_S)
        finally:
            program.kill()
    assert program.returncode == 0, complaints
    assert "Traceback" not in complaints
    (result,) = [json.loads(line) for line in said.splitlines()]
    assert len(result["classes"]) == 5
    assert display.find(undrawn) is None


def test_closing_the_window_ends_the_program(display: Display, tmp_path: Path) -> None:
    path, undrawn = _photograph(tmp_path)
    with _classify(str(path), "--view", "window", environment=display.environment()) as program:
        try:
            left, top = display.wait_for(undrawn, patience_s=_PATIENCE_S)
            while program.poll() is None:
                display.move(left + 600 - 10, top - 300 - 10)  # the X at the right end of the title bar
                display.click()
                display.wait_until_still()
            _, complaints = program.communicate(timeout=_PATIENCE_S)
        finally:
            program.kill()
    assert program.returncode == 0, complaints
    assert "Traceback" not in complaints


@pytest.mark.parametrize("name", [None, "", ":987", "no-such-host.invalid:0"])
def test_without_a_display_the_browser_takes_the_windows_place(name: str | None) -> None:
    environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    if name is not None:
        environment["DISPLAY"] = name
    arguments = ("sample", "--view", "window", "--port", "0", "--max-frames", "1")
    with _classify(*arguments, environment=environment) as program:
        said, complaints = program.communicate(timeout=_PATIENCE_S)
    assert program.returncode == 0, f"Qt would have aborted with -6: {complaints}"
    assert said == ""
    assert "http://127.0.0.1:" in complaints
    assert "Traceback" not in complaints


def test_without_a_display_there_is_no_window_by_default_either() -> None:
    environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    arguments = ("sample", "--port", "0", "--max-frames", "1", "--results", "-")
    with _classify(*arguments, environment=environment) as program:
        said, complaints = program.communicate(timeout=_PATIENCE_S)
    assert program.returncode == 0, complaints
    assert len(json.loads(said)["classes"]) == 5

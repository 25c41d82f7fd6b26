"""Every command in README.md is run, or, where that would change the machine, looked at."""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from torch_opencv import weights
from torch_opencv.cli.main import main
from torch_opencv.live.sources import SAMPLE

from ..t7.test_convert import linear_network

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CHECKOUT = Path(__file__).parents[2]
LINES = [
    shlex.split(line, comments=True)
    for line in (CHECKOUT / "README.md").read_text().splitlines()
    if re.match(r" {4}(torch-opencv|make|git|cd|pip) ", line)
]
PROGRAMS = [line[1:] for line in LINES if line[0] == "torch-opencv"]
FACES = re.search("^FACES := (.+)$", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)[1].split()  # type: ignore[index]
# What makes them short, and end without a user; the commands are the readers' own otherwise.
SHORTER = {
    "caption": ["--max-frames", "2", "--max-seconds", "20"],
    "faces": ["--max-frames", "2", "--max-seconds", "20"],
    "classify": ["--max-frames", "2", "--max-seconds", "20"],
    "stylize": ["--max-frames", "1", "--max-seconds", "20"],
    "train-style": ["--iterations", "1", "--size", "64", "--batch", "2", "--preview-every", "0"],
}


@pytest.fixture(autouse=True)
def files(somewhere: Path) -> None:
    """What the commands name."""
    rng = np.random.default_rng(0)
    for folder in ("holiday", "photographs"):
        Path(folder).mkdir()
        for number in range(2):
            cv2.imwrite(f"{folder}/{number}.jpg", rng.integers(0, 256, (80, 90, 3), np.uint8))
    for name in ("cat.jpg", "painting.jpg"):
        cv2.imwrite(name, rng.integers(0, 256, (80, 90, 3), np.uint8))
    Path("clip.mp4").write_bytes(SAMPLE.read_bytes())
    linear_network(Path("net.t7"))


def test_there_are_commands() -> None:
    assert {line[0] for line in LINES} == {"torch-opencv", "make", "git", "cd", "pip"}
    assert {program[0] for program in PROGRAMS} == {"caption", "classify", "faces", "stylize", "train-style", "models"}


@pytest.mark.slow
@pytest.mark.parametrize("command", [one for one in PROGRAMS if "--ray" not in one], ids=" ".join)
def test_a_program(command: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    if "timm:convnext_tiny" in command and not importlib.util.find_spec("timm"):
        assert main([*command, "--view", "none"]) == 2
        assert "needs timm: pip install 'torch-opencv[timm]'" in capfd.readouterr().err
        return
    if "timm:convnext_tiny" in command:
        pytest.skip("would fetch 114 MB")
    if "browser" in command:
        pytest.importorskip("cryptography", reason="makes the page's certificate")
    if command[0] == "faces":
        try:
            weights.fetch(*FACES)
        except weights.WeightsError as error:
            pytest.skip(f"needs face-api's weights: {str(error).splitlines()[0]}")
    without_files = not any(Path(one).exists() or "*" in one for one in command)
    if without_files and command[0] in ("caption", "classify", "faces", "stylize") and "browser" not in command:
        command = [*command, "--view", "none"]  # what is shown otherwise waits for somebody to look at it
    shorter = ["--max-seconds", "2"] if "browser" in command else SHORTER.get(command[0], [])  # no phone is at hand
    assert main([*command, *shorter]) == 0, capfd.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("command", [one for one in PROGRAMS if "--ray" in one], ids=" ".join)
def test_an_archive(command: list[str], somewhere: Path) -> None:
    Path("archive/2026").mkdir(parents=True)
    Path("archive/2026/clip.mp4").write_bytes(SAMPLE.read_bytes())
    done = subprocess.run([sys.executable, "-m", "torch_opencv", *command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    outcome, summary = done.stderr.splitlines()[-2:]
    assert outcome.endswith("1 segment done, results in out/")
    assert summary.startswith("said: ")


def test_what_make_has() -> None:
    for line in LINES:
        if line[0] == "make":
            done = subprocess.run([*line, "--dry-run"], cwd=CHECKOUT, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr


def test_what_pip_installs() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    for line in LINES:
        if line[0] == "pip":
            (extra,) = re.fullmatch(r"\.\[([a-z]+)\]", line[2]).groups()  # type: ignore[union-attr]
            assert extra in project["optional-dependencies"]
        elif line[0] == "git":
            assert any(address.startswith(line[2]) for address in project["urls"].values())

"""A single picture, which is classified without PyTorch once that has compiled the network: nobody can tell but by the
time that it takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from torch_opencv import weights
from torch_opencv.cli import picture
from torch_opencv.cli.options import RunOptions, View

RUN = """
import json, sys
from torch_opencv.cli.main import main
status = main(json.loads(sys.argv[1]))
print(json.dumps([status, "torch" in sys.modules]), file=sys.stderr)
"""


def run(*arguments: str) -> tuple[int, bool, str, list[str]]:
    """The status, whether PyTorch was imported, and what was written to standard output and error."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps(["classify", *arguments])],
        env=os.environ,
        capture_output=True,
        text=True,
    )
    *lines, last = done.stderr.splitlines()
    status, imported = json.loads(last)
    return status, imported, done.stdout, lines


def untimed(text: str) -> list[dict[str, Any]]:
    return [{**json.loads(line), "latency_ms": 0} for line in text.splitlines()]


@pytest.fixture
def photo() -> str:
    noise = np.random.default_rng(5).integers(0, 256, (30, 40, 3), np.uint8)
    cv2.imwrite("photo.jpg", cv2.resize(noise, (640, 480), interpolation=cv2.INTER_CUBIC))
    return "photo.jpg"


@pytest.mark.slow
def test_with_and_without_pytorch(photo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_OPENCV_HOME", str(tmp_path / "home"))  # as other tests keep theirs meanwhile
    kept = weights.home() / "compiled" / "efficientnet-lite0.without-torch.json"
    kept.unlink(missing_ok=True)
    outcomes = []
    for _ in range(2):
        status, imported, _, lines = run(photo, "--results", "out.jsonl", "--overwrite")
        outcomes.append((status, imported, untimed(Path("out.jsonl").read_text()), [*lines[:1], *lines[2:]]))
        assert lines[-2].endswith("frames/s), results in out.jsonl")
    (status, imported, results, lines), without = outcomes
    once = ("compiling", "frames/s", "OpenVINO")  # what only the first run says
    lines = [line for line in lines if not any(word in line for word in once)]
    assert (status, imported) == (0, True)
    assert (without[0], without[1], without[2]) == (0, False, results)
    assert [line for line in without[3] if "frames/s" not in line] == lines
    # the same options, and others
    for options in (["--top", "2"], ["--threshold", "0.9"], ["--device", "cpu", "--precision", "auto", "--quiet"]):
        status, imported, out, lines = run(photo, "--results", "-", "--view", "none", *options)
        assert (status, imported) == (0, False)
        given = results[0]["classes"]
        expected = {"--top": given[:2], "--threshold": [], "--device": given}[options[0]]
        assert untimed(out) == [{**results[0], "classes": expected}]
        assert (lines == []) == ("--quiet" in options)
    # a table for people
    status, imported, out, lines = run(photo)
    assert (status, imported, lines) == (0, False, [])
    assert out == run(photo, "--max-frames", "1")[2]
    assert out.count("\n") == 6
    # what can't be written is told in the same way
    for arguments in ([photo, "--results", "out.jsonl"], [photo, "--results", photo, "--overwrite"]):
        status, imported, _, lines = run(*arguments)
        assert status == 2
        assert len(lines) == 1
    assert "out.jsonl exists" in run(photo, "--results", "out.jsonl")[3][0]
    # a picture that can't be read is PyTorch's side's to tell of
    Path("bad.jpg").write_text("no picture")
    status, imported, _, lines = run("bad.jpg", "--results", "bad.jsonl")
    assert (status, lines) == (
        2,
        ["torch-opencv: error: bad.jpg can't be read as an image: damaged, or of another kind"],
    )
    assert not Path("bad.jsonl").exists()
    # what is kept and doesn't give the same any more is made again
    kept.write_text(json.dumps({**json.loads(kept.read_text()), "scores": [1.0] * 1000}))
    assert [run(photo, "--results", "out.jsonl", "--overwrite")[:2] for _ in range(2)] == [(0, True), (0, False)]


SIMPLE = {"sources": ["photo.jpg"], "results": "out.jsonl"}


@pytest.mark.parametrize(
    ("changed", "simple"),
    [
        ({}, True),
        ({"view": View.none, "overwrite": True, "quiet": True}, True),
        ({"results": "-"}, True),
        ({"results": None}, True),  # they are printed
        ({"results": None, "view": View.none}, False),
        ({"results": "out.csv"}, True),
        ({"results": "out.parquet"}, False),
        ({"view": View.browser}, False),
        ({"record": "out.png"}, False),
        ({"resume": True}, False),
        ({"port": 8000}, False),
        ({"sources": ["photo.jpg", "photo.jpg"]}, False),
        ({"sources": None}, False),
        ({"sources": ["sample"]}, False),
        ({"sources": ["."]}, False),
        ({"sources": ["gone.jpg"]}, False),
        ({"sources": ["http://127.0.0.1/photo.jpg"]}, False),
    ],
)
def test_what_is_simple(photo: str, changed: dict[str, Any], simple: bool) -> None:
    assert picture._is_simple(RunOptions(**{**SIMPLE, **changed})) == simple

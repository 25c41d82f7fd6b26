"""``--ray`` on the command line: what is refused, and a run that is killed and goes on."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.ray.videos import make

pytest.importorskip("ray", reason="the extra [ray] isn't installed")

from torch_opencv.cli.main import main


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--ray"], "--ray writes results to a folder: give it, as --results out/"),
        (["--fps", "2"], "--fps is for --ray: add that, or leave it out"),
        (["--ray-address", "127.0.0.1:1", "--results", "{}/out"], "no Ray cluster at 127.0.0.1:1: "),
        (["--ray", "--results", "{}/out", "--record", "a.mp4"], "--record can't be given with --ray"),
        (["--ray", "--results", "{}/clip.mp4"], "clip.mp4 is a file: results of an archive go to a folder"),
        (["--ray", "--results", "{}"], "holds something else: give another folder, or --overwrite"),
        (["--ray", "--results", "{}/out", "--device", "cuda:1"], "each worker has a GPU of its own"),
        (["--ray", "--results", "{}/out", "--model", "no"], "there is no model 'no'"),
        (["--ray", "--results", "{}/out", "s3://bucket/a.mp4"], "s3://bucket/a.mp4 needs another package"),
        (
            ["--ray", "--results", "{}/out", "memory://no.mp4"],
            "no such file, nor a folder or pattern with videos in it",
        ),
        (["--ray", "--results", "{}/out", "0"], "is no camera: with --ray, cameras are rtsp://"),
    ],
)
def test_what_is_refused(arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    video = make(tmp_path / "clip.mp4", "libx264", {}, frames=3)
    assert main(["classify", str(video), *(one.format(tmp_path) for one in arguments)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert said in lines[0]


@pytest.mark.slow
def test_a_driver_that_is_killed_and_an_app_of_ones_own(tmp_path: Path) -> None:
    for name in ("one.mp4", "two.mp4"):
        make(tmp_path / name, "libx264", {"g": "12"}, frames=120)
    (tmp_path / "brightness.py").write_text(
        "import time\nfrom torch_opencv import live\n\nclass Brightness(live.App):\n    def process(self, image):\n"
        "        time.sleep(0.03)\n        return image.float().mean().item()\n\n    def fields(self, result):\n"
        "        return {'brightness': round(result, 1)}\n\n    def counts(self):\n        return Seen()\n\n"
        "class Seen(live.Counts):\n    def __init__(self):\n        self.frames = 0\n\n    def add(self, fields):\n"
        "        self.frames += fields['brightness'] > 0\n\n    def merge(self, other):\n"
        "        self.frames += other.frames\n\n    def __str__(self):\n        return f'{self.frames} bright'\n"
    )
    out = tmp_path / "out"
    program = [sys.executable, "-m", "torch_opencv", "run", "brightness.py:Brightness", "*.mp4"]
    options = [
        "--ray",
        "--workers",
        "2",
        "--segment-seconds",
        "0.5",
        "--results",
        str(out),
        "--results-format",
        "jsonl",
    ]
    running = subprocess.Popen([*program, *options], cwd=tmp_path, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while len(list(out.rglob("0*.jsonl"))) < 3:
            assert running.poll() is None
            time.sleep(0.02)
    finally:
        running.send_signal(signal.SIGKILL)
        running.wait()
    before = {file: file.stat().st_mtime_ns for file in out.rglob("0*.jsonl")}
    done = subprocess.run([*program, *options], cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "240 bright"  # with those of the run that was killed
    assert {file: file.stat().st_mtime_ns for file in before} == before
    rows = [json.loads(line) for file in out.rglob("0*.jsonl") for line in file.read_text().splitlines()]
    assert sorted((row["path"], row["frame"]) for row in rows) == [
        (name, frame) for name in ("one.mp4", "two.mp4") for frame in range(120)
    ]

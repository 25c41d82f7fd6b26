"""The whole program is interrupted at any moment: what it wrote is whole, its status is right, and it says no more.

Sources that disappear are here, too. Full disks are in test_recording, streams that go away in test_rtsp.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import numpy as np
import pytest

pytestmark = pytest.mark.e2e

_STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 143}
_PATIENCE_S = 60  # on a machine that does much else


def start(folder: Path) -> subprocess.Popen[str]:
    """The program on the sample, recording and writing results, as a shell would start it."""
    command = [sys.executable, "-m", "torch_opencv", "classify", "sample", "--view", "none"]
    command += ["--record", str(folder / "out.mp4"), "--results", str(folder / "out.jsonl")]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_hear_all_signals,
    )


def _hear_all_signals() -> None:
    """As in a terminal: whoever runs the tests may ignore some, and what is ignored is inherited."""
    for number in _STATUS:
        signal.signal(number, signal.SIG_DFL)


def recorded(path: Path) -> int:
    """How many frames of a video can be decoded; 0 if there is none."""
    if not path.exists():
        return 0
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def results(path: Path) -> list[int]:
    """The numbers of the frames that there are lines for, each line read as JSON."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [json.loads(line)["frame"] for line in lines]


@pytest.mark.parametrize("attempt", range(32))
def test_a_signal_at_any_moment(tmp_path: Path, attempt: int) -> None:
    chance = random.Random(attempt)
    number = chance.choice(sorted(_STATUS))
    with start(tmp_path) as process:
        time.sleep(chance.uniform(0.0, 6.0))
        process.send_signal(number)
        if chance.random() < 0.5:  # an impatient user
            time.sleep(chance.uniform(0.0, 0.3))
            process.send_signal(number)
        _, said = process.communicate(timeout=_PATIENCE_S)
    assert "Traceback" not in said, said
    assert process.returncode in (_STATUS[number], -number, 0), (number, process.returncode, said)
    frames = results(tmp_path / "out.jsonl")
    assert frames == list(range(len(frames)))
    assert recorded(tmp_path / "out.mp4") == len(frames)
    assert not list(tmp_path.glob("*.part")), "nothing half-written is left"


@pytest.mark.parametrize("attempt", range(10))
def test_kill_9_at_any_moment(tmp_path: Path, attempt: int) -> None:
    with start(tmp_path) as process:
        time.sleep(random.Random(attempt).uniform(2.0, 8.0))
        process.kill()
        process.communicate(timeout=_PATIENCE_S)
    text = (tmp_path / "out.jsonl").read_text() if (tmp_path / "out.jsonl").exists() else ""
    whole = text[: text.rfind("\n") + 1].splitlines()
    frames = [json.loads(line)["frame"] for line in whole]
    assert frames == list(range(len(frames)))
    if frames:
        # The encoder works behind the results by at most the frames that wait for it.
        assert recorded(tmp_path / "out.mp4") >= len(frames) - 20


# --- sources that disappear ---

APP = """
class Negative:
    def process(self, image):
        return image.float().mean().item()

    def draw(self, image, result):
        return 255 - image

    def fields(self, result):
        return {"mean": result}
"""

CAMERA = """
import torch
import torch_opencv as cv
from torch_opencv.cli.main import process, main
from torch_opencv.live.sources import backoff, captures

class Plugged:
    "A camera that is unplugged after 20 frames, for the given number of attempts to find it again."
    left = ATTEMPTS

    def __init__(self, device):
        self.frames = 0
        self.there = not Plugged.unplugged or Plugged.left < 1
        Plugged.left -= Plugged.unplugged

    unplugged = False

    def isOpened(self):
        return self.there

    def read(self):
        self.frames += 1
        Plugged.unplugged |= self.frames > 21
        if not self.there or self.frames > 21:
            return False, None
        return True, torch.full((48, 64, 3), 8 * self.frames, dtype=torch.uint8)

    def get(self, prop):
        return 30.0 if prop == cv.CAP_PROP_FPS else 0.0

    def release(self):
        pass

cv.VideoCapture = Plugged
captures._missing_device = lambda device: ""
backoff.FIRST, backoff.LONGEST = 0.01, 0.05
process(lambda: main(["run", "negative.py:Negative", "0", "--every", "--max-frames", "40", "--view", "none",
                      "--record", "out.mp4", "--results", "out.jsonl"]))
"""


def run_camera(folder: Path, *, attempts: int) -> subprocess.Popen[str]:
    """A program of a camera that is unplugged on the way."""
    (folder / "negative.py").write_text(APP)
    program = CAMERA.replace("ATTEMPTS", str(attempts))
    return subprocess.Popen(
        [sys.executable, "-c", program], cwd=folder, stderr=subprocess.PIPE, text=True, preexec_fn=_hear_all_signals
    )


def is_whole(folder: Path, count: int) -> bool:
    """Whether a recording and results of so many frames agree and are all there is."""
    assert not list(folder.glob("*.part"))
    return recorded(folder / "out.mp4") == len(results(folder / "out.jsonl")) == count


def test_a_camera_that_is_unplugged_and_comes_back(tmp_path: Path) -> None:
    with run_camera(tmp_path, attempts=3) as process:
        _, said = process.communicate(timeout=_PATIENCE_S)
    assert process.returncode == 0, said
    assert "camera 0 is lost: it gives no more frames; was it unplugged? Trying to get it back" in said
    assert "camera 0 is back after" in said
    assert is_whole(tmp_path, 40)


def test_a_camera_that_is_unplugged_for_good(tmp_path: Path) -> None:
    with run_camera(tmp_path, attempts=10**9) as process:
        assert process.stderr
        said = ""
        while "is lost" not in said:
            line = process.stderr.readline()
            assert line, said
            said += line
        time.sleep(0.5)
        assert process.poll() is None, "it goes on looking"
        process.terminate()
        said += process.communicate(timeout=_PATIENCE_S)[1]
    assert process.returncode == 143, said
    assert "Traceback" not in said
    assert is_whole(tmp_path, 20)


def piped(folder: Path) -> tuple[subprocess.Popen[bytes], bytes]:
    """A program of a video on standard input, and the video: 100 frames in Matroska."""
    (folder / "negative.py").write_text(APP)
    with av.open(str(folder / "clip.mkv"), "w") as container:
        stream = container.add_stream("libx264", 25, options={"bf": "0", "tune": "zerolatency"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(100):
            image = np.random.default_rng(number).integers(0, 255, (48, 64, 3), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "bgr24")))
        container.mux(stream.encode())
    command = [sys.executable, "-m", "torch_opencv", "run", "negative.py:Negative", "-", "--view", "none"]
    process = subprocess.Popen(
        [*command, "--record", "out.mp4", "--results", "out.jsonl"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_hear_all_signals,
    )
    return process, (folder / "clip.mkv").read_bytes()


def test_a_pipe_whose_writer_dies(tmp_path: Path) -> None:
    process, data = piped(tmp_path)
    with process:
        assert process.stdin
        process.stdin.write(data[: len(data) // 2])
        said = process.communicate(timeout=_PATIENCE_S)[1].decode()
    assert process.returncode == 0, said
    frames = len(results(tmp_path / "out.jsonl"))
    assert 30 < frames < 70
    assert f"standard input ended after {frames} of about 100 frames: it may be cut short" in said
    assert is_whole(tmp_path, frames)


def test_a_pipe_whose_writer_hangs_can_be_left(tmp_path: Path) -> None:
    process, data = piped(tmp_path)
    with process:
        assert process.stdin
        process.stdin.write(data[: len(data) // 2])
        process.stdin.flush()
        deadline = time.monotonic() + _PATIENCE_S
        while len(results(tmp_path / "out.jsonl")) < 10:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        time.sleep(0.5)
        process.terminate()
        process.wait(_PATIENCE_S)
        assert process.stderr
        said = process.stderr.read().decode()
    assert process.returncode == 143, said
    assert "Traceback" not in said
    assert is_whole(tmp_path, len(results(tmp_path / "out.jsonl")))


def test_a_file_that_is_cut_off_while_it_is_read(tmp_path: Path) -> None:
    process, data = piped(tmp_path)
    process.kill()
    process.communicate()
    path = tmp_path / "clip.mkv"
    command = [sys.executable, "-m", "torch_opencv", "run", "negative.py:Negative", str(path), "--view", "none"]
    with subprocess.Popen(
        [*command, "--record", "out.mp4", "--results", "-"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process2:
        path.write_bytes(data[: len(data) // 2])
        out, said = process2.communicate(timeout=_PATIENCE_S)
    assert process2.returncode == 0, said
    assert "it may be cut short" in said
    assert recorded(tmp_path / "out.mp4") == len(out.splitlines())

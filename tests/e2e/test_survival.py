"""The whole program is interrupted at any moment: what it wrote is whole, its status is right, and it says no more.

Full disks are in test_recording, streams that go away in test_rtsp.
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
import cv2
import pytest

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(cv2.__version__.startswith("5."), reason="nothing here depends on OpenCV: seen with OpenCV 4"),
]

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

"""Recordings that end badly: the program is killed, or the disk is full. What was recorded must play, everywhere."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

pytestmark = pytest.mark.e2e

# Each image holds its number as eight black or white stripes, and says on standard output when it is written.
RECORD = """
import sys, time, torch
from torch_opencv.live.video_encoder import VideoEncoder

recorder = VideoEncoder(sys.argv[1], fps=25)
generator = torch.Generator().manual_seed(0)
texture = torch.randint(0, 256, (9, 16, 3), dtype=torch.uint8, generator=generator)
texture = texture.repeat_interleave(40, dim=0).repeat_interleave(40, dim=1)
start = time.monotonic()
for number in range(10_000):
    image = texture.roll(number, dims=1)
    for bit in range(8):
        image[:100, 80 * bit : 80 * bit + 80] = 255 * (number >> bit & 1)
    recorder.write(image, time=number / 25)
    print(number + 1, flush=True)
    time.sleep(max(0.0, start + (number + 1) / 25 - time.monotonic()))
"""


def number_of(image: np.ndarray) -> int:
    """The number that the stripes of an image say."""
    return sum(int(image[50, 80 * bit + 40].mean() > 128) << bit for bit in range(8))


def by_pyav(path: Path) -> list[int]:
    with av.open(str(path)) as container:
        return [number_of(frame.to_ndarray(format="bgr24")) for frame in container.decode(video=0)]


def by_opencv(path: Path) -> list[int]:
    capture, numbers = cv2.VideoCapture(str(path)), []
    while (got := capture.read())[0]:
        numbers.append(number_of(got[1]))
    return numbers


def counted_by_ffprobe(path: Path) -> int:
    command = ["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v"]
    entries = ["-show_entries", "stream=nb_read_frames", "-of", "json", str(path)]
    result = subprocess.run([*command, *entries], capture_output=True, text=True, check=True)
    assert not result.stderr
    return int(json.loads(result.stdout)["streams"][0]["nb_read_frames"])


@pytest.mark.parametrize("attempt", range(10))
@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_recording_survives_kill_9(tmp_path: Path, suffix: str, attempt: int) -> None:
    if not shutil.which("ffprobe"):
        pytest.skip("needs ffprobe: apt-get install ffmpeg")
    path = tmp_path / f"out.{suffix}"
    with subprocess.Popen([sys.executable, "-c", RECORD, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        process.stdout.readline()
        time.sleep(random.Random(f"{suffix} {attempt}").uniform(1.0, 8.0))
        process.kill()
        written = int(process.stdout.read().split()[-1])
    numbers = [number % 256 for number in range(written)]
    for came_back in (by_pyav(path), by_opencv(path)):
        assert len(came_back) >= 0.95 * written
        assert came_back == numbers[: len(came_back)]
    assert counted_by_ffprobe(path) >= 0.95 * written
    with av.open(str(path)) as container:
        times = [frame.time for frame in container.decode(video=0)]
    assert times == pytest.approx([number / 25 for number in range(len(times))], abs=1e-3)


def on_a_small_disk(disk: Path, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command with a file system of 1 MB at ``disk``; what is on it at the end is copied beside it."""
    disk.mkdir()
    mount = f"mount -t tmpfs -o size=1m none {disk}"
    unshare = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    if not shutil.which("unshare") or subprocess.run([*unshare, mount], capture_output=True).returncode:
        pytest.skip("needs the right to mount a small file system (unshare --user --mount)")
    script = f'{mount} && "$@"; status=$?; cp -r {disk} {disk}-afterwards; exit $status'
    return subprocess.run([*unshare, script, "sh", *command], capture_output=True, text=True)


CLASSIFY = [sys.executable, "-c", "import sys; from torch_opencv.cli.main import main; sys.exit(main())", "classify"]


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_full_disk_ends_the_recording_but_not_the_program(tmp_path: Path, suffix: str) -> None:
    options = ["--view", "none", "--record", str(tmp_path / f"disk/out.{suffix}")]
    results = tmp_path / "results.jsonl"
    result = on_a_small_disk(tmp_path / "disk", [*CLASSIFY, "sample", *options, "--results", str(results)])
    assert result.returncode == 2
    said = [line for line in result.stderr.splitlines() if "recording" in line]
    assert len(said) == 1
    assert "No space left on device" in said[0]
    assert "Traceback" not in result.stderr
    recorded = by_opencv(tmp_path / f"disk-afterwards/out.{suffix}")
    assert len(recorded) > 20
    assert f"holds {len(recorded)} frames of the recording" in said[0]
    lines = results.read_text().splitlines()
    assert [json.loads(line)["frame"] for line in lines] == list(range(250))  # the sample, whole


def test_a_full_disk_leaves_whole_results(tmp_path: Path) -> None:
    script = (
        "import time, torch\n"
        "from torch_opencv.live.results import Results\n"
        "from torch_opencv.live.sources import Frame\n"
        "image = torch.zeros(2, 2, 3, dtype=torch.uint8)\n"
        f"results = Results({str(tmp_path / 'disk/out.jsonl')!r})\n"
        "for i in range(100_000):\n"
        "    results.write(Frame(image, i, i / 25, 'clip.mp4', time.monotonic()), {'text': 'x' * 1000})\n"
    )
    result = on_a_small_disk(tmp_path / "disk", [sys.executable, "-c", script])
    assert result.stderr.splitlines()[-1].endswith("can't be written: No space left on device")
    lines = (tmp_path / "disk-afterwards/out.jsonl").read_text().splitlines()
    assert [json.loads(line)["frame"] for line in lines] == list(range(len(lines)))
    assert len(lines) > 900

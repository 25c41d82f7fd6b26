"""Sources that are damaged, lie about themselves, or change while they are read: a clear line, never a crash."""

from __future__ import annotations

import json
import logging
import os
import random
import struct
import subprocess
import sys
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from torch_opencv.live.errors import SourceError
from torch_opencv.live.loop import run
from torch_opencv.live.results import Results
from torch_opencv.live.sources import open_source
from torch_opencv.live.video_encoder import VideoEncoder

from .media import make_image


class Mean:
    """The least that a program can be."""

    def process(self, image: torch.Tensor) -> float:
        return float(image.float().mean())

    def draw(self, image: torch.Tensor, result: float) -> torch.Tensor:
        return image

    def fields(self, result: float) -> dict[str, object]:
        return {"mean": result}


def video(path: Path, count: int = 50, fourcc: str = "mp4v") -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*fourcc), 25, (128, 96))
    image = make_image(96, 128)
    for index in range(count):
        writer.write(np.roll(image, 3 * index, axis=1))
    writer.release()
    return path


def recorded(path: Path, count: int = 50) -> Path:
    image = torch.from_numpy(make_image(96, 128))
    with VideoEncoder(path) as encoder:
        for index in range(count):
            encoder.write(image.roll(3 * index, 1))
    return path


def frames_in(path: Path | str) -> int:
    with open_source(str(path)) as source:
        return sum(1 for _ in source)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
@pytest.mark.parametrize("name", ["clip.mkv", "clip.avi"])
def test_a_truncated_video_is_read_as_far_as_it_goes_and_all_of_that_recorded(
    tmp_path: Path, name: str, share: float, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / name
    path = recorded(path) if name == "clip.mkv" else video(path, fourcc="MJPG")
    os.truncate(path, int(share * path.stat().st_size))
    encoder, results = VideoEncoder(tmp_path / "out.mp4"), Results(tmp_path / "out.jsonl")
    report = run(Mean(), open_source(str(path)), encoder=encoder, results=results)
    assert report.ended == "done"
    frames = frames_in(tmp_path / "out.mp4")
    assert 50 * (share - 0.2) - 2 < frames == encoder.frames == results.lines < 50
    if share == 0.5:
        assert "it may be cut short" in caplog.text


def test_an_mp4_without_its_index_is_refused_in_a_line(tmp_path: Path) -> None:
    path = video(tmp_path / "clip.mp4")
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(SourceError, match=r"clip\.mp4 can't be read as a video or an image: it is damaged"):
        open_source(str(path))


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mkv", "photo.jpg", "photo.png", "nothing"])
@pytest.mark.parametrize("content", [b"", b"\0" * 5000, b"<html>404 not found</html>"])
def test_a_file_of_something_else_is_refused_in_a_line(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=name) as error:
        open_source(str(tmp_path / name))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi"])
def test_flipped_bytes_in_the_middle_cost_frames_at_most(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"clip.{suffix}"
    path = video(path, fourcc="MJPG") if suffix == "avi" else recorded(path)
    data = bytearray(path.read_bytes())
    chance = random.Random(0)
    for _ in range(30):
        data[chance.randrange(len(data) * 2 // 5, len(data) * 3 // 5)] = chance.randrange(256)
    path.write_bytes(data)
    report = run(Mean(), open_source(str(path)), encoder=VideoEncoder(tmp_path / "out.mp4"))
    assert 10 <= report.frames <= 50
    assert frames_in(tmp_path / "out.mp4") == report.frames


@pytest.mark.parametrize("claimed", [5, 0, 1_000_000, 0xFFFFFFFF])
def test_a_header_that_lies_about_the_length(tmp_path: Path, claimed: int, caplog: pytest.LogCaptureFixture) -> None:
    path = video(tmp_path / "clip.avi", fourcc="MJPG")
    data = bytearray(path.read_bytes())
    header, stream = data.index(b"avih") + 8, data.index(b"strh") + 8
    struct.pack_into("<I", data, header + 16, claimed)  # dwTotalFrames
    struct.pack_into("<I", data, stream + 32, claimed)  # dwLength
    path.write_bytes(data)
    report = run(Mean(), open_source(str(path)), encoder=VideoEncoder(tmp_path / "out.mp4"), progress=True)
    assert report.frames == 50
    assert frames_in(tmp_path / "out.mp4") == 50


def test_a_folder_that_changes_while_it_is_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for index in range(6):
        cv2.imwrite(str(folder / f"{index}.png"), make_image())
    with open_source(str(folder)) as source:
        (folder / "1.png").unlink()  # removed
        (folder / "2.png").write_bytes((folder / "3.png").read_bytes()[:200])  # half written
        (folder / "3.png").write_bytes(b"")
        (folder / "4.png").unlink()
        (folder / "4.png").mkdir()
        cv2.imwrite(str(folder / "7.png"), make_image())  # added: not part of this run
        names = [Path(str(frame.path)).name for frame in source]
    assert names == ["0.png", "5.png"]
    said = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    reasons = ["1.png: it is gone", "2.png: it can't be read as an image", "3.png: it is empty", "4.png: it is no file"]
    assert len(said) == 4
    for reason, line in zip(reasons, said, strict=True):
        assert reason in line


def test_a_folder_that_vanishes(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for index in range(3):
        cv2.imwrite(str(folder / f"{index}.png"), make_image())
    with open_source(str(folder)) as source:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
        assert len(list(source)) == 1  # which was read when the folder was opened
        assert len(source.skipped) == 2


def test_half_a_jpeg_is_skipped(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("half.jpg", "whole.jpg"):
        cv2.imwrite(str(tmp_path / name), make_image(240, 320))
    os.truncate(tmp_path / "half.jpg", (tmp_path / "half.jpg").stat().st_size // 2)
    assert frames_in(tmp_path) == 1
    assert [record.message for record in caplog.records] == [f"skipped {tmp_path / 'half.jpg'}: it is cut short"]


def test_a_pipe_among_images_does_not_hang(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("needs named pipes")
    cv2.imwrite(str(tmp_path / "a.png"), make_image())
    os.mkfifo(tmp_path / "b.png")
    counted: list[int] = []
    thread = threading.Thread(target=lambda: counted.append(frames_in(tmp_path)), daemon=True)
    thread.start()
    thread.join(30)
    assert counted == [1]


@pytest.mark.parametrize(("content", "name"), [(".png", "a.jpg"), (".jpg", "a.png"), (".jpg", "a.tiff"), (".png", "a")])
def test_images_by_another_name(tmp_path: Path, content: str, name: str) -> None:
    data = cv2.imencode(content, make_image())[1].tobytes()
    (tmp_path / name).write_bytes(data)
    assert frames_in(tmp_path / name) == 1


def test_a_video_by_an_images_name_and_the_other_way_round(tmp_path: Path) -> None:
    video(tmp_path / "clip.mp4", 10).rename(tmp_path / "clip.jpg")
    with pytest.raises(SourceError, match=r"clip\.jpg can't be read as an image"):
        open_source(str(tmp_path / "clip.jpg"))
    cv2.imwrite(str(tmp_path / "photo.jpg"), make_image())
    (tmp_path / "photo.jpg").rename(tmp_path / "photo.mp4")
    assert frames_in(tmp_path / "photo.mp4") == 1


READ_ALL = """
import json, sys
from torch_opencv.live.errors import LiveError
from torch_opencv.live.sources import open_source

for path in json.load(sys.stdin):
    print("reading", path, flush=True)
    try:
        with open_source(path) as source:
            for frame in source:
                assert frame.image.ndim == 3 and frame.image.shape[2] == 3 and frame.index < 1000
    except LiveError as error:
        assert "\\n" not in str(error)
print("done")
"""


@pytest.mark.e2e
def test_two_hundred_damaged_files(tmp_path: Path) -> None:
    """In a process of its own: were FFmpeg or an image's decoder to crash, it would take the tests along."""
    whole = [recorded(tmp_path / "h.mp4"), recorded(tmp_path / "h.mkv"), video(tmp_path / "m.mp4")]
    whole += [video(tmp_path / "j.avi", fourcc="MJPG")]
    for suffix in ("png", "jpg", "webp", "tiff"):
        whole.append(tmp_path / f"p.{suffix}")
        cv2.imwrite(str(whole[-1]), make_image(240, 320))
    chance, damaged = random.Random(0), []
    for number in range(200):
        path = whole[number % len(whole)]
        damaged.append(str(tmp_path / f"{number}-{path.name}"))
        Path(damaged[-1]).write_bytes(damage(path.read_bytes(), chance))
    result = subprocess.run(
        [sys.executable, "-c", READ_ALL], input=json.dumps(damaged), capture_output=True, text=True, errors="replace"
    )
    lines = result.stdout.splitlines()
    assert result.returncode == 0, (lines[-1:], result.stderr[-2000:])
    assert lines[-1] == "done"


def damage(data: bytes, chance: random.Random) -> bytes:
    changed, at = bytearray(data), chance.randrange(len(data))
    kind = chance.choice(["flip", "head", "cut", "blank", "insert"])
    if kind == "cut":
        return data[:at]
    if kind == "blank":
        end = min(len(data), at + chance.randrange(1, 3000))
        changed[at:end] = bytes(end - at)
    elif kind == "insert":
        changed[at:at] = chance.randbytes(chance.randrange(1, 3000))
    else:
        for _ in range(chance.choice([1, 5, 50])):
            changed[chance.randrange(len(data) if kind == "flip" else min(len(data), 400))] = chance.randrange(256)
    return bytes(changed)

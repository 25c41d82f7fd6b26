"""Segments of videos against `cv2.VideoCapture`, which reads them from the first frame to the last."""

from __future__ import annotations

import math
import re
import shutil
import subprocess
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from tests.ray.videos import VIDEOS, as_opencv_reads, make

pytest.importorskip("ray", reason="the extra [ray] isn't installed")

from torch_opencv.live.errors import SourceError
from torch_opencv.live.sources import SAMPLE
from torch_opencv.ray.segments import DecodedFrame, decode, plan


def _all(path: Path, seconds: float, **sampling: object) -> list[DecodedFrame]:
    segments, problem = plan(str(path), seconds)
    assert problem == ""
    return [frame for segment in segments for frame in decode(segment, **sampling)]  # type: ignore[arg-type]


@pytest.fixture(scope="module", params=sorted(VIDEOS))
def video(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    codec, options = VIDEOS[request.param]
    if codec not in av.codecs_available:
        pytest.skip(f"PyAV has no {codec} here")
    return make(tmp_path_factory.mktemp("videos") / request.param, codec, options)


@pytest.mark.parametrize("seconds", [1, 60])
def test_each_frame_once_as_opencv_reads_it(video: Path, seconds: float) -> None:
    expected = as_opencv_reads(video)
    frames = _all(video, seconds)
    assert [frame.index for frame in frames] == list(range(len(expected)))
    for frame, (time, image) in zip(frames, expected, strict=True):
        np.testing.assert_array_equal(frame.image.numpy(), image)
        if video.suffix not in (".avi", ".h264"):  # of which OpenCV knows no times
            assert frame.time == pytest.approx(time, abs=1e-6)


@pytest.mark.parametrize("fps", [0.5, 7])
def test_frames_per_second_are_the_same_whatever_the_segments(video: Path, fps: float) -> None:
    every = _all(video, 60)
    periods = [math.floor(Fraction(frame.time).limit_denominator(100_000) * Fraction(fps)) for frame in every]
    wanted = [every[0], *(frame for (a, b), frame in zip(pairwise(periods), every[1:], strict=True) if a != b)]
    for seconds in (1, 60):
        frames = _all(video, seconds, fps=fps)
        assert [frame.index for frame in frames] == [frame.index for frame in wanted]
        for frame, one in zip(frames, wanted, strict=True):
            np.testing.assert_array_equal(frame.image, one.image)


def test_a_video_is_cut_where_key_frames_are(video: Path) -> None:
    segments, _ = plan(str(video), 1)
    assert [one.number for one in segments] == list(range(len(segments)))
    assert [one.first for one in segments] == [0, *np.cumsum([one.frames for one in segments])[:-1]]
    assert (len(segments) >= 4) == (video.suffix != ".h264")  # which has no times
    assert plan(str(video), 1)[0] == segments


def test_frames_at_uneven_times(tmp_path: Path) -> None:
    video = make(tmp_path / "uneven.mp4", "libx264", {"g": "12", "bf": "2"}, uneven=True)
    frames = _all(video, 2)
    assert [frame.index for frame in frames] == list(range(120))
    assert [frame.time for frame in frames] == pytest.approx([time for time, _ in as_opencv_reads(video)])


def test_the_sample() -> None:
    for frame, (time, image) in zip(_all(SAMPLE, 2), as_opencv_reads(SAMPLE), strict=True):
        np.testing.assert_array_equal(frame.image.numpy(), image)
        assert frame.time == pytest.approx(time)


def test_another_size(tmp_path: Path) -> None:
    video = make(tmp_path / "clip.mp4", "libx264", {}, frames=3)
    whole, small = _all(video, 60), _all(video, 60, size=(80, 60))
    assert [tuple(frame.image.shape) for frame in small] == [(60, 80, 3)] * 3
    blocks = whole[0].image.numpy().reshape(60, 2, 80, 2, 3).mean((1, 3))
    assert np.abs(small[0].image.numpy() - blocks).mean() < 4  # the chroma is shrunk by itself


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="there is no ffmpeg to write how a phone was held")
@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_phone_that_was_turned(tmp_path: Path, degrees: int) -> None:
    video, turned = make(tmp_path / "clip.mp4", "libx264", {}, frames=3), tmp_path / "turned.mp4"
    _write_turned(video, turned, degrees)
    assert plan(str(turned), 60)[0][0].frames == 3
    for frame, (_, image) in zip(_all(turned, 60), as_opencv_reads(turned), strict=True):
        np.testing.assert_array_equal(frame.image.numpy(), image)


def _write_turned(video: Path, turned: Path, degrees: int) -> None:
    """By ffmpeg, which has changed how it is told."""
    ways = [
        ["-display_rotation", str(degrees), "-i", video, "-c", "copy"],
        ["-i", video, "-c", "copy", "-metadata:s:v", f"rotate={degrees}"],
    ]
    ended = [
        subprocess.run(["ffmpeg", "-v", "error", "-y", *way, turned], capture_output=True).returncode for way in ways
    ]
    if all(ended):
        pytest.skip("this ffmpeg can't write how a phone was held")


def test_a_video_that_was_cut_short(tmp_path: Path) -> None:
    video = make(tmp_path / "clip.mp4", "libx264", {"g": "12", "movflags": "faststart"})
    _move_index_to_front(video)
    video.write_bytes(video.read_bytes()[: video.stat().st_size // 2])
    segments, problem = plan(str(video), 1)
    assert re.fullmatch("it ends after [0-9]+ of 120 frames: it was cut short, or is damaged", problem)
    damaged: list[str] = []
    frames = [frame.index for segment in segments for frame in decode(segment, damaged=damaged)]
    assert sorted(set(frames)) == frames  # the last ones may refer to what is lost
    assert 40 < len(frames) < 80


def _move_index_to_front(path: Path) -> None:
    """As web videos have it: else nothing of a file that was cut short can be read."""
    packed = path.with_suffix(".front.mp4")
    with av.open(str(path)) as source, av.open(str(packed), "w", options={"movflags": "faststart"}) as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    packed.replace(path)


def test_a_video_that_is_damaged_in_places(tmp_path: Path) -> None:
    video = make(tmp_path / "clip.mkv", "mpeg4", {"g": "12"})
    data = bytearray(video.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 600] = bytes(np.random.default_rng(1).integers(0, 256, 600, dtype=np.uint8))
    video.write_bytes(data)
    segments, _ = plan(str(video), 1)
    frames = [frame.index for segment in segments for frame in decode(segment)]
    assert sorted(set(frames)) == frames
    assert len(frames) > 80


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("empty.mp4", b"", "can't be read as a video"),
        ("noise.mp4", bytes(range(256)) * 20, "can't be read as a video"),
        ("list.m3u8", b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n", "can't be read as a video"),
    ],
)
def test_what_is_no_video(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SourceError, match=reason):
        plan(str(tmp_path / name), 60)


def test_a_video_that_has_changed(tmp_path: Path) -> None:
    video = make(tmp_path / "clip.mp4", "libx264", {"g": "12"})
    last = plan(str(video), 1)[0][-1]
    make(video, "libx264", {"g": "50"}, frames=60)
    with pytest.raises(SourceError, match="has changed since it was cut into segments"):
        list(decode(last))

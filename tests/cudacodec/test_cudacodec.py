"""`cv.cudacodec` reads the frames that `cv2.VideoCapture` reads, and writes videos that it reads again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

import torch_opencv as cv
from torch_opencv.cudacodec._torchcodec import torchcodec
from torch_opencv.errors import TorchOpencvError

codec: Any = cv.cudacodec
Array = np.ndarray


@pytest.fixture
def needs_torchcodec() -> None:
    try:
        torchcodec("encoders")
    except TorchOpencvError as error:
        pytest.skip(str(error))


@pytest.fixture
def video(tmp_path: Path, needs_torchcodec: None) -> Path:
    """Twelve frames of 64 x 48 pixels, in which a square moves."""
    path = tmp_path / "video.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 10, (64, 48))
    for i in range(12):
        frame = np.full((48, 64, 3), (20 * i, 90, 160), np.uint8)
        cv2.rectangle(frame, (4 * i, 10), (4 * i + 12, 30), (0, 255, 10 * i), -1)
        writer.write(frame)
    writer.release()
    return path


def _frames(path: Path) -> list[Array]:
    capture, found = cv2.VideoCapture(str(path)), []
    while (read := capture.read())[0]:
        found.append(read[1])
    return found


def test_reads_what_cv2_reads(video: Path) -> None:
    reader, expected = codec.createVideoReader(str(video)), _frames(video)
    assert len(expected) == 12
    about = reader.format()
    assert (about.codec, about.width, about.height, about.fps, about.valid) == (codec.MPEG4, 64, 48, 10.0, True)
    assert reader.get(cv2.CAP_PROP_FRAME_COUNT) == (True, 12.0)
    assert reader.getVideoReaderProps(codec.VideoReaderProps_PROP_COLOR_FORMAT) == (True, codec.ColorFormat_BGRA)
    found, first = reader.nextFrame()
    assert found and isinstance(first, cv.cuda.GpuMat)
    np.testing.assert_array_equal(first.download(), cv2.cvtColor(expected[0], cv2.COLOR_BGR2BGRA))
    found, second = reader.nextFrame(first)
    assert found and second is first
    np.testing.assert_array_equal(second.download(), cv2.cvtColor(expected[1], cv2.COLOR_BGR2BGRA))
    assert reader.set(codec.ColorFormat_BGR)
    for frame in expected[2:]:
        found, ours = reader.nextFrame(torch.empty(0, dtype=torch.uint8))
        assert found and isinstance(ours, torch.Tensor)
        np.testing.assert_array_equal(ours.cpu(), frame)
    assert reader.get(cv2.CAP_PROP_POS_FRAMES) == (True, 12.0)
    found, nothing = reader.nextFrame()
    assert not found and nothing.empty()
    assert not reader.grab() and not reader.retrieve()[0]


def test_colours_and_layouts(video: Path) -> None:
    frame = _frames(video)[3]
    params = codec.VideoReaderInitParams()
    params.firstFrameIdx = 3
    reader = codec.createVideoReader(video, params=params)
    assert reader.grab()
    for color, expected in (
        (codec.ColorFormat_GRAY, cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)),
        (codec.ColorFormat_RGB, frame[..., ::-1]),
        (codec.ColorFormat_RGBA, cv2.cvtColor(frame, cv2.COLOR_BGR2RGBA)),
        (codec.ColorFormat_BGR, frame),
    ):
        assert reader.setVideoReaderProps(codec.VideoReaderProps_PROP_COLOR_FORMAT, color)
        np.testing.assert_array_equal(reader.retrieve()[1].download(), expected)
    view = torch.zeros(48, 64, 3, 2, dtype=torch.uint8)
    assert reader.retrieve(view[..., 1])[0]
    np.testing.assert_array_equal(view[..., 1], frame)
    assert reader.set(codec.ColorFormat_BGR, planar=True)
    np.testing.assert_array_equal(reader.retrieve(0)[1].download(), np.concatenate(cv2.split(frame)))
    assert not reader.set(codec.ColorFormat_NV_NV12)
    assert not reader.set(codec.ColorFormat_BGR, codec.BitDepth_SIXTEEN)
    assert not reader.retrieve(2)[0]


def test_a_part_is_cut_out_and_resized(video: Path) -> None:
    params = codec.VideoReaderInitParams(srcRoi=(8, 4, 32, 20), targetSz=(16, 10))
    reader = codec.createVideoReader(video, params=params)
    reader.set(codec.ColorFormat_BGR)
    expected = cv2.resize(_frames(video)[0][4:24, 8:40], (16, 10))
    assert np.abs(reader.nextFrame()[1].download().numpy().astype(int) - expected).max() <= 1
    about = reader.format()
    assert (about.width, about.height, about.ulWidth, about.ulHeight) == (16, 10, 64, 48)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_writes_what_cv2_reads(channels: int, tmp_path: Path, needs_torchcodec: None) -> None:
    color = {1: codec.ColorFormat_GRAY, 3: codec.ColorFormat_BGR, 4: codec.ColorFormat_BGRA}[channels]
    shape = (48, 64) if channels == 1 else (48, 64, channels)
    path, params = tmp_path / "written.mkv", codec.EncoderParams()
    params.gopLength = 5
    writer = codec.createVideoWriter(str(path), (64, 48), codec.MPEG4, 12.5, color, params)
    frames = [torch.full(shape, 20 * i, dtype=torch.uint8) for i in range(10)]
    if channels > 1:
        for frame in frames:
            frame[:, 32:, 0] = 200
    for i, frame in enumerate(frames):
        writer.write(cv.cuda.GpuMat.over(frame) if i % 2 else frame)
    assert writer.getEncoderParams().gopLength == 5
    with pytest.raises(ValueError, match=r"argument 'frame' is torch\.uint8 \(4, 4\): pass uint8 \(48, 64"):
        writer.write(torch.zeros(4, 4, dtype=torch.uint8))
    writer.release()
    with pytest.raises(ValueError, match=r"the video is finished"):
        writer.write(frames[0])
    found = _frames(path)
    assert len(found) == 10
    assert cv2.VideoCapture(str(path)).get(cv2.CAP_PROP_FPS) == 12.5
    for frame, theirs in zip(frames, found, strict=True):
        bgr = frame[..., None].expand(-1, -1, 3) if channels == 1 else frame[..., :3]
        assert np.abs(theirs.astype(int) - bgr.numpy()).mean() < 4


def test_what_is_refused(video: Path, tmp_path: Path) -> None:
    with pytest.raises(TorchOpencvError, match=r"'filename' is 'nowhere\.mp4', and there is no such file"):
        codec.createVideoReader("nowhere.mp4")
    text = tmp_path / "text.mp4"
    text.write_text("no video")
    with pytest.raises(TorchOpencvError, match=r"which can't be read as a video \(.*\): pass a video file"):
        codec.createVideoReader(text)
    with pytest.raises(ValueError, match=r"'params' has rawMode, which torchcodec can't do"):
        codec.createVideoReader(video, params=codec.VideoReaderInitParams(rawMode=True))
    with pytest.raises(ValueError, match=r"'sourceParams' is not empty"):
        codec.createVideoReader(video, [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, 1000])
    with pytest.raises(NotImplementedError, match=r"torchcodec makes no histograms"):
        codec.createVideoReader(video).nextFrameWithHist()
    reader = codec.createVideoReader(video)
    with pytest.raises(
        ValueError, match=r"^cv\.cudacodec\.VideoReader\.nextFrame: argument 'frame' is .*, but the result"
    ):
        reader.nextFrame(torch.zeros(4, 4, dtype=torch.uint8))
    with pytest.raises(TorchOpencvError, match=r"can't be written as h264 \(.*\): pass another file name or codec"):
        codec.createVideoWriter(tmp_path / "no-folder" / "video.mp4", (64, 48))
    with pytest.raises(ValueError, match=r"argument 'codec' is 99: pass one such as cv\.cudacodec\.H264"):
        codec.createVideoWriter(tmp_path / "video.mp4", (64, 48), 99)


def test_without_torchcodec_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in sys.modules if name.startswith("torchcodec")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torchcodec", None)
    (tmp_path / "video.mp4").write_bytes(b"0")
    with pytest.raises(
        TorchOpencvError, match=r"^cv\.cudacodec needs torchcodec: pip install 'torch-opencv\[codec\]'$"
    ):
        codec.createVideoReader(tmp_path / "video.mp4")


@pytest.mark.parametrize(
    ("cause", "says"),
    [
        ("Could not load this library: torchcodec/libtorchcodec_image.so", "pip install 'torchcodec==0.13.*'"),
        ("Could not load libtorchcodec.\nlibavutil.so.60: cannot open shared object file", "install FFmpeg"),
    ],
)
def test_a_torchcodec_that_cannot_be_loaded(
    cause: str, says: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = tmp_path / "torchcodec"
    package.mkdir()
    (package / "__init__.py").write_text(f"raise OSError({cause!r})")
    for name in [name for name in sys.modules if name.startswith("torchcodec")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(torch.version, "cuda", None)
    with pytest.raises(TorchOpencvError) as caught:
        torchcodec("decoders")
    assert says in str(caught.value) and "\n" not in str(caught.value)


def test_constants_are_opencvs() -> None:
    assert (codec.H264, codec.ColorFormat_BGR, codec.VideoReaderProps_PROP_PLANAR) == (4, 2, 10)
    assert codec.Uncompressed_NV12 == int.from_bytes(b"NV12", "big")

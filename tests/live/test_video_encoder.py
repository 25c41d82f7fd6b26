from __future__ import annotations

import os
import signal
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
import torch

from torch_opencv.live.errors import OutputError
from torch_opencv.live.video_encoder import VideoEncoder, side_by_side

from .limits import no_file_larger_than
from .media import make_image


def tensor(height: int = 48, width: int = 64) -> torch.Tensor:
    return torch.from_numpy(make_image(height, width))


def shades(count: int, height: int = 48, width: int = 64) -> list[torch.Tensor]:
    """Grey images, each brighter than the one before by 8."""
    return [torch.full((height, width, 3), 8 * (i + 1), dtype=torch.uint8) for i in range(count)]


def read(path: Path) -> list[np.ndarray]:
    capture = cv2.VideoCapture(str(path))
    frames = []
    while (got := capture.read())[0]:
        frames.append(got[1])
    return frames


def times(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [frame.time or 0.0 for frame in container.decode(video=0)]


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".MP4"])
def test_what_is_written_is_read_by_opencv(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    images = shades(25)
    with VideoEncoder(path, fps=10) as recorder:
        for image in images:
            recorder.write(image)
    assert (recorder.frames, recorder.size) == (25, (64, 48))
    for image, back in zip(images, read(path), strict=True):
        assert np.abs(image.numpy().astype(int) - back).max() < 6
    capture = cv2.VideoCapture(str(path))
    assert capture.get(cv2.CAP_PROP_FPS) == pytest.approx(10)
    assert capture.get(cv2.CAP_PROP_FRAME_COUNT) == 25
    with av.open(str(path)) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        assert container.duration == pytest.approx(2.5e6, rel=0.01)


def test_mp4_is_an_ordinary_one_once_it_is_closed(tmp_path: Path) -> None:
    with VideoEncoder(tmp_path / "out.mp4") as recorder:
        for image in shades(30):
            recorder.write(image)
    data = (tmp_path / "out.mp4").read_bytes()
    boxes, at = [], 0
    while at < len(data):
        boxes.append(data[at + 4 : at + 8].decode())
        at += int.from_bytes(data[at : at + 4], "big")
    assert sorted(boxes) == ["free", "ftyp", "mdat", "moov"]  # no moof: no fragments


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_times_are_kept(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    given = [5.0, 5.1, 5.15, 7.0, 7.04, 9.5]
    with VideoEncoder(path, fps=25) as recorder:
        for image, time in zip(shades(len(given)), given, strict=True):
            recorder.write(image, time=time)
    assert times(path) == pytest.approx([time - 5 for time in given], abs=1e-3)


def test_frame_rates_that_are_no_whole_numbers_are_exact(tmp_path: Path) -> None:
    ntsc = Fraction(30000, 1001)
    with VideoEncoder(tmp_path / "out.mp4", fps=float(ntsc)) as recorder:
        for index, image in enumerate(shades(31)):
            recorder.write(image, time=float(index / ntsc))
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert container.streams.video[0].average_rate == ntsc


def test_times_that_stand_still_or_go_back_lose_no_frame(tmp_path: Path) -> None:
    with VideoEncoder(tmp_path / "out.mp4", fps=10) as recorder:
        for image, time in zip(shades(5), [1.0, 1.0, 0.5, 2.0, None], strict=True):
            recorder.write(image, time=time)
    assert times(tmp_path / "out.mp4") == pytest.approx([0, 0, 0, 1.0, 1.1], abs=1e-3)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_clock_that_begins_anew_goes_on_where_it_was(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    with VideoEncoder(path, fps=10) as recorder:
        for image, time in zip(shades(6), [100.0, 100.5, 0.0, 0.4, None, 0.9], strict=True):
            recorder.write(image, time=time)
    assert times(path) == pytest.approx([0, 0.5, 0.6, 1.0, 1.1, 1.5], abs=1e-3)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_pause_is_kept_unless_it_takes_hours(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    with VideoEncoder(path, fps=10) as recorder:
        for image, time in zip(shades(5), [0.0, 600.0, 600.5, 1e9, 1e9 + 1], strict=True):
            recorder.write(image, time=time)
    resumed = 600.5 + 6 * 3600
    assert times(path) == pytest.approx([0, 600, 600.5, resumed, resumed + 1], abs=1e-3)


def test_a_single_image_lasts_a_frame(tmp_path: Path) -> None:
    with VideoEncoder(tmp_path / "out.mp4", fps=1) as recorder:
        recorder.write(tensor())
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert container.duration == pytest.approx(1e6)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (47, 63), (48, 63), (101, 64)])
def test_odd_sizes_are_padded_by_a_pixel(tmp_path: Path, height: int, width: int) -> None:
    image = tensor(height, width)
    with VideoEncoder(tmp_path / "out.mp4") as recorder:
        recorder.write(image)
    (back,) = read(tmp_path / "out.mp4")
    assert back.shape == (height + height % 2, width + width % 2, 3)
    error = np.abs(back[:height, :width].astype(int) - image.numpy())
    assert error.mean() < 8
    if width % 2 and width > 1:
        assert np.abs(back[:, -1].astype(int) - back[:, -2]).mean() < 8


def test_other_sizes_are_fitted_with_black_borders(tmp_path: Path) -> None:
    white = [torch.full((*size, 3), 255, dtype=torch.uint8) for size in ((60, 80), (480, 640), (120, 80), (10, 400))]
    with VideoEncoder(tmp_path / "out.mp4", fps=1) as recorder:
        for image in white:
            recorder.write(image)
    bright = [np.all(frame > 128, axis=2) for frame in read(tmp_path / "out.mp4")]
    assert [mask.sum() for mask in bright] == [60 * 80, 60 * 80, 60 * 40, 2 * 80]
    assert bright[2][:, 20:60].all()  # in the middle


def test_colours_survive_and_say_what_they_are(tmp_path: Path) -> None:
    colours = [(0, 0, 255), (0, 255, 0), (255, 0, 0), (255, 255, 255), (0, 0, 0), (40, 180, 220)]
    image = torch.cat([torch.tensor(c, dtype=torch.uint8).expand(64, 64, 3) for c in colours], dim=1)
    with VideoEncoder(tmp_path / "out.mp4") as recorder:
        recorder.write(image)
    (back,) = read(tmp_path / "out.mp4")
    for index, colour in enumerate(colours):
        assert back[32, 64 * index + 32].tolist() == pytest.approx(colour, abs=8)
    with av.open(str(tmp_path / "out.mp4")) as container:
        context = container.streams.video[0].codec_context
        assert (context.colorspace, context.color_primaries, context.color_trc) == (6, 1, 1)


def test_brightness_is_not_shifted_and_colours_are_averaged(tmp_path: Path) -> None:
    ramp = torch.arange(16, 240, dtype=torch.uint8).repeat_interleave(2).expand(64, -1)[..., None].repeat(1, 1, 3)
    stripes = torch.zeros(64, 448, 3, dtype=torch.uint8)
    stripes[:, 1::2, 2] = 255  # every other column red, beginning with the second
    with VideoEncoder(tmp_path / "out.mp4") as recorder:
        recorder.write(ramp)
        recorder.write(stripes)
    with av.open(str(tmp_path / "out.mp4")) as container:
        grey, red = (frame.to_ndarray() for frame in container.decode(video=0))
    expected = 16 + ramp[..., 0].numpy() * (219 / 255)
    assert abs((grey[:64] - expected).mean()) < 0.2
    v = red[80:].reshape(32, 224)
    assert v.mean() == pytest.approx(128 + 112 / 2, abs=3)  # half as red as red


def test_views_of_tensors_are_recorded(tmp_path: Path) -> None:
    chw = torch.zeros(3, 48, 64, dtype=torch.uint8)
    chw[2] = 200
    with VideoEncoder(tmp_path / "out.mp4") as recorder:
        recorder.write(chw.permute(1, 2, 0))
        recorder.write(tensor(96, 128)[::2, ::2])
    assert read(tmp_path / "out.mp4")[0][20, 20].tolist() == pytest.approx([0, 0, 200], abs=8)


def test_wrong_names_and_places_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    for name in ("out.avi", "out", "out.mp4.txt", ".mp4"):
        with pytest.raises(OutputError, match=r"must end in \.mp4 or \.mkv"):
            VideoEncoder(tmp_path / name)
    with pytest.raises(OutputError, match="there is no folder"):
        VideoEncoder(tmp_path / "missing" / "out.mp4")
    (tmp_path / "folder.mp4").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        VideoEncoder(tmp_path / "folder.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.mp4"]


def test_without_images_there_is_no_file_and_an_old_one_stays(tmp_path: Path) -> None:
    (tmp_path / "old.mp4").write_bytes(b"the last recording")
    VideoEncoder(tmp_path / "new.mp4").close()
    VideoEncoder(tmp_path / "old.mp4").close()
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("old.mp4", b"the last recording")]


@pytest.mark.skipif(os.name == "nt", reason="needs links and named pipes")
def test_recordings_follow_no_links(tmp_path: Path) -> None:
    (tmp_path / "target.mp4").write_text("kept")
    (tmp_path / "link.mp4").symlink_to("target.mp4")
    (tmp_path / "dangling.mp4").symlink_to("elsewhere.mp4")
    os.mkfifo(tmp_path / "pipe.mp4")
    for name in ("link", "dangling"):
        with pytest.raises(OutputError, match=rf"{name}\.mp4 is a link, which recordings don't follow: give the file"):
            VideoEncoder(tmp_path / f"{name}.mp4")
    with pytest.raises(OutputError, match="is a device or a pipe"):
        VideoEncoder(tmp_path / "pipe.mp4")
    assert (tmp_path / "target.mp4").read_text() == "kept"
    assert not (tmp_path / "elsewhere.mp4").exists()


@pytest.mark.skipif(os.name == "nt", reason="needs links")
@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("kind", ["link", "dangling link", "file"])
def test_what_is_put_there_before_the_first_frame_is_left_alone(tmp_path: Path, before: bool, kind: str) -> None:
    (tmp_path / "target").write_text("kept")
    path = tmp_path / "out.mp4"
    if before:
        path.write_text("the last recording")
    recorder = VideoEncoder(path)
    (tmp_path / "theirs").write_text("kept")
    if kind == "file":
        (tmp_path / "theirs").replace(path)
    else:
        path.unlink(missing_ok=True)
        path.symlink_to("target" if kind == "link" else "elsewhere")
    with pytest.raises(OutputError, match=r"out\.mp4 can't be recorded, .*: File exists"):
        recorder.write(tensor())
    recorder.close()
    assert (tmp_path / "target").read_text() == "kept"
    assert not (tmp_path / "elsewhere").exists()
    assert path.read_text() == "kept" if kind == "file" else path.is_symlink()


@pytest.mark.skipif(os.name == "nt", reason="Windows lets nobody move a file that is being written")
def test_what_takes_the_place_of_a_recording_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("kept")
    recorder = VideoEncoder(tmp_path / "out.mp4")
    recorder.write(tensor())
    (tmp_path / "out.mp4").unlink()
    (tmp_path / "out.mp4").symlink_to("target")
    recorder.write(tensor())
    with pytest.raises(OutputError, match="was removed or replaced by another program"):
        recorder.close()
    assert (tmp_path / "target").read_text() == "kept"


def test_a_replaced_file_keeps_its_other_names(tmp_path: Path) -> None:
    (tmp_path / "old.mp4").write_bytes(b"the last recording")
    os.link(tmp_path / "old.mp4", tmp_path / "backup.mp4")
    with VideoEncoder(tmp_path / "old.mp4") as recorder:
        recorder.write(tensor())
    assert (tmp_path / "backup.mp4").read_bytes() == b"the last recording"
    assert len(times(tmp_path / "old.mp4")) == 1


def test_a_name_like_a_protocol_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with VideoEncoder("at 10:30 %d.mp4") as recorder:
        recorder.write(tensor())
    assert len(times(tmp_path / "at 10:30 %d.mp4")) == 1


def test_an_image_that_cannot_be_encoded_leaves_nothing(tmp_path: Path) -> None:
    recorder = VideoEncoder(tmp_path / "out.mp4")
    with pytest.raises(OutputError, match="can't be recorded, at 40000x16 pixels"):
        recorder.write(torch.zeros(16, 40000, 3, dtype=torch.uint8))
    recorder.close()
    assert recorder.failed
    recorder.write(tensor())  # is ignored
    assert not list(tmp_path.iterdir())


def test_a_closed_recording_takes_no_more(tmp_path: Path) -> None:
    recorder = VideoEncoder(tmp_path / "out.mp4")
    recorder.write(tensor())
    recorder.close()
    with pytest.raises(ValueError, match="is closed"):
        recorder.write(tensor())
    assert len(times(tmp_path / "out.mp4")) == recorder.frames == 1
    with pytest.raises(ValueError, match="nan is no time"):
        VideoEncoder(tmp_path / "nan.mp4").write(tensor(), time=float("nan"))


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_full_disk_ends_the_recording_and_keeps_what_plays(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    recorder = VideoEncoder(path)
    noise = torch.Generator().manual_seed(0)
    with no_file_larger_than(300_000), pytest.raises(OutputError, match=r"holds .* frames of the recording, which"):
        for _ in range(100):
            recorder.write(torch.randint(0, 256, (120, 160, 3), dtype=torch.uint8, generator=noise))
    kept = path.read_bytes()
    recorder.write(torch.zeros(120, 160, 3, dtype=torch.uint8))  # ignored: it was said once
    recorder.close()
    assert recorder.failed
    assert path.read_bytes() == kept
    assert 3 < len(read(path)) < 100


def test_the_next_best_encoder_of_h264(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if "libopenh264" not in av.codecs_available:
        pytest.skip("this PyAV has no OpenH264")
    monkeypatch.setattr(av, "codecs_available", av.codecs_available - {"libx264"})
    with VideoEncoder(tmp_path / "out.mp4", fps=25) as recorder:
        for image in (images := shades(20)):
            recorder.write(image)
    for image, back in zip(images, read(tmp_path / "out.mp4"), strict=True):
        assert np.abs(image.numpy().astype(int) - back).max() < 10
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert container.streams.video[0].codec_context.name == "h264"


def test_without_an_h264_encoder_it_says_so_and_takes_mpeg4(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(av, "codecs_available", av.codecs_available - {"libx264", "libopenh264"})
    with VideoEncoder(tmp_path / "out.mp4", fps=25) as recorder:
        for image in (images := shades(20)):
            recorder.write(image)
    assert "can't encode H.264" in caplog.text
    for image, back in zip(images, read(tmp_path / "out.mp4"), strict=True):
        assert np.abs(image.numpy().astype(int) - back).max() < 10


def test_a_lost_frame_would_be_noticed(tmp_path: Path) -> None:
    recorder = VideoEncoder(tmp_path / "out.mp4")
    recorder.write(tensor())
    recorder.frames += 1
    with pytest.raises(OutputError, match=r"holds 1 frames of .* instead of 2"):
        recorder.close()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_killed_recording_plays(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    program = f"""
import os, signal, torch
from torch_opencv.live.video_encoder import VideoEncoder
recorder = VideoEncoder({str(path)!r})
for i in range(100):
    recorder.write(torch.full((48, 64, 3), 2 * i, dtype=torch.uint8))
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", program]).returncode == -signal.SIGKILL
    assert len(read(path)) >= 95


@pytest.mark.parametrize("size", [(48, 64), (96, 128), (24, 32), (48, 32), (100, 30)])
def test_the_original_stands_at_the_left_as_high_as_the_result(size: tuple[int, int]) -> None:
    original, result = torch.full((*size, 3), 50, dtype=torch.uint8), torch.full((48, 80, 3), 200, dtype=torch.uint8)
    both = side_by_side(original, result)
    width = round(size[1] * 48 / size[0])
    assert both.shape == (48, width + 80, 3)
    assert both[:, :width].eq(50).all()
    assert both[:, width:].eq(200).all()
    both.zero_()
    assert original.eq(50).all()
    assert result.eq(200).all()

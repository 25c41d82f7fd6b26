from __future__ import annotations

import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import PIL.Image
import pytest
import torch

import torch_opencv as cv
from torch_opencv import live
from torch_opencv.live import sources
from torch_opencv.live.errors import SourceError
from torch_opencv.live.sources import SAMPLE, Frame, backoff, captures, files, open_source

from .media import RNG, brightening_video, make_image


def frames_of(spec: str | Path | int | None) -> list[Frame]:
    with open_source(spec if spec is None else str(spec)) as source:
        return list(source)


def error_of(spec: str | Path) -> str:
    with pytest.raises(SourceError) as caught:
        open_source(str(spec))
    message = str(caught.value)
    assert "\n" not in message
    return message


# --- videos ---


@pytest.mark.parametrize("name", ["clip.png", "sample", "0"])
def test_a_path_is_a_file_whatever_its_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cv.imwrite("image.png", torch.full((4, 6, 3), 7, dtype=torch.uint8))
    Path("image.png").rename(name)
    for path in (Path(name), tmp_path / name):
        [frame] = live.frames(path)
        assert frame.image.unique().tolist() == [7]
    seen: list[int] = []
    live.run(lambda image: seen.append(int(image[0, 0, 0])) or image, Path(name), view="none")
    assert seen == [7]


def test_sample_is_ten_seconds_in_a_megabyte() -> None:
    frames = frames_of("sample")
    assert SAMPLE.stat().st_size <= 1_000_000
    assert len(frames) == 250
    assert {(tuple(f.image.shape), f.image.dtype, f.source, f.path) for f in frames} == {
        ((360, 640, 3), torch.uint8, "sample", None)
    }
    assert [f.index for f in frames] == list(range(250))
    assert [f.time for f in frames] == pytest.approx([i / 25 for i in range(250)], abs=1e-3)


def test_video_is_what_cv2_reads(tmp_path: Path) -> None:
    path = brightening_video(tmp_path / "clip.mp4", 30, fps=12.5)
    with open_source(str(path)) as source:
        assert (source.name, source.live, source.fps, source.length) == (str(path), False, 12.5, 30)
        frames = list(source)
    capture = cv2.VideoCapture(str(path))
    for frame in frames:
        assert np.array_equal(frame.image.numpy(), capture.read()[1])
        assert frame.time == pytest.approx(frame.index / 12.5)
    assert not capture.read()[0]


def test_frames_stay_as_they_are_when_the_next_are_read() -> None:
    with open_source("sample") as source:
        iterator = iter(source)
        first = next(iterator)
        before, age = first.image.clone(), time.monotonic() - first.captured
        later = [next(iterator).image for _ in range(20)]
    assert torch.equal(first.image, before)
    assert not torch.equal(later[-1], before)
    assert 0 <= age < 60


@pytest.mark.parametrize("count", [1, 1000, 0, -1, -2.3e17, float("nan")])
def test_a_wrong_frame_count_ends_nothing_early(count: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = brightening_video(tmp_path / "clip.mp4", 10)

    class Lying:
        def __init__(self, path: str, backend: int) -> None:
            self._capture = capture_of(path, backend)

        def get(self, prop: int) -> float:
            return count if prop == cv.CAP_PROP_FRAME_COUNT else self._capture.get(prop)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._capture, name)

    capture_of = cv.VideoCapture
    monkeypatch.setattr(cv, "VideoCapture", Lying)
    with open_source(str(path)) as source:
        assert source.length is None or source.length == count
        assert len(list(source)) == 10


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "count", "seconds"),
    [("car-detection.mp4", 377, 30.08), ("asl_gestures_book.mkv", 109, 3.6), ("bottle-detection.mp4", 1189, 39.82)],
)
def test_real_videos(shared_data: Path, name: str, count: int, seconds: float) -> None:
    times = [frame.time for frame in frames_of(shared_data / "video" / name)]
    assert len(times) == count
    assert times == sorted(times)
    assert times[-1] == pytest.approx(seconds, abs=0.05)


@pytest.mark.data
def test_truncated_video_gives_what_can_be_read(
    shared_data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = (shared_data / "video" / "asl_gestures_book.mkv").read_bytes()
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole[:100_000])
    assert 10 < len(frames_of(cut)) < 60
    assert "it may be cut short" in caplog.text


def test_animated_gif_is_a_video(tmp_path: Path) -> None:
    pages = [PIL.Image.fromarray(np.full((20, 30, 3), value, np.uint8)) for value in (0, 120, 240)]
    pages[0].save(tmp_path / "a.gif", save_all=True, append_images=pages[1:], duration=100, loop=1)
    values = [round(float(frame.image.float().mean())) for frame in frames_of(tmp_path / "a.gif")]
    assert values == pytest.approx([0, 120, 240], abs=6)


# --- playlists ---


@pytest.fixture
def connections() -> Iterator[tuple[int, list[bytes]]]:
    """A port of this machine, and what was asked for there."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    asked.append(connection.recv(1000))
                    connection.close()

        taker = threading.Thread(target=take, daemon=True)
        taker.start()
        yield server.getsockname()[1], asked
        server.shutdown(socket.SHUT_RDWR)
        taker.join()


PLAYLISTS = {
    "a.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n",
    "key.m3u8": '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="{}"\n#EXTINF:9,\nclip.ts\n#EXT-X-ENDLIST\n',
    "master.m3u8": "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{}\n",
    "a.ffconcat": "ffconcat version 1.0\nfile {}\n",
    "a.pls": "[playlist]\nFile1={}\n",
    "a.mpd": '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period>'
    '<AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>{}</BaseURL></Representation>'
    "</AdaptationSet></Period></MPD>",
}


@pytest.mark.parametrize("name", PLAYLISTS)
@pytest.mark.parametrize("named", ["http://127.0.0.1:{}/a.ts", "clip.ts"])
def test_a_playlist_leads_nowhere(
    name: str,
    named: str,
    connections: tuple[int, list[bytes]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    port, asked = connections
    # Whatever the user lets FFmpeg do otherwise.
    monkeypatch.setenv("OPENCV_FFMPEG_CAPTURE_OPTIONS", "protocol_whitelist;file,http,tcp,crypto")
    brightening_video(tmp_path / "clip.ts", 10)
    playlist = tmp_path / name
    playlist.write_text(PLAYLISTS[name].format(named.format(port)))
    assert "it is a playlist; give the files or the address that it names" in error_of(playlist)
    disguised = playlist.rename(tmp_path / "clip.mp4")
    assert "can't be read as a video or an image: it is damaged, or of another kind" in error_of(disguised)
    with disguised.open("rb") as file, monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: False, buffer=file))
        patch.chdir(tmp_path)
        assert "standard input can't be read as a video" in error_of("-")
    assert asked == []
    assert len(frames_of(tmp_path / "clip.ts")) == 10


def test_what_would_happen_with_a_playlist(
    connections: tuple[int, list[bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the test before relies on: that OpenCV would be led on, and heeds the variable."""
    port, asked = connections
    monkeypatch.setenv("OPENCV_FFMPEG_CAPTURE_OPTIONS", "protocol_whitelist;file,http,tcp,crypto")
    (tmp_path / "a.m3u8").write_text(PLAYLISTS["a.m3u8"].format(f"http://127.0.0.1:{port}/a.ts"))
    cv2.VideoCapture(str(tmp_path / "a.m3u8"))
    assert b"GET /a.ts" in asked[0]


def test_the_options_of_ffmpeg_are_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    variable = "OPENCV_FFMPEG_CAPTURE_OPTIONS"
    monkeypatch.delenv(variable, raising=False)
    assert len(frames_of("sample")) == 250
    assert variable not in os.environ
    monkeypatch.setenv(variable, "threads;1")
    assert len(frames_of("sample")) == 250
    assert os.environ[variable] == "threads;1"


# --- images ---


def test_folder_in_natural_order(tmp_path: Path) -> None:
    images = {name: make_image() for name in ("img10.png", "img2.png", "IMG1.PNG")}
    for name, pixels in images.items():
        cv2.imwrite(str(tmp_path / name), pixels)
    (tmp_path / "notes.txt").write_text("no image")
    (tmp_path / "._img3.png").write_bytes(b"what macOS leaves on foreign disks")
    (tmp_path / "folder.png").mkdir()
    with open_source(str(tmp_path)) as source:
        assert (source.length, source.still) == (4, True)  # the folder isn't opened before its turn comes
        frames = list(source)
    names = [Path(frame.path or "").name for frame in frames]
    assert names == ["IMG1.PNG", "img2.png", "img10.png"]
    assert [(frame.index, frame.time, frame.source) for frame in frames] == [
        (i, float(i), str(tmp_path)) for i in range(3)
    ]
    for frame, name in zip(frames, names, strict=True):
        assert np.array_equal(frame.image.numpy(), images[name])


def test_glob_takes_what_it_names(tmp_path: Path) -> None:
    for name in ("a/1.png", "a/2.jpg", "b/3.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        cv2.imwrite(str(tmp_path / name), make_image())
    found = [frame.path for frame in frames_of(tmp_path / "**" / "*.png")]
    assert found == [str(tmp_path / "a/1.png"), str(tmp_path / "b/3.png")]
    assert "no file matches" in error_of(tmp_path / "*.webp")


def test_a_name_with_brackets_is_a_file_first(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "holiday[1].png"), make_image())
    (frame,) = frames_of(tmp_path / "holiday[1].png")
    assert frame.path is None


def test_unreadable_among_good_ones_is_skipped_and_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for index in (1, 3, 5):
        cv2.imwrite(str(tmp_path / f"{index}.png"), make_image())
    (tmp_path / "0.png").write_bytes(b"")
    (tmp_path / "2.jpg").write_bytes(b"\xff\xd8\xff no jpeg")
    (tmp_path / "4.png").write_bytes((tmp_path / "3.png").read_bytes()[:60])
    with open_source(str(tmp_path)) as source:
        frames = list(source)
        assert source.skipped == [str(tmp_path / name) for name in ("0.png", "2.jpg", "4.png")]
    assert [frame.index for frame in frames] == [0, 1, 2]
    for path in source.skipped:
        assert caplog.text.count(f"skipped {path}") == 1


def test_a_file_that_vanishes_meanwhile_is_skipped(tmp_path: Path) -> None:
    for index in range(3):
        cv2.imwrite(str(tmp_path / f"{index}.png"), make_image())
    with open_source(str(tmp_path)) as source:
        (tmp_path / "1.png").unlink()
        assert len(list(source)) == 2
        assert source.skipped == [str(tmp_path / "1.png")]


def test_every_kind_of_image_becomes_bgr(tmp_path: Path) -> None:
    grey = make_image(channels=1)
    cv2.imwrite(str(tmp_path / "grey.png"), grey)
    cv2.imwrite(str(tmp_path / "deep.png"), RNG.integers(0, 65536, (48, 64, 3), np.uint16))
    cv2.imwrite(str(tmp_path / "alpha.png"), make_image(channels=4))
    for name in ("grey", "deep", "alpha"):
        (frame,) = frames_of(tmp_path / f"{name}.png")
        assert (frame.image.dtype, tuple(frame.image.shape), frame.time) == (torch.uint8, (48, 64, 3), 0.0)
    (frame,) = frames_of(tmp_path / "grey.png")
    assert np.array_equal(frame.image.numpy(), np.repeat(grey, 3, axis=2))


def test_exif_orientation_is_followed(tmp_path: Path) -> None:
    pixels = np.zeros((40, 80, 3), np.uint8)
    pixels[:, :40] = 255  # left half white
    exif = PIL.Image.Exif()
    exif[0x0112] = 6  # to be turned right by 90 degrees
    PIL.Image.fromarray(pixels).save(tmp_path / "turned.jpg", exif=exif, quality=95)
    (frame,) = frames_of(tmp_path / "turned.jpg")
    assert tuple(frame.image.shape) == (80, 40, 3)
    assert frame.image[:36].float().mean() > 250
    assert frame.image[44:].float().mean() < 5


def test_an_image_without_a_suffix_is_found_out(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), pixels := make_image())
    (tmp_path / "a.png").rename(tmp_path / "download")
    (frame,) = frames_of(tmp_path / "download")
    assert np.array_equal(frame.image.numpy(), pixels)


# --- cameras, which this machine may not have: a capture that plays one ---


class FakeCamera:
    """Opens as cameras 1 and 2 only; 1 gives no image, 2 gives three 16-bit grey ones after the test's first."""

    unplugged = 0  # so many attempts at opening camera 2 fail

    def __init__(self, device: int) -> None:
        self._device = device
        self._left = {2: 4}.get(device, 0)
        self.released = False
        if FakeCamera.unplugged:
            FakeCamera.unplugged -= 1
            self._device = -1

    def isOpened(self) -> bool:  # noqa: N802
        return self._device in (1, 2)

    def read(self) -> tuple[bool, torch.Tensor | None]:
        assert not self.released
        if not self._left:
            return False, None
        self._left -= 1
        return True, torch.full((6, 8), 65535, dtype=torch.uint16)

    def get(self, prop: int) -> float:
        return 30.0 if prop == cv.CAP_PROP_FPS else 0.0

    def release(self) -> None:
        self.released = True


@pytest.fixture
def cameras(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cv, "VideoCapture", FakeCamera)
    monkeypatch.setattr(FakeCamera, "unplugged", 0)
    monkeypatch.setattr(captures, "_missing_device", lambda device: "")
    monkeypatch.setattr(captures, "_camera_numbers", lambda: [0, 1, 2])
    monkeypatch.setattr(backoff, "FIRST", 0.01)
    monkeypatch.setattr(backoff, "LONGEST", 0.05)


@pytest.mark.usefixtures("cameras")
def test_camera() -> None:
    with open_source(2) as source:
        assert (source.name, source.live, source.fps, source.length, source.inputs) == ("camera 2", True, 30, None, ())
        frames = list(islice(source, 3))
    assert [frame.index for frame in frames] == [0, 1, 2]
    assert 0 <= frames[0].time <= frames[2].time < 60
    assert all(frame.image.dtype == torch.uint8 and frame.image.eq(255).all() for frame in frames)
    assert tuple(frames[0].image.shape) == (6, 8, 3)


@pytest.mark.usefixtures("cameras")
def test_an_unplugged_camera_is_found_again(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with open_source(2) as source:
        iterator = iter(source)
        frames = [next(iterator) for _ in range(3)]
        FakeCamera.unplugged = 3
        frames += [next(iterator) for _ in range(2)]
        assert FakeCamera.unplugged == 0
        assert source.state == "live"
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4]
    assert [frame.time for frame in frames] == sorted(frame.time for frame in frames)
    assert caplog.text.count("camera 2 is lost: it gives no more frames; was it unplugged?") == 1
    assert caplog.text.count("camera 2 is back after") == 1


@pytest.mark.usefixtures("cameras")
def test_a_lost_camera_can_be_closed() -> None:
    source = open_source(2)
    frames: list[Frame] = []
    thread = threading.Thread(target=lambda: frames.extend(source), daemon=True)
    FakeCamera.unplugged = 10**9
    thread.start()
    while source.state != "lost":
        time.sleep(0.001)
    source.close()
    thread.join(60)
    assert not thread.is_alive()
    assert len(frames) == 3


@pytest.mark.usefixtures("cameras")
def test_a_camera_whose_read_hangs_can_be_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hanging(FakeCamera):
        def read(self) -> tuple[bool, torch.Tensor | None]:
            assert not self.released
            if self._left == 1:
                hangs.set()
                back.wait(60)
            return super().read()

        def release(self) -> None:
            assert back.is_set()  # or the process would crash
            super().release()

    hangs, back = threading.Event(), threading.Event()
    monkeypatch.setattr(cv, "VideoCapture", Hanging)
    monkeypatch.setattr(captures, "_CLOSING_S", 0.01)
    source = open_source(2)
    capture = source._capture  # type: ignore[attr-defined]
    frames: list[Frame] = []
    thread = threading.Thread(target=lambda: frames.extend(source), daemon=True)
    thread.start()
    assert hangs.wait(60)
    source.close()  # comes back, although the read doesn't
    assert not capture.released
    back.set()
    thread.join(60)
    assert not thread.is_alive()
    assert capture.released


@pytest.mark.usefixtures("cameras")
def test_camera_that_cannot_be_used() -> None:
    assert "camera 0 can't be opened" in error_of("0")
    assert "camera 1 gives no frame" in error_of("1")


@pytest.mark.usefixtures("cameras")
def test_without_a_source_the_first_working_camera_is_taken(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(sys, "platform", "linux")
    assert open_source().name == "camera 2"
    assert "this is camera 2" in caplog.text


def test_without_a_source_or_camera_the_sample_is_taken(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(sources, "first_camera", lambda: None)
    assert open_source().name == "sample"
    assert "no camera found" in caplog.text


# --- what can't be used ---


def test_missing_camera_is_said_without_opencv_saying_it_too(capfd: pytest.CaptureFixture[str]) -> None:
    assert "no camera 47" in error_of("47") or "camera 47 can't be opened" in error_of("47")
    assert capfd.readouterr() == ("", "")


def test_unusable_files(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("this is no video")
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "half.mp4").write_bytes(SAMPLE.read_bytes()[:1000])
    (tmp_path / "bad.jpg").write_text("this is no image")
    (tmp_path / "folder").mkdir()
    (tmp_path / "all-bad").mkdir()
    for name in ("1.png", "2.png"):
        (tmp_path / "all-bad" / name).write_text("this is no image")
    assert "can't be read as a video or an image" in error_of(tmp_path / "text.mp4")
    assert "is empty (0 bytes)" in error_of(tmp_path / "empty.mp4")
    assert "can't be read as a video or an image" in error_of(tmp_path / "half.mp4")
    assert "can't be read as an image" in error_of(tmp_path / "bad.jpg")
    assert "no images or videos in the folder" in error_of(tmp_path / "folder")
    assert "none of the 2 files" in error_of(tmp_path / "all-bad")
    assert "no such file or folder" in error_of(tmp_path / "nothing.mp4")
    assert "no such file or folder" in error_of("")
    assert "no such file or folder" in error_of("x" * 5000)


def test_a_password_is_never_repeated() -> None:
    message = error_of("rtsp://user:secret@127.0.0.1:1/stream")
    assert "secret" not in message
    assert "can't be read" in message


def test_a_visitors_camera_needs_the_page() -> None:
    assert "--view browser" in error_of("browser")


def test_natural_order_of_digits_and_letters() -> None:
    names = ["a10", "a9b2", "a9b10", "b", "A1", "007", "٣"]
    assert sorted(map(Path, names), key=files._natural) == list(
        map(Path, ["007", "A1", "a9b2", "a9b10", "a10", "b", "٣"])
    )


# --- seeking ---


@pytest.mark.parametrize("suffix", [".mp4", ".avi", ".mkv"])
def test_a_video_goes_to_another_place_and_back_even_after_its_end(tmp_path: Path, suffix: str) -> None:
    with open_source(str(brightening_video(tmp_path / f"clip{suffix}", 30))) as source:
        frames = list(source)
        assert source.seekable
        assert source.duration == pytest.approx(30 / 25)
        for seconds, index in ((0.0, 0), (10 / 25, 10), (29 / 25, 29), (0.2, 5), (99.0, 29), (0.0, 0)):
            source.seek(seconds)
            again = list(source)
            assert [frame.index for frame in again] == list(range(index, 30))
            assert all(torch.equal(a.image, b.image) for a, b in zip(again, frames[index:], strict=True))
            assert again[0].time == pytest.approx(frames[index].time, abs=0.001)


def test_images_go_to_another_second(tmp_path: Path) -> None:
    for shade in range(4):
        cv.imwrite(str(tmp_path / f"{shade}.png"), torch.full((8, 8, 3), shade, dtype=torch.uint8))
    (tmp_path / "2.png").write_bytes(b"broken")
    with open_source(str(tmp_path)) as source:
        assert (source.seekable, source.duration) == (True, 4)
        assert [int(frame.image[0, 0, 0]) for frame in source] == [0, 1, 3]
        for seconds, shades in ((0.0, [0, 1, 3]), (1.9, [1, 3]), (9.0, [3])):
            source.seek(seconds)
            assert [int(frame.image[0, 0, 0]) for frame in source] == shades
        assert len(source.skipped) == 1


def test_a_single_image_has_no_other_place(tmp_path: Path) -> None:
    cv.imwrite(str(tmp_path / "a.png"), torch.zeros(8, 8, 3, dtype=torch.uint8))
    with open_source(str(tmp_path / "a.png")) as source:
        assert not source.seekable
        with pytest.raises(TypeError, match="isn't seekable"):
            source.seek(0)

"""What is taken for a camera, and what it is called where it is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("ray", reason="the extra [ray] isn't installed")

from torch_opencv.live.errors import SourceError
from torch_opencv.ray.cameras.named import are_cameras, named

SECRET = "s3cr3t-w0rd"


def write(folder: Path, text: str) -> str:
    path = folder / "cameras.txt"
    path.write_text(text)
    return str(path)


def test_a_list_names_cameras_one_a_line(tmp_path: Path) -> None:
    listed = write(tmp_path, f"# the yard\n\n  rtsp://anna:{SECRET}@10.0.0.7:554/live\n0\n/dev/video1\n")

    cameras = named([listed, "https://camera.example/stream"])

    assert [camera.number for camera in cameras] == [0, 1, 2, 3]
    assert [camera.shown for camera in cameras] == [
        "rtsp://***@10.0.0.7:554/live",
        "camera 0",
        "/dev/video1",
        "https://camera.example/stream",
    ]
    assert [camera.stem for camera in cameras] == [
        "0000-10.0.0.7-554-live",
        "0001-camera-0",
        "0002-dev-video1",
        "0003-camera.example-stream",
    ]
    assert cameras[0].spec == f"rtsp://anna:{SECRET}@10.0.0.7:554/live"
    assert SECRET not in repr(cameras)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            f"rtsp://10.0.0.7/live\nrtsp://anna:{SECRET}@/live\n",
            "line 2 of .* is wrong: the rtsp:// address names no host",
        ),
        (f"0\nftp://anna:{SECRET}@10.0.0.7/\n", "line 2 of .* is wrong: ftp:// can't be read"),
        (f"0\n\nclip-{SECRET}.mp4\n", "line 3 of .* is no camera"),
        ("# nothing\n", "no camera is named"),
    ],
)
def test_what_is_wrong_with_a_list_is_said_in_a_line_without_secrets(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SourceError, match=said) as caught:
        named([write(tmp_path, text)])

    assert SECRET not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_list_that_is_none_is_said_in_a_line(tmp_path: Path) -> None:
    path = tmp_path / "cameras.txt"
    with pytest.raises(SourceError, match="can't be read: No such file"):
        named([str(path)])
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceError, match="isn't text in UTF-8"):
        named([str(path)])


def test_files_are_an_archive_and_no_cameras(tmp_path: Path) -> None:
    assert are_cameras(["rtsp://10.0.0.7/live"])
    assert are_cameras(["3"])
    assert are_cameras([write(tmp_path, "# yard\nrtsp://10.0.0.7/live\n")])
    assert not are_cameras([write(tmp_path, "a.mp4\nb.mp4\n")])
    assert not are_cameras(["archive/*.mp4", "photos"])

"""``torch-opencv caption``: its files, going on after an interruption, and what it says of bad inputs."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
import torch

from tests.live.media import brightening_video
from torch_opencv.apps import caption
from torch_opencv.cli.main import main
from torch_opencv.vision.caption.captioner import Caption, Captioner


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch, somewhere: Path) -> None:
    """A captioner without a network: it names a colour."""

    def init(self: Captioner, model: str, **options: Any) -> None:
        self.model = model

    def batch(self: Captioner, frames: Sequence[torch.Tensor]) -> list[Caption]:
        values = [int(frame.float().mean()) for frame in frames]
        return [
            Caption("a white cat <b>in snow</b>" if value > 40 else "nothing but darkness", -1.0) for value in values
        ]

    monkeypatch.setattr(caption.Captioner, "__init__", init)
    monkeypatch.setattr(caption.Captioner, "batch", batch)


def photos(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(exist_ok=True)
        assert cv2.imwrite(name, np.full((30, 40, 3), 200, np.uint8))


def lines(path: str = "out.jsonl") -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


def test_subtitles_and_a_page_of_a_video(capfd: pytest.CaptureFixture[str]) -> None:
    brightening_video(Path("clip.mp4"), 100)
    arguments = ["clip.mp4", "--results", "a.csv", "--srt", "a.srt", "--vtt", "a.vtt", "--html", "a.html"]
    assert main(["caption", *arguments]) == 0
    err = capfd.readouterr().err
    assert "100 frames in " in err
    assert "results in a.csv, a.srt, a.vtt and a.html\n" in err
    with av.open("a.srt") as container:
        packets = [packet for packet in container.demux() if packet.size]
    assert [bytes(packet).decode() for packet in packets] == ["nothing but darkness", "a white cat ‹b›in snow‹/b›"]
    times = [float(packet.pts * packet.time_base) for packet in packets]
    assert times[0] == 0
    assert 1 <= times[1] < 2.5  # it becomes brighter by one with each of 25 frames a second
    assert times[1] + float(packets[1].duration * packets[1].time_base) == pytest.approx(4, abs=0.05)
    assert "-->" in Path("a.vtt").read_text()
    page = Path("a.html").read_text()
    assert page.count("<figure>") == 2
    assert "a white cat &lt;b&gt;in snow" in page

    assert main(["caption", *arguments]) == 2
    assert "exists: give --overwrite to replace it" in capfd.readouterr().err
    assert main(["caption", *arguments, "--overwrite", "--quiet"]) == 0
    assert capfd.readouterr() == ("", "")


def test_ctrl_c_leaves_whole_files(monkeypatch: pytest.MonkeyPatch) -> None:
    brightening_video(Path("clip.mp4"), 250)
    calls = []
    inner = Captioner.batch

    def interrupting(self: Captioner, frames: Sequence[torch.Tensor]) -> list[Caption]:
        calls.append(len(frames))
        if len(calls) == 10:
            os.kill(os.getpid(), signal.SIGINT)
        return inner(self, frames)

    monkeypatch.setattr(caption.Captioner, "batch", interrupting)
    assert main(["caption", "clip.mp4", "--srt", "a.srt", "--html", "a.html", "--caption-every", "2"]) == 130
    assert Path("a.srt").read_text().startswith("1\n00:00:00,000 --> ")
    assert Path("a.html").read_text().endswith("</html>\n")
    assert not list(Path().glob(".*"))


def test_a_folder_goes_on_where_it_was_left(capfd: pytest.CaptureFixture[str]) -> None:
    photos(*(f"in/{number}.png" for number in range(12)))
    Path("in/5.png").write_bytes(b"no picture")
    arguments = ["caption", "in", "--results", "out.jsonl", "--html", "page.html", "--resume"]
    assert main([*arguments, "--max-frames", "4"]) == 0
    assert Path("page.html").read_text().count("<figure>") == 4
    with Path("out.jsonl").open("a") as file:
        file.write('{"frame": 4, "ti')  # as a computer that is switched off leaves it
    capfd.readouterr()
    assert main(arguments) == 0
    err = capfd.readouterr().err
    assert "4 of 12 images of in are in out.jsonl already" in err
    assert err.count("skipped in/5.png: it can't be read as an image") == 1
    assert "7 frames in " in err
    assert [line["path"] for line in lines()] == [f"in/{number}.png" for number in range(12) if number != 5]
    assert [line["frame"] for line in lines()] == list(range(11))
    assert Path("page.html").read_text().count("<figure>") == 11
    before = Path("out.jsonl").read_bytes()
    assert main(arguments) == 0
    assert Path("out.jsonl").read_bytes() == before
    assert "0 frames in " in capfd.readouterr().err
    photos("in/5.png")
    assert main([*arguments, "--quiet"]) == 0
    assert len(lines()) == 12


def test_results_of_something_else_are_not_gone_on_with(capfd: pytest.CaptureFixture[str]) -> None:
    photos("in/a.png", "b.png")
    Path("video.jsonl").write_text('{"frame": 0, "source": "clip.mp4"}\n')
    Path("text.jsonl").write_text("a text\n")
    for arguments, message in (
        (["in", "--results", "video.jsonl"], "video.jsonl can't be resumed: not each of its lines is of an image"),
        (["in", "--results", "text.jsonl"], "text.jsonl can't be resumed"),
        (["in"], "--resume goes on with a file of results: give it, as --results out.jsonl"),
        (["in", "--results", "a.csv"], "--resume goes on with a file of results"),
        (["b.png", "--results", "a.jsonl"], "--resume is for folders, globs and lists of images, and b.png is none"),
        (
            ["in", "--results", "a.jsonl", "--overwrite"],
            "--resume goes on with what there is, and --overwrite replaces",
        ),
    ):
        assert main(["caption", *arguments, "--resume"]) == 2
        out, err = capfd.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        assert message in err
    assert Path("text.jsonl").read_text() == "a text\n"
    assert not list(Path().glob("a.*"))


def test_a_single_picture_is_answered(capfd: pytest.CaptureFixture[str]) -> None:
    photos("a.png")
    assert main(["caption", "a.png"]) == 0
    assert capfd.readouterr().out.startswith("a.png\n  a white cat <b>in snow</b>")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["in", "--srt", "a.srt"], "--srt is for one video file, and in is none: use --results"),
        (["clip.mp4", "clip.mp4", "--vtt", "a.vtt"], "--vtt is for one video file, and there are 2 sources"),
        (["clip.mp4", "--srt", "a.txt"], "--srt a.txt: the name must end in .srt"),
        (["clip.mp4", "--html", "a.htm"], "--html a.htm: the name must end in .html"),
        (["clip.mp4", "--srt", "none/a.srt"], "there is no folder none to write a.srt in"),
        (["clip.mp4", "--srt", "a.srt", "--html", "clip.mp4"], "the name must end in .html"),
        (["empty", "--html", "a.html"], "no images or videos in the folder empty"),
        (["bad", "--html", "a.html"], "bad/a.jpg can't be read as an image"),
        (["clip.mp4", "--temperature", "0"], "Invalid value for '--temperature'"),
        (["clip.mp4", "--caption-every", "0"], "Invalid value for '--caption-every'"),
    ],
)
def test_bad_inputs(arguments: list[str], message: str, capfd: pytest.CaptureFixture[str]) -> None:
    photos("in/a.png")
    brightening_video(Path("clip.mp4"), 5)
    Path("empty").mkdir()
    Path("bad").mkdir()
    Path("bad/a.jpg").write_bytes(b"\xff\xd8\xff")
    assert main(["caption", *arguments, "--view", "none"]) == 2
    out, err = capfd.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert message in err
    assert not list(Path().glob("a.*"))

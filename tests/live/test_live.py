"""`live.run` and `live.frames`, as a user's own script calls them."""

from __future__ import annotations

import json
import threading
import time
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
import torch

from tests.live.doubles import Shades
from tests.live.media import brightening_video
from torch_opencv import live


class Least:
    """All that an app needs."""

    def process(self, image: torch.Tensor) -> float:
        return image.float().mean().item()

    def draw(self, image: torch.Tensor, result: float) -> torch.Tensor:
        image[:10] = round(result)
        return image


def captures() -> int:
    return sum(thread.name.startswith("capture") for thread in threading.enumerate())


def test_a_model_of_ones_own(tmp_path: Path) -> None:
    video = brightening_video(tmp_path / "clip.mp4", 10)
    report = live.run(Least(), str(video), view="none", record=tmp_path / "out.mp4")
    assert (report.frames, report.ended) == (10, "done")
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == 10


def test_several_sources_by_what_they_are(tmp_path: Path) -> None:
    class WithFields(Least):
        def fields(self, result: float) -> dict[str, object]:
            return {"mean": round(result)}

    video = brightening_video(tmp_path / "clip.mp4", 3)
    cv2.imwrite(str(tmp_path / "a.png"), np.full((48, 64, 3), 99, np.uint8))
    sources = [str(video), str(tmp_path / "a.png"), Shades(2)]
    live.run(WithFields(), sources, view="none", results=tmp_path / "out.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert sorted((line["source"], line["frame"]) for line in lines) == sorted(
        [(str(video), 0), (str(video), 1), (str(video), 2), (str(tmp_path / "a.png"), 0), ("shades", 0), ("shades", 1)]
    )


def test_the_browser_where_there_is_no_window(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("torch_opencv.live.resources.why_no_window", lambda: "there is no display")
    report = live.run(Least(), str(brightening_video(tmp_path / "clip.mp4", 3)), port=0, max_frames=3)
    assert report.shown == 3
    assert "open http://127.0.0.1:" in capsys.readouterr().err


@pytest.mark.parametrize("output", [{"record": "out.mp4"}, {"results": "out.jsonl"}])
def test_a_batch_without_a_display_ends_by_itself(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path, output: dict[str, str]
) -> None:
    class WithFields(Least):
        def fields(self, result: float) -> dict[str, object]:
            return {}

    caplog.set_level("INFO")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("torch_opencv.live.resources.why_no_window", lambda: "there is no display")
    still = Shades(1)
    still.still = True  # with a view, this would stay until somebody quits
    assert live.run(WithFields(), still, **output).ended == "done"  # type: ignore[arg-type]
    assert (tmp_path / next(iter(output.values()))).stat().st_size
    assert "no window can be shown here, so nothing is shown; give --view browser for a page" in caplog.text


@pytest.mark.parametrize(
    "asked", [{"port": 0}, {"token": "a-token_for.tests"}, {"view": "window"}, {"view": "browser"}]
)
def test_a_batch_that_asks_for_a_page_has_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, asked: dict[str, object]
) -> None:
    monkeypatch.setattr("torch_opencv.live.resources.why_no_window", lambda: "there is no display")
    live.run(Least(), Shades(1), record=tmp_path / "out.mp4", **asked)  # type: ignore[arg-type]
    assert "open http://127.0.0.1:" in capsys.readouterr().err


def test_two_programs_do_not_take_one_another_the_port(capsys: pytest.CaptureFixture[str]) -> None:
    class Inner(Least):
        def process(self, image: torch.Tensor) -> float:
            if not done:
                done.append(live.run(Least(), Shades(1), view="browser", max_frames=1).frames)
            return super().process(image)

    done: list[int] = []
    live.run(Inner(), Shades(1), view="browser", max_frames=1)
    assert done == [1]
    addresses = [line.split()[2] for line in capsys.readouterr().err.splitlines()]
    assert len(set(addresses)) == 2


def test_what_cannot_be_used_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(live.SourceError, match="no such file"):
        live.run(Least(), "clip.mp4", view="none")
    source = Shades(1)
    with pytest.raises(live.OutputError, match="must end in"):
        live.run(Least(), source, view="none", record=tmp_path / "out.avi")
    with pytest.raises(live.SourceError, match="17 sources are too many"):
        live.run(Least(), [Shades(1) for _ in range(17)], view="none")


# --- frames ---


def test_every_frame_of_a_file(tmp_path: Path) -> None:
    video = brightening_video(tmp_path / "clip.mp4", 30)
    with live.open_source(str(video)) as source:
        expected = list(source)
    frames = list(live.frames(str(video)))
    assert [frame.index for frame in frames] == list(range(30))
    assert all(torch.equal(a.image, b.image) for a, b in zip(frames, expected, strict=True))
    assert captures() == 0


def test_the_newest_frame_of_a_live_source() -> None:
    source = Shades(200, live=True, after=lambda index: time.sleep(0.005))
    seen = []
    for frame in live.frames(source):
        seen.append(frame.index)
        time.sleep(0.05)
    assert seen == sorted(set(seen))
    assert len(seen) < 100
    assert seen[-1] == 199
    assert source.closed


def test_leaving_early_closes_the_source() -> None:
    source = Shades(10**6)
    assert len(list(islice(live.frames(source), 5))) == 5
    assert source.closed
    assert captures() == 0
    assert source.read < 20


def test_an_error_of_the_source_comes_after_its_frames() -> None:
    frames = live.frames(Shades(10, after=lambda index: 1 / (index - 4)))
    assert [next(frames).index for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(ZeroDivisionError):
        next(frames)

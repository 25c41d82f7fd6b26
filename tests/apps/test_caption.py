"""The program around the captioner: what is shown, faded, listed and written.

The sentences are of a captioner that only sees how bright a frame is.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

import torch_opencv as cv
from tests.live.doubles import Screen, Shades
from torch_opencv import live
from torch_opencv.apps import caption
from torch_opencv.apps.caption import Captions
from torch_opencv.live.events import Key
from torch_opencv.live.loop import run
from torch_opencv.live.views import ViewEvent
from torch_opencv.vision.caption.captioner import Caption

DARK, BRIGHT = "a dark night at sea", "the bright sun over snow"


class Fake:
    """Says what a frame's brightness is like."""

    def __init__(self, model: str, **options: Any) -> None:
        self.batches: list[int] = []

    def batch(self, frames: Sequence[torch.Tensor]) -> list[Caption]:
        self.batches.append(len(frames))
        return [
            Caption(BRIGHT if int(frame.float().mean()) > 99 else DARK, -1.25, ("something else",)) for frame in frames
        ]


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caption, "Captioner", Fake)


def frame(shade: int) -> torch.Tensor:
    return torch.full((90, 160, 3), shade, dtype=torch.uint8)


def shown(program: Captions, shades: Sequence[int], source: int = 0) -> list[str]:
    return [program.process_sources([frame(shade)], [source])[0].shown for shade in shades]


def test_a_sentence_is_shown_once_it_has_held_in_each_source_for_itself() -> None:
    program = Captions(holds=2)
    assert shown(program, [0, 200, 0, 200, 200]) == [DARK, DARK, DARK, DARK, BRIGHT]
    assert shown(program, [200, 0, 0], source=7) == [BRIGHT, BRIGHT, DARK]
    results = program.process_sources([frame(200), frame(0)], [0, 7])
    assert [one.shown for one in results] == [BRIGHT, DARK]


def test_what_is_written_is_what_was_said_of_the_frame() -> None:
    program = Captions(alternatives=2)
    program.process_sources([frame(0)], [0])
    (result,) = program.process_sources([frame(200)], [0])
    assert result.shown == DARK
    assert program.fields(result) == {
        "caption": BRIGHT,
        "logprob": -1.25,
        "alternatives": ["something else", None],  # as many in each line, so that tables have the same columns
    }
    assert program.summary() == f"said: {DARK} (1); {BRIGHT} (1)"


def test_frames_between_those_that_are_captioned_keep_the_sentence() -> None:
    program = Captions(every=3, holds=1)
    assert shown(program, [0, 200, 200, 200, 0, 0, 0]) == [DARK] * 3 + [BRIGHT] * 3 + [DARK]
    assert program._captioner.batches.count(1) == 3  # type: ignore[attr-defined]
    # A source that comes later has a rhythm of its own.
    assert shown(program, [200], source=1) == [BRIGHT]


def test_images_of_a_folder_stand_for_themselves() -> None:
    program = Captions(follow=False)
    assert shown(program, [0, 200, 0]) == [DARK, BRIGHT, DARK]


def difference(program: Captions, result: caption.Captioned, text: str) -> float:
    drawn = program.draw(frame(90), result).float()
    return float((drawn - caption.draw_caption(frame(90), text, lines=3).float()).abs().mean())


def test_a_new_sentence_comes_out_of_the_old_one() -> None:
    program = Captions(holds=1, fade_frames=4)
    results = [program.process_sources([frame(shade)], [0])[0] for shade in [0] * 3 + [200] * 6]
    assert difference(program, results[2], DARK) == 0
    to_old = [difference(program, one, DARK) for one in results[3:]]
    to_new = [difference(program, one, BRIGHT) for one in results[3:]]
    assert to_old == sorted(to_old)
    assert to_new == sorted(to_new, reverse=True)
    assert min(to_old[:4]) > 0
    assert to_new[3] > to_new[4] == 0
    assert results[3].shown == BRIGHT


def test_of_live_sources_it_comes_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(caption.time, "monotonic", lambda: now[0])
    program = Captions(holds=1)
    program.process_sources([frame(0)], [0])
    (result,) = program.process_sources([frame(200)], [0])
    assert difference(program, result, DARK) == 0
    now[0] += 0.2
    assert difference(program, result, DARK) > 0 < difference(program, result, BRIGHT)
    now[0] += 0.2
    assert difference(program, result, BRIGHT) == 0


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (160, 120), (240, 426), (24, 16)])
def test_it_can_be_drawn_at_any_size(width: int, height: int) -> None:
    program = Captions()
    image = torch.full((height, width, 3), 255, dtype=torch.uint8)
    drawn = program.draw(image.clone(), program.process(image))
    assert drawn.shape == image.shape
    assert torch.equal(drawn, image) == (width == 24)  # where nothing could be read, nothing is drawn


def test_the_panel_lists_the_latest_sentences() -> None:
    program = Captions(holds=1)
    assert program.panel() is program.panel()
    before = program.panel()
    shown(program, [0, 0, 200])
    panel = program.panel()
    assert panel is not before
    assert panel.title == "Captions"
    assert [row.text.split("  ")[1] for row in panel.rows] == [BRIGHT, DARK]
    assert panel.rows[0].text[2] == panel.rows[0].text[5] == ":"
    assert panel.rows[0].images[0].shape == (54, 96, 3)
    shown(program, [0, 200] * 20)
    assert len(program.panel().rows) == 12


def test_live_the_picture_goes_on_and_the_panel_is_shown() -> None:
    class Watched(Screen):
        """Quits once a sentence is listed, or after so many frames that none will be."""

        def events(self) -> list[ViewEvent]:
            listed = any(panel is not None and panel.rows for panel in self.panels)
            return [Key("q")] if listed or len(self.frames) > 100_000 else []

    screen = Watched()
    report = run(Captions(), Shades(10**9, live=True), views=[screen], max_seconds=60)
    assert report.ended == "quit"
    assert any(panel is not None and panel.rows for panel in screen.panels)


def test_a_folder_is_captioned_in_batches(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(40):
        cv.imwrite(str(folder / f"{number}.png"), torch.full((9, 16, 3), 200 * (number % 2), dtype=torch.uint8))
    program = Captions()
    live.run(program, str(folder), view="none", results=tmp_path / "out.jsonl", record=f"{tmp_path}/drawn/")
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [line["caption"] for line in lines] == [DARK, BRIGHT] * 20
    assert [Path(line["path"]).name for line in lines] == [f"{number}.png" for number in range(40)]
    assert len(list((tmp_path / "drawn").iterdir())) == 40
    batches = program._captioner.batches  # type: ignore[attr-defined]
    assert sum(batches) == 40
    assert max(batches) <= program.batch_size

"""What is saved while a program runs, and how much of it."""

from __future__ import annotations

import logging
from collections import deque
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from tests.live.browser.page import annotated_frame
from torch_opencv.live import rate_limit, saving
from torch_opencv.live.app import App
from torch_opencv.live.controls import Controls
from torch_opencv.live.errors import OutputError
from torch_opencv.live.events import Command, Key
from torch_opencv.live.rate_limit import Allowance, RateLimit
from torch_opencv.live.recorder import Recorder
from torch_opencv.live.views import ViewEvent

IMAGE = torch.zeros(48, 64, 3, dtype=torch.uint8)


class Nothing(App[None]):
    def process(self, image: torch.Tensor, /) -> None: ...


class Asking:
    """A view whose visitor asks for something again and again."""

    def __init__(self, name: Any) -> None:
        self.asked: deque[ViewEvent] = deque([Command(name)] * 32)

    def events(self) -> list[ViewEvent]:
        return list(self.asked)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(rate_limit, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


def test_a_rate_limit(clock: SimpleNamespace) -> None:
    limit = RateLimit(2, at_once=3)
    assert [limit.allows() for _ in range(5)] == [True, True, True, False, False]
    clock.now = 0.5
    assert [limit.allows() for _ in range(2)] == [True, False]
    clock.now = 100
    assert [limit.allows() for _ in range(4)] == [True, True, True, False]


def test_a_flood_of_snapshots(here: Path, clock: SimpleNamespace) -> None:
    controls = Controls(Nothing(), [Asking("snapshot")], Recorder(None, fps=30, both=False, every=True), hud=False)  # type: ignore[list-item]
    for _ in range(10):
        controls.obey(annotated_frame(1))
    assert len(list(here.iterdir())) == 10
    assert sorted(controls.snapshots) == sorted(path.relative_to(here) for path in here.iterdir())
    clock.now = 1.0
    controls.obey(annotated_frame(1))
    assert len(list(here.iterdir())) == 12


def asked(name: Any, key: str, *, times: int, allowance: Allowance) -> list[ViewEvent]:
    """What a visitor asks for by buttons and keys."""
    return [Command(name, allowance), Key(key, allowance)] * (times // 2)


@pytest.mark.parametrize(("name", "key"), [("snapshot", "s"), ("record", "r")])
def test_a_flood_of_one_visitor_does_not_use_up_what_another_may(
    here: Path, clock: SimpleNamespace, name: str, key: str
) -> None:
    recorder = Recorder(None, fps=30, both=False, every=True)
    view = Asking("pause")
    controls = Controls(Nothing(), [view], recorder, hud=False)  # type: ignore[list-item]
    loud, quiet = Allowance(), Allowance()
    switched = 0
    for _ in range(10):
        view.asked = deque(asked(name, key, times=30, allowance=loud))
        controls.obey(annotated_frame(1))
    count = len(controls.snapshots) if name == "snapshot" else len(recorder._takes) * 2
    assert count == 4
    view.asked = deque([Command(name, quiet)])
    controls.obey(annotated_frame(1))
    switched = len(controls.snapshots) - count if name == "snapshot" else int(recorder.on)
    assert switched == 1
    clock.now = 100.0
    view.asked = deque(asked(name, key, times=30, allowance=loud))
    controls.obey(annotated_frame(1))
    assert len(controls.snapshots) == 9 if name == "snapshot" else len(recorder._takes) == 5
    recorder.close()


def test_a_flood_of_many_visitors_is_bounded(here: Path, clock: SimpleNamespace) -> None:
    view = Asking("pause")
    view.asked = deque(Command("snapshot", Allowance()) for _ in range(40))
    controls = Controls(Nothing(), [view], Recorder(None, fps=30, both=False, every=True), hud=False)  # type: ignore[list-item]
    controls.obey(annotated_frame(1))
    assert len(list(here.iterdir())) == 10


def test_a_flood_of_recordings(clock: SimpleNamespace) -> None:
    recorder = Recorder(None, fps=30, both=False, every=True)
    controls = Controls(Nothing(), [Asking("record")], recorder, hud=False)  # type: ignore[list-item]
    for _ in range(10):
        controls.obey(annotated_frame(1))
    assert len(recorder._takes) == 5
    recorder.close()


def test_a_recording_that_is_finished(here: Path) -> None:
    recorder = Recorder(None, fps=30, both=False, every=True)
    assert recorder.path is None
    recorder.toggle()
    path = recorder.path
    assert path is not None
    recorder.write(IMAGE, None, time=0.0)
    assert recorder.finished == ()
    recorder.toggle()
    recorder.close()
    assert recorder.path is None
    assert recorder.finished == (path,)
    assert (here / path).stat().st_size > 0


def test_a_disk_that_is_nearly_full(
    here: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(saving, "LEAST_FREE", 2**60)
    with pytest.raises(OutputError, match=r"only \d+ MB are free in .*nothing more is saved"):
        saving.check_room(here)
    assert saving.save_snapshot(IMAGE) is None
    recorder = Recorder(None, fps=30, both=False, every=True)
    recorder.toggle()
    assert not recorder.on
    assert "MB are free" in recorder.failed
    recorder.close()
    assert list(here.iterdir()) == []
    assert "no snapshot: only" in caplog.text


def test_a_disk_that_fills_up(here: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    recorder = Recorder(None, fps=30, both=False, every=True)
    recorder.toggle()
    for index in range(200):
        recorder.write(IMAGE, None, time=index / 30)
        if index == 100:
            monkeypatch.setattr(saving, "LEAST_FREE", 2**60)
    recorder.toggle() if recorder.on else None
    recorder.close()
    assert "MB are free" in recorder.failed
    (path,) = here.iterdir()  # what was recorded so far is kept
    assert path.stat().st_size > 0


def test_a_recording_has_a_largest_size(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "MOST_RECORDED", 100)
    recorder = Recorder(None, fps=30, both=False, every=True)
    recorder.toggle()
    for index in range(1000):
        recorder.write(torch.randint(0, 256, (48, 64, 3), dtype=torch.uint8), None, time=index / 30)
    recorder.close()
    assert "so the recording ends" in recorder.failed

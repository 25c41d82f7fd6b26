"""Cameras on Ray: workers and the model are killed in the middle, and every camera goes on."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.live.doubles import Screen
from torch_opencv.live.events import Command
from torch_opencv.live.views import ViewEvent

ray = pytest.importorskip("ray", reason="the extra [ray] isn't installed")

from tests.ray.cameras import doubles  # noqa: E402
from tests.ray.cameras.doubles import FPS, SHADE, Failing, Mean, open_simulated  # noqa: E402
from torch_opencv.ray.cameras import named, run_cameras  # noqa: E402
from torch_opencv.ray.cameras.standing import Standing  # noqa: E402

CAMERAS = ["slow", "fast", "dead", "usual"]
SLOW, FAST, DEAD, USUAL = range(4)


@pytest.fixture(scope="module", autouse=True)
def _sent_to_workers(cluster: None) -> None:
    ray.cloudpickle.register_pickle_by_value(doubles)


class Killer(Screen):
    """Kills a worker once all but the dead camera give results, then likewise the model, and then quits."""

    def __init__(self, results: Path) -> None:
        super().__init__()
        self.results = results
        self.killed: list[int] = []
        self.workers: set[int] = set()
        self.models: set[int] = set()
        self.states: set[str] = set()
        self.done = False
        self._before = [0] * 4

    def on_report(self, standings: Sequence[Standing], workers: Sequence[int], models: Sequence[int]) -> None:
        self.states.add(standings[SLOW].state)
        self.workers |= {pid for pid in workers if pid}
        self.models |= {pid for pid in models if pid}
        lines = [read(self.results, number) for number in range(4)]
        gone_on = all(len(lines[n]) >= self._before[n] + 4 for n in (SLOW, FAST, USUAL))
        if self.done or not gone_on or {workers[0], models[0]} & {0, *self.killed}:
            return
        self._before = [len(camera) for camera in lines]
        if len(self.killed) == 2:
            self.done = True
            return
        self.killed.append(models[0] if self.killed else workers[0])
        os.kill(self.killed[-1], signal.SIGKILL)

    def events(self) -> list[ViewEvent]:
        return [Command("quit")] if self.done else []


def read(folder: Path, number: int) -> list[dict[str, Any]]:
    """The lines of a camera, but for one that is being written."""
    files = list(folder.glob(f"{number:04d}-*.jsonl"))
    text = files[0].read_text() if files else ""
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def is_there(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


@pytest.mark.slow  # whoever is killed takes some seconds to come back
def test_whatever_is_killed_every_camera_goes_on_where_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    killer = Killer(folder)

    report = run_cameras(
        lambda: Mean(0.01),
        named([f"http://host/{name}" for name in CAMERAS]),
        workers=2,
        results=folder,
        views=[killer],
        max_seconds=120,
        open_source=open_simulated,
        on_report=killer.on_report,
    )

    assert report.ended == "quit", f"killed so far: {killer.killed}"
    assert (len(killer.workers), len(killer.models)) == (3, 2)
    assert {"live", "lost"} <= killer.states
    for number in (SLOW, FAST, USUAL):
        lines = read(folder, number)
        assert all(after["frame"] > before["frame"] for before, after in pairwise(lines))
        assert all(after["time"] > before["time"] for before, after in pairwise(lines))
        assert {line["source"] for line in lines} == {f"http://host/{CAMERAS[number]}"}
        assert {line["mean"] for line in lines} == {SHADE[CAMERAS[number]]}  # each has its own answers
    assert report.processed[DEAD] == report.read[DEAD] == 0
    assert report.processed[FAST] < report.read[FAST]  # of the fast one most frames gave way to newer ones
    assert report.processed[SLOW] > report.processed[FAST] * FPS["slow"] / FPS["fast"]  # and took nobody's turn
    image = killer.frames[-1].image
    assert image.shape == (1080, 1920, 3)
    assert int(image[400, 480, 0]) == 255  # the slow one's picture, as the program draws it
    assert "host/dead: connecting: http://host/dead can't be read: nobody is there" in texts(killer)


def texts(screen: Screen) -> list[str]:
    panel = screen.panels[-1]
    assert panel is not None
    return [row.text for row in panel.rows]


@pytest.mark.e2e  # what is in it, test_parts has without Ray
def test_the_program_s_own_error_ends_the_run_as_it_is(tmp_path: Path) -> None:
    cameras = named(["http://host/fast"])

    with pytest.raises(ValueError, match="the fourth frame is too much"):
        run_cameras(Failing, cameras, workers=1, results=tmp_path, max_seconds=60, open_source=open_simulated)

    assert len(read(tmp_path, 0)) <= 3


def test_the_model_s_own_error_is_known_before_there_are_workers(tmp_path: Path) -> None:
    def load() -> Mean:
        raise doubles.SourceError("there is no such model")

    with pytest.raises(doubles.SourceError, match=r"^there is no such model$"):
        run_cameras(load, named(["http://host/usual"]), workers=1, max_seconds=60, open_source=open_simulated)


@pytest.mark.e2e  # what is in it, test_parts has without Ray
def test_each_camera_ends_after_so_many_frames(tmp_path: Path) -> None:
    report = run_cameras(
        Mean,
        named(["http://host/usual", "http://host/fast"]),
        workers=1,
        results=tmp_path,
        format="parquet",
        max_frames=5,
        max_seconds=60,
        open_source=open_simulated,
    )

    assert (report.ended, report.processed, report.summaries) == ("done", [5, 5], ["10 frames seen"])
    table = pytest.importorskip("pyarrow.parquet").read_table(tmp_path / "0001-host-fast").to_pydict()
    assert list(table) == ["frame", "time", "source", "latency_ms", "mean", "pid"]
    assert table["mean"] == [20.0] * 5

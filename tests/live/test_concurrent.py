"""Apps that let several frames be processed at once: as quick as the cores allow, and in order all the same."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import torch

from tests.live.doubles import Brightness, Marks, Screen, Shades, our_threads
from torch_opencv.live import pipeline
from torch_opencv.live.loop import run
from torch_opencv.live.results import Results

WORKERS = 3


@pytest.fixture(autouse=True)
def cores(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(pipeline, "shared_out", lambda: (WORKERS, 1))
    yield
    assert our_threads() == []


class Uneven(Marks):
    """Takes a while, of which nobody knows how long it is, and so is overtaken by itself."""

    concurrent = True

    def process(self, image: torch.Tensor, /) -> int:
        shade = int(image[0, 0, 0])
        time.sleep(random.Random(shade).uniform(0, 0.01))
        return super().process(image)


def test_frames_are_shown_and_written_in_their_order_each_with_its_own_result(tmp_path: Path) -> None:
    screen, app = Screen(), Uneven()
    report = run(app, Shades(60), views=[screen], results=Results(tmp_path / "out.jsonl"))
    assert report.frames == 60
    assert screen.shades == [(i, i) for i in range(60)]
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [(line["frame"], line["brightness"]) for line in lines] == [(i, i) for i in range(60)]
    assert sorted(app.seen) == list(range(60))  # each once


def test_as_many_frames_as_there_are_workers_are_in_process_at_once() -> None:
    class Together(Brightness):
        concurrent = True

        def process(self, image: torch.Tensor, /) -> int:
            meeting.wait()  # breaks, with an error, if the others never come
            return super().process(image)

    meeting = threading.Barrier(WORKERS, timeout=20)
    assert run(Together(), Shades(4 * WORKERS), views=[Screen()]).frames == 4 * WORKERS


@pytest.mark.parametrize(("concurrent", "latest"), [(False, False), (True, True)])
def test_one_at_a_time_unless_both_the_app_and_the_run_are_for_it(concurrent: bool, latest: bool) -> None:
    class Alone(Brightness):
        def process(self, image: torch.Tensor, /) -> int:
            assert busy.acquire(blocking=False)
            time.sleep(0.002)
            busy.release()
            return super().process(image)

    busy, app = threading.Lock(), Alone()
    app.concurrent = concurrent
    assert run(app, Shades(20), views=[Screen()], latest=latest, max_frames=5).frames >= 5


@pytest.mark.parametrize("stage", ["process", "fields", "capture"])
def test_after_a_mistake_everything_before_it_is_there_and_nothing_after_it(tmp_path: Path, stage: str) -> None:
    class Broken(Uneven):
        def process(self, image: torch.Tensor, /) -> int:
            if stage == "process" and int(image[0, 0, 0]) == 11:
                raise ZeroDivisionError(stage)
            return super().process(image)

        def fields(self, result: int, /) -> dict[str, object]:
            if stage == "fields" and result == 11:
                raise ZeroDivisionError(stage)
            return super().fields(result)

    def after(index: int) -> None:
        if stage == "capture" and index == 10:
            raise ZeroDivisionError(stage)

    screen = Screen()
    with pytest.raises(ZeroDivisionError, match=stage):
        run(Broken(), Shades(40, after=after), views=[screen], results=Results(tmp_path / "out.jsonl"))
    assert screen.shades == [(i, i) for i in range(11)]
    lines = [json.loads(line)["frame"] for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert lines == list(range(11))


def test_several_sources_keep_step() -> None:
    class Pairs(Brightness):
        concurrent = True

        def process_batch(self, images: Sequence[torch.Tensor], /) -> list[int]:
            time.sleep(random.Random(int(images[0][0, 0, 0])).uniform(0, 0.01))
            return [self.process(image) for image in images]

    screen = Screen()
    report = run(Pairs(), [Shades(12), Shades(12, name="other")], views=[screen])
    assert report.frames == 24
    assert [frame.frame.index for frame in screen.frames] == list(range(12))


def test_max_frames_and_quitting_in_the_middle() -> None:
    app = Uneven()
    assert run(app, Shades(1000), views=[Screen()], max_frames=7).frames == 7
    assert sorted(app.seen) == list(range(7))
    started = time.monotonic()
    report = run(Uneven(), Shades(100_000), views=[Screen()], max_seconds=0.2)
    assert 0 < report.frames < 100_000
    assert time.monotonic() - started < 20


def test_a_plain_object_may_say_so_too() -> None:
    class Own:
        concurrent = True

        def process(self, image: torch.Tensor) -> int:
            meeting.wait()
            return 0

        def draw(self, image: torch.Tensor, result: int) -> torch.Tensor:
            return image

    meeting = threading.Barrier(WORKERS, timeout=20)
    assert run(Own(), Shades(WORKERS), views=[Screen()]).frames == WORKERS

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from io import StringIO
from itertools import pairwise
from pathlib import Path

import av
import pytest
import torch

from torch_opencv.live.errors import OutputError
from torch_opencv.live.loop import run
from torch_opencv.live.recorder import Recorder
from torch_opencv.live.results import Results
from torch_opencv.live.sources import Frame, Source


class Shades(Source):
    """Frames of which each is brighter by 1 than the one before, 25 a second."""

    name, fps = "shades", 25.0

    def __init__(
        self, count: int, *, claimed: int | None = None, after: Callable[[int], None] = lambda index: None
    ) -> None:
        super().__init__()
        self.length = claimed or count
        self.count, self.after, self.closed, self.read = count, after, False, 0

    def __iter__(self) -> Iterator[Frame]:
        for index in range(self.count):
            self.read += 1
            image = torch.full((48, 64, 3), index, dtype=torch.uint8)
            yield Frame(image, index, index / 25, self.name, time.monotonic())
            self.after(index)

    def close(self) -> None:
        self.closed = True


class Brightness:
    """Says how bright a picture is and makes it white."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def look(self, image: torch.Tensor) -> int:
        self.seen.append(int(image[0, 0, 0]))
        return self.seen[-1]

    def draw(self, image: torch.Tensor, result: int) -> torch.Tensor:
        return image.fill_(255)

    def fields(self, result: int) -> dict[str, object]:
        return {"brightness": result}


class FakeWindow:
    """Notes what it is shown, and is quit after so many pictures."""

    def __init__(self, quit_after: int = 1000) -> None:
        self.left = quit_after
        self.shown: list[tuple[int, float]] = []
        self.closed = False

    def show(self, image: torch.Tensor, *, until: float = 0.0) -> bool:
        self.left -= 1
        self.shown.append((int(image[0, 0, 0]), until))
        return self.left > 0

    def close(self) -> None:
        self.closed = True


def recorded(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def test_everything_goes_everywhere(tmp_path: Path) -> None:
    app, source = Brightness(), Shades(40)
    recorder, results = Recorder(tmp_path / "out.mp4", fps=25), Results(tmp_path / "out.jsonl")
    report = run(app, source, recorder=recorder, results=results)
    assert (report.frames, report.ended, source.closed) == (40, "done", True)
    assert app.seen == list(range(40))  # the drawing was on a copy
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [(line["frame"], line["time"], line["brightness"]) for line in lines] == [(i, i / 25, i) for i in range(40)]
    assert all(line["source"] == "shades" and 0 <= line["age_ms"] < 60_000 for line in lines)
    assert recorded(tmp_path / "out.mp4") == 40


def test_max_frames_reads_no_further() -> None:
    source = Shades(40)
    assert run(Brightness(), source, max_frames=7).frames == 7
    assert source.read == 7


def test_nothing_is_drawn_for_nobody() -> None:
    app = Brightness()
    app.draw = None  # type: ignore[assignment]
    assert run(app, Shades(3)).frames == 3


def test_a_window_shows_a_file_at_its_pace_and_can_be_quit() -> None:
    window, source = FakeWindow(quit_after=5), Shades(40)
    report = run(Brightness(), source, view=window)
    assert (report.ended, report.frames, window.closed, source.closed) == ("quit", 5, True, True)
    due = [until for _, until in window.shown]
    assert [b - a for a, b in pairwise(due)] == pytest.approx([1 / 25] * 4)
    assert {shade for shade, _ in window.shown} == {255}


def test_a_window_keeps_the_last_picture_until_it_is_quit() -> None:
    window, source = FakeWindow(quit_after=9), Shades(3)
    source.still = True
    report = run(Brightness(), source, view=window)
    assert (report.frames, len(window.shown)) == (3, 9)


def test_a_live_source_is_shown_at_once() -> None:
    window, source = FakeWindow(), Shades(3)
    source.live = True
    run(Brightness(), source, view=window)
    assert [until for _, until in window.shown] == [0.0] * 3


def test_ctrl_c_closes_everything_properly_even_twice(tmp_path: Path) -> None:
    def press_ctrl_c(index: int) -> None:
        if index == 20:
            os.kill(os.getpid(), signal.SIGINT)

    class SlowToClose(Recorder):
        def close(self) -> None:
            os.kill(os.getpid(), signal.SIGINT)  # the impatient second time
            super().close()

    source, recorder = Shades(200, after=press_ctrl_c), SlowToClose(tmp_path / "out.mp4")
    report = run(Brightness(), source, recorder=recorder, results=Results(tmp_path / "out.jsonl"))
    assert (report.ended, report.frames, source.closed) == ("interrupted", 21, True)
    assert recorded(tmp_path / "out.mp4") == recorder.frames == 21
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 21
    with pytest.raises(KeyboardInterrupt):  # and from then on Ctrl-C does what it always does
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)


def test_it_runs_outside_the_main_thread() -> None:
    reports = []
    thread = threading.Thread(target=lambda: reports.append(run(Brightness(), Shades(3))))
    thread.start()
    thread.join()
    assert reports[0].frames == 3


def test_a_reader_that_goes_ends_the_run(tmp_path: Path) -> None:
    class Gone(Results):
        def write(self, frame: Frame, fields: object) -> None:
            if frame.index == 5:
                raise BrokenPipeError

    recorder = Recorder(tmp_path / "out.mp4")
    report = run(Brightness(), Shades(40), results=Gone("-"), recorder=recorder)
    assert (report.ended, report.frames) == ("reader gone", 5)
    assert recorded(tmp_path / "out.mp4") == 5


def test_a_mistake_in_the_program_is_shown_but_closes_everything(tmp_path: Path) -> None:
    class Broken(Brightness):
        def look(self, image: torch.Tensor) -> int:
            if len(self.seen) == 10:
                raise ZeroDivisionError
            return super().look(image)

    source, window = Shades(40), FakeWindow()
    with pytest.raises(ZeroDivisionError):
        run(Broken(), source, view=window, recorder=Recorder(tmp_path / "out.mp4"))
    assert source.closed
    assert window.closed
    assert recorded(tmp_path / "out.mp4") == 10


def test_one_part_that_cannot_be_closed_keeps_none_of_the_others_open(tmp_path: Path) -> None:
    class Broken(Recorder):
        def close(self) -> None:
            raise OutputError("the disk is gone")

    source, results = Shades(3), Results(tmp_path / "out.jsonl")
    with pytest.raises(OutputError, match="the disk is gone"):
        run(Brightness(), source, recorder=Broken(tmp_path / "out.mp4"), results=results)
    assert source.closed
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 3


# --- the progress bar ---


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    return Terminal()


@pytest.mark.parametrize("claimed", [40, 30, 1000])
def test_a_bar_counts_frames_whatever_the_source_claims(terminal: Terminal, claimed: int) -> None:
    source = Shades(40, claimed=claimed, after=lambda index: time.sleep(0.01))
    source.name = "[red]clip.mp4"
    with redirect_stderr(terminal):
        assert run(Brightness(), source, progress=True).frames == 40
    shown = terminal.getvalue()
    assert "[red]clip.mp4" in shown
    assert "40/40" in shown or f"40/{claimed}" in shown
    assert "frames/s" in shown


def test_a_bar_ends_at_max_frames(terminal: Terminal) -> None:
    with redirect_stderr(terminal):
        run(Brightness(), Shades(40, after=lambda index: time.sleep(0.02)), max_frames=9, progress=True)
    assert "9/9" in terminal.getvalue()


def test_there_is_no_bar_in_a_file_or_when_not_wanted(terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    with redirect_stderr(terminal):
        run(Brightness(), Shades(3), progress=False)
    assert not terminal.getvalue()
    run(Brightness(), Shades(3), progress=True)
    assert capsys.readouterr() == ("", "")

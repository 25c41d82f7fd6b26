"""A page as the only view of a file: it is waited for, its last frame stays, and the user seeks in the file."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tests.live.doubles import Brightness, Painter, Screen, Shades, our_threads, recorded
from torch_opencv.live.events import Choose, Command, Key, Seek
from torch_opencv.live.loop import run
from torch_opencv.live.results import Results
from torch_opencv.live.sources import Frame, Source
from torch_opencv.live.video_encoder import VideoEncoder
from torch_opencv.live.views import ViewEvent


class Tape(Shades):
    """Shades that can be sought in."""

    seekable = True

    def __init__(self, count: int, *, name: str = "tape") -> None:
        super().__init__(count, name=name)
        self.fps, self.duration = 25.0, count / 25
        self.begin = 0
        self.sought: list[float] = []

    def __iter__(self) -> Iterator[Frame]:
        begin = self.begin
        for frame in super().__iter__():
            if frame.index >= begin:
                yield frame

    def seek(self, seconds: float) -> None:
        assert our_threads() == []  # nobody reads it meanwhile
        self.sought.append(seconds)
        self.begin = int(seconds * 25)


class Page(Screen):
    """A view that stays, and does one thing after another whenever the file has ended."""

    def __init__(self, *acts: ViewEvent, **options: object) -> None:
        super().__init__(stays=True, **options)  # type: ignore[arg-type]
        self.acts = [*acts, Command("quit")]

    def events(self) -> list[ViewEvent]:
        if self.frames and self.frames[-1].stats.state == "ended" and self.acts:
            return [self.acts.pop(0)]
        return super().events()

    @property
    def states(self) -> list[str]:
        return [frame.stats.state for frame in self.frames]


def test_the_last_frame_stays_and_says_that_it_has_ended() -> None:
    page = Page()
    report = run(Brightness(), Tape(4), views=[page])
    assert (report.ended, report.frames) == ("quit", 4)
    assert page.states == ["live"] * 4 + ["ended"]
    assert page.frames[-1].frame is page.frames[-2].frame
    assert [frame.stats.position for frame in page.frames] == [0, 1 / 25, 2 / 25, 3 / 25, 3 / 25]
    assert {frame.stats.duration for frame in page.frames} == {4 / 25}


@pytest.mark.parametrize("latest", [False, True])
def test_it_is_played_again_and_from_other_places(latest: bool) -> None:
    page, tape, app = Page(Command("replay"), Seek(2 / 25)), Tape(4), Brightness()
    report = run(app, tape, views=[page], latest=latest)
    assert report.ended == "quit"
    assert tape.sought == [0, 2 / 25]
    shown = [frame.frame.index for frame in page.frames if frame.stats.state == "live"]
    assert shown.count(3) >= 3
    if not latest:
        assert shown == [0, 1, 2, 3, 0, 1, 2, 3, 2, 3]
        assert app.seen == shown
    assert tape.closed


def test_seeking_in_the_middle_goes_on_even_if_it_was_paused() -> None:
    page, tape = Page(events={3: Command("pause")}, asks={60: Seek(20 / 25)}), Tape(25)
    run(Brightness(), tape, views=[page])
    shown = [frame.frame.index for frame in page.frames if frame.stats.state == "live"]
    assert shown == [0, 1, 2, 20, 21, 22, 23, 24]


def test_several_files_are_sought_together() -> None:
    page, tapes = Page(Seek(3 / 25)), [Tape(4, name="a"), Tape(8, name="b")]
    run(Brightness(), tapes, views=[page])
    assert [tape.sought for tape in tapes] == [[3 / 25]] * 2
    assert page.frames[-1].stats.duration == 8 / 25


def test_the_first_viewer_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    class Late(Page):
        begin = time.monotonic()

        @property
        def watched(self) -> bool:  # type: ignore[override]
            assert not self.frames
            assert tape.read == 0
            return time.monotonic() > self.begin + 0.3

    caplog.set_level("INFO")
    page, tape = Late(), Tape(3)
    run(Brightness(), tape, views=[page])
    assert caplog.messages.count("waiting for the page to be opened") == 1
    assert page.states[0] == "live"


def test_a_file_that_cannot_be_sought_stays_all_the_same() -> None:
    page = Page(asks={60: Command("replay"), 90: Command("quit")})
    report = run(Brightness(), Shades(3), views=[page])
    assert (report.ended, page.states, report.frames) == ("quit", ["live"] * 3, 3)
    assert page.frames[-1].stats.position is None


def test_a_single_image_on_a_page_is_processed_again_with_another_choice() -> None:
    still = Shades(1)
    still.still = True
    page = Page(asks={20: Choose(2), 60: Command("quit")})
    run(Painter(), still, views=[page])
    assert page.frames[-1].fields == {"shade": "light"}


class Unseen(Page):
    watched = False


@pytest.mark.parametrize("option", ["record", "results", "max_frames", "max_seconds", "window", "live"])
def test_whatever_else_ends_a_run_ends_it(tmp_path: Path, option: str) -> None:
    """Batch work isn't held up for a page that nobody opens, nor by one that somebody did."""
    page, window, source = Unseen(), Screen(), Tape(5)
    if option == "live":
        source = Shades(5, live=True)  # type: ignore[assignment]
    options: dict[str, object] = {
        "record": {"encoder": VideoEncoder(tmp_path / "out.mp4")},
        "results": {"results": Results(tmp_path / "out.jsonl")},
        "max_frames": {"max_frames": 3},
        "max_seconds": {"max_seconds": 60},
    }.get(option, {})  # type: ignore[assignment]
    views = [page, window] if option == "window" else [page]
    report = run(Brightness(), source, views=views, **options)  # type: ignore[arg-type]
    assert (report.ended, report.frames) == ("done", 3 if option == "max_frames" else report.frames)
    assert "ended" not in page.states
    if option == "record":
        assert recorded(tmp_path / "out.mp4") == 5


def test_where_something_is_written_nothing_is_sought(tmp_path: Path) -> None:
    tape, screen = Tape(10), Screen({3: Seek(0)})
    run(Brightness(), tape, views=[screen], results=Results(tmp_path / "out.jsonl"))
    assert tape.sought == []
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 10
    assert {frame.stats.position for frame in screen.frames} == {None}


def test_in_a_window_a_file_can_be_sought_and_ends() -> None:
    tape, screen = Tape(10), Screen({3: Seek(0)})
    assert run(Brightness(), tape, views=[screen]).ended == "done"
    assert [frame.frame.index for frame in screen.frames] == [0, 1, 2, *range(10)]


def test_a_mistake_after_seeking_is_raised() -> None:
    class Broken(Brightness):
        def process(self, image: torch.Tensor, /) -> int:
            result = super().process(image)
            return result if len(self.seen) < 7 else 1 // 0

    with pytest.raises(ZeroDivisionError):
        run(Broken(), Tape(5), views=[Page(Key("x"), Command("replay"))])


def test_a_source_that_cannot_be_sought_says_so() -> None:
    source: Source = Shades(3)
    with pytest.raises(TypeError, match="shades isn't seekable"):
        source.seek(0)

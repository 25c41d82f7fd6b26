from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr
from dataclasses import replace
from io import StringIO
from pathlib import Path

import av
import numpy as np
import pytest
import torch

import torch_opencv as cv
from tests.live.doubles import Brightness, Marks, Screen, Shades, our_threads, recorded
from torch_opencv.live.errors import OutputError
from torch_opencv.live.events import Command
from torch_opencv.live.loop import run
from torch_opencv.live.results import Results
from torch_opencv.live.sources import Frame
from torch_opencv.live.video_encoder import VideoEncoder
from torch_opencv.live.views import AnnotatedFrame, ViewEvent


@pytest.fixture(autouse=True)
def every_thread_ends() -> Iterator[None]:
    yield
    assert our_threads() == []


# --- every frame of a file ---


def test_everything_goes_everywhere(tmp_path: Path) -> None:
    app, source = Brightness(), Shades(40)
    encoder, results = VideoEncoder(tmp_path / "out.mp4", fps=25), Results(tmp_path / "out.jsonl")
    report = run(app, source, encoder=encoder, results=results)
    assert (report.frames, report.shown, report.dropped, report.ended) == (40, 40, 0, "done")
    assert (source.closed, report.latest) == (True, False)
    assert app.seen == list(range(40))  # the drawing was on a copy
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [(line["frame"], line["time"], line["brightness"]) for line in lines] == [(i, i / 25, i) for i in range(40)]
    assert all(line["source"] == "shades" and 0 <= line["latency_ms"] < 60_000 for line in lines)
    assert recorded(tmp_path / "out.mp4") == 40


def test_each_frame_is_shown_with_its_own_result_at_the_pace_of_the_file() -> None:
    screen = Screen()
    start = time.monotonic()
    run(Marks(), Shades(10), views=[screen])
    assert time.monotonic() - start >= 9 / 25
    assert screen.shades == [(i, i) for i in range(10)]
    assert [shown.frame.index for shown in screen.frames] == list(range(10))
    assert [shown.fields for shown in screen.frames] == [{"brightness": i} for i in range(10)]
    assert {shown.stats.state for shown in screen.frames} == {"live"}
    assert screen.closed


def test_a_frame_of_a_file_is_never_shown_with_another_ones_result() -> None:
    class Rare(Shades):  # so rare that the last image would be shown again if there were news about it
        def __iter__(self) -> Iterator[Frame]:
            for frame in super().__iter__():
                yield replace(frame, time=frame.index * 0.5)

    screen = Screen()
    run(Brightness(), Rare(4), views=[screen])
    assert [(shown.frame.index, shown.fields) for shown in screen.frames] == [
        (index, {"brightness": index}) for index in range(4)
    ]


def test_decoding_model_and_drawing_overlap() -> None:
    together = threading.Barrier(3, timeout=10)  # passed only if all three wait at the same time

    class Meeting(Brightness):
        def process(self, image: torch.Tensor) -> int:
            if len(self.seen) == 2:
                together.wait()
            return super().process(image)

        def draw(self, image: torch.Tensor, result: int) -> torch.Tensor:
            if result == 1:
                together.wait()
            return image

    source = Shades(40, after=lambda index: index == 2 and together.wait())
    assert run(Meeting(), source, views=[Screen()]).frames == 40


def test_a_slow_model_holds_a_file_up_instead_of_filling_the_memory() -> None:
    ahead = []

    class Slow(Brightness):
        def process(self, image: torch.Tensor) -> int:
            time.sleep(0.01)
            ahead.append(source.read - len(self.seen))
            return super().process(image)

    source = Shades(60)
    run(Slow(), source)
    assert max(ahead) <= 12


def test_max_frames_reads_no_further() -> None:
    source = Shades(40)
    assert run(Brightness(), source, max_frames=7).frames == 7
    assert source.read == 7


def test_max_seconds_ends_a_run_that_would_not_end() -> None:
    source = Shades(10**9, live=True, after=lambda index: time.sleep(0.01))
    report = run(Brightness(), source, max_seconds=0.3)
    assert (report.ended, source.closed) == ("done", True)
    assert 0.3 <= report.seconds < 5


def test_nothing_is_drawn_for_nobody() -> None:
    app = Brightness()
    app.draw = None  # type: ignore[assignment]
    assert run(app, Shades(3)).frames == 3


def test_a_program_needs_only_process_and_draw(tmp_path: Path) -> None:
    class Least:
        def process(self, image: torch.Tensor) -> int:
            return int(image[0, 0, 0])

        def draw(self, image: torch.Tensor, result: int) -> torch.Tensor:
            return image

    screen = Screen()
    assert run(Least(), Shades(3), views=[screen]).frames == 3
    assert [shown.fields for shown in screen.frames] == [{}] * 3
    with pytest.raises(TypeError, match=r"Least needs a method fields\(result\)"):
        run(Least(), Shades(3), results=Results(tmp_path / "out.jsonl"))


# --- the newest frame of a live source ---


def test_a_slow_model_does_not_slow_the_display() -> None:
    class Slow(Marks):
        def process(self, image: torch.Tensor) -> int:
            result = super().process(image)
            answers.wait(10)  # no answer until 20 frames were shown
            return result

    answers = threading.Event()
    screen = Screen()
    shown = threading.Semaphore(0)
    screen.show = lambda frame: (Screen.show(screen, frame), shown.release())[0]  # type: ignore[method-assign]

    def next_when_shown(index: int) -> None:
        shown.acquire(timeout=10)
        if index == 19:
            answers.set()

    report = run(Slow(), Shades(40, live=True, after=next_when_shown), views=[screen])
    assert report.latest
    first = {index: shown for shown in reversed(screen.frames) if (index := shown.frame.index) is not None}
    assert sorted(first) == list(range(40))  # each was shown
    for index in range(1, 20):  # bare, as there is no result yet
        assert int(first[index].image[0, 0, 0]) == index
        assert first[index].fields == {}
    results = [int(shown.image[0, 0, 0]) for shown in screen.frames[25:]]
    assert results == sorted(results)
    assert report.frames < 40


def test_the_newest_result_is_drawn_on_the_newest_frame_even_if_none_follows() -> None:
    class Slow(Marks):
        def process(self, image: torch.Tensor) -> int:
            time.sleep(0.15)
            return super().process(image)

    class Waiting(Screen):
        def show(self, frame: AnnotatedFrame) -> None:
            super().show(frame)
            if frame.fields.get("brightness") == 2:
                shown.set()

    shown = threading.Event()
    source, screen = Shades(3, live=True, after=lambda index: index == 2 and shown.wait(30)), Waiting()
    run(Slow(), source, views=[screen])
    results = [(shown.frame.index, shown.fields.get("brightness")) for shown in screen.frames]
    assert results[-1] == (2, 2)
    assert results.count((2, 2)) == 1


def test_a_result_that_replaces_the_image_is_shown_with_its_own_frame(tmp_path: Path) -> None:
    class Slow(Marks):
        replaces_frame = True

        def process(self, image: torch.Tensor) -> int:
            time.sleep(0.02)
            return super().process(image)

    app, screen, encoder = Slow(), Screen(), VideoEncoder(tmp_path / "clip.mkv")
    source = Shades(60, live=True, after=lambda index: time.sleep(0.005))
    report = run(app, source, views=[screen], encoder=encoder)
    assert all(shade == result for shade, result in screen.shades)
    assert [result for _, result in screen.shades] == app.seen  # each once, and no image without a result
    assert report.shown == report.frames == recorded(encoder.path) == len(app.seen) < 60
    assert report.frames + report.dropped == 60


def test_frames_that_nobody_had_time_for_are_counted() -> None:
    class Slow(Brightness):
        def process(self, image: torch.Tensor) -> int:
            time.sleep(0.05)
            return super().process(image)

    app = Slow()
    report = run(app, Shades(100, live=True, after=lambda index: time.sleep(0.005)))
    assert report.frames + report.dropped == 100
    assert report.frames == len(app.seen) < 50
    assert app.seen[-1] == 99  # the last one is never left out
    assert app.seen == sorted(app.seen)


def test_a_live_source_is_never_held_up() -> None:
    class Stuck(Brightness):
        def process(self, image: torch.Tensor) -> int:
            done.wait(10)
            return super().process(image)

    done = threading.Event()
    source = Shades(500, live=True, after=lambda index: index == 499 and done.set())
    assert run(Stuck(), source).dropped >= 497


def test_every_frame_of_a_live_source_if_wanted() -> None:
    app = Brightness()
    assert run(app, Shades(100, live=True), latest=False).dropped == 0
    assert app.seen == list(range(100))


def test_a_file_can_be_played_at_its_own_pace() -> None:
    screen = Screen()
    start = time.monotonic()
    report = run(Marks(), Shades(10), views=[screen], latest=True)
    assert time.monotonic() - start >= 9 / 25
    assert report.latest
    assert [shade for shade, _ in screen.shades][-1] == 9
    assert all(shown.stats.latency_ms < 5000 for shown in screen.frames)


def test_max_frames_of_the_newest_are_those_processed() -> None:
    source = Shades(10**9, live=True, after=lambda index: time.sleep(0.005))
    assert run(Brightness(), source, max_frames=3, views=[Screen()]).frames == 3


def test_a_lost_stream_is_shown_as_lost_and_nothing_is_written_meanwhile(tmp_path: Path) -> None:
    class Waiting(Screen):
        def show(self, frame: AnnotatedFrame) -> None:
            super().show(frame)
            with changed:
                changed.notify_all()

        def wait_for(self, index: int, state: str) -> None:
            with changed:
                assert changed.wait_for(
                    lambda: any((p.frame.index, p.stats.state) == (index, state) for p in self.frames), 30
                )

    class Stream(Shades):
        def __iter__(self) -> Iterator[Frame]:
            frames = super().__iter__()
            for index in range(5):
                yield next(frames)
                screen.wait_for(index, "live")
            self.state = "lost"
            screen.wait_for(4, "lost")
            self.state = "live"
            yield next(frames)
            screen.wait_for(5, "live")

    changed = threading.Condition()
    screen = Waiting()
    results, encoder = Results(tmp_path / "out.jsonl"), VideoEncoder(tmp_path / "out.mp4")
    run(Brightness(), Stream(6, live=True), views=[screen], results=results, encoder=encoder)
    states = [shown.stats.state for shown in screen.frames]
    lost = states.index("lost")
    assert states[lost - 1] == "live"
    assert states[-1] == "live"
    assert screen.frames[lost].frame is screen.frames[lost - 1].frame
    assert not torch.equal(screen.frames[lost].image, screen.frames[lost - 1].image)  # it is written on it
    assert recorded(tmp_path / "out.mp4") <= 6
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) <= 6


def test_a_result_is_not_drawn_on_a_frame_of_another_size() -> None:
    class Turned(Shades):
        def __iter__(self) -> Iterator[Frame]:
            for frame in super().__iter__():
                yield frame if frame.index < 3 else replace(frame, image=frame.image.transpose(0, 1).contiguous())

    class Once(Marks):
        def process(self, image: torch.Tensor, /) -> int:
            if len(self.seen) == 1:
                done.wait(60)  # while the frames of the other size are shown
            return super().process(image) + 100

    done = threading.Event()
    screen, shown = Screen(), threading.Semaphore(0)
    screen.show = lambda frame: (Screen.show(screen, frame), shown.release())[0]  # type: ignore[method-assign]

    def after(index: int) -> None:
        while index not in {frame.frame.index for frame in screen.frames}:
            shown.acquire(timeout=10)
        while index == 0 and not screen.frames[-1].fields:  # until its result is there
            shown.acquire(timeout=10)
        if index == 5:
            done.set()

    run(Once(), Turned(6, live=True, after=after), views=[screen])
    turned = [frame for frame in screen.frames if frame.image.shape == (64, 48, 3)]
    assert len(turned) >= 3
    before = [frame for frame in turned if frame.fields.get("brightness") == 100]  # of the first frame
    assert before
    for frame in before:
        assert int(frame.image[0, 0, 0]) == frame.frame.index
        assert frame.tiles[0].result is None


# --- several sources ---


def test_several_sources_make_a_grid_and_one_call(tmp_path: Path) -> None:
    class Together(Marks):
        def __init__(self) -> None:
            super().__init__()
            self.batches: list[int] = []

        def process_batch(self, images: list[torch.Tensor]) -> list[int]:
            self.batches.append(len(images))
            return [self.process(image) for image in images]

    app, screen = Together(), Screen()
    sources = [Shades(10, name=name) for name in ("a", "b", "c")]
    results, encoder = Results(tmp_path / "out.jsonl"), VideoEncoder(tmp_path / "out.mp4")
    report = run(app, sources, views=[screen], results=results, encoder=encoder)
    assert report.frames == 30
    assert app.batches == [3] * 10
    assert all(source.closed for source in sources)
    assert [tuple(shown.image.shape) for shown in screen.frames] == [(96, 128, 3)] * 10
    assert screen.frames[-1].fields == {name: {"brightness": 9} for name in "abc"}
    assert screen.frames[-1].image[48:, 64:].max() == 0  # the fourth cell
    assert screen.frames[-1].image[20, 30].tolist() == [9, 9, 9]
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [(line["source"], line["frame"]) for line in lines] == [(name, i) for i in range(10) for name in "abc"]
    assert recorded(tmp_path / "out.mp4") == 10


def test_files_of_different_rates_and_lengths_keep_step() -> None:
    class Half(Shades):
        fps = 12.5

        def __iter__(self) -> Iterator[Frame]:
            for frame in super().__iter__():
                yield replace(frame, time=frame.index / 12.5)

    screen = Screen()
    report = run(Brightness(), [Shades(20), Half(5)], views=[screen])
    assert report.frames == 25
    times = [shown.frame.time for shown in screen.frames]
    assert times == [i / 25 for i in range(20)]


def test_frames_that_are_nearly_of_one_time_are_processed_together() -> None:
    class Late(Shades):
        def __iter__(self) -> Iterator[Frame]:
            for frame in super().__iter__():
                yield replace(frame, time=frame.time + 0.015)  # less than half of a frame

    class Batches(Brightness):
        sizes: list[int] = []  # noqa: RUF012

        def process_batch(self, images: Sequence[torch.Tensor], /) -> Sequence[int]:
            self.sizes.append(len(images))
            return super().process_batch(images)

    app = Batches()
    run(app, [Shades(5), Late(5)])
    assert app.sizes == [2] * 5


def test_an_app_is_told_of_which_source_each_image_is() -> None:
    class Half(Shades):
        fps = 12.5

        def __iter__(self) -> Iterator[Frame]:
            for frame in super().__iter__():
                yield replace(frame, time=frame.index / 12.5)

    class Numbers(Brightness):
        def __init__(self) -> None:
            super().__init__()
            self.numbers: list[list[int]] = []

        def process_sources(self, images: Sequence[torch.Tensor], sources: Sequence[int], /) -> Sequence[int]:
            self.numbers.append(list(sources))
            return super().process_sources(images, sources)

    app = Numbers()
    assert run(app, [Half(3), Shades(8)]).frames == 11
    assert app.numbers == [[0, 1], [1], [0, 1], [1], [0, 1], [1], [1], [1]]


def test_live_sources_do_not_wait_for_one_another() -> None:
    stuck = threading.Event()
    sources = [
        Shades(5, name="stuck", live=True, after=lambda index: stuck.wait(10)),
        Shades(30, name="going", live=True, after=lambda index: stuck.set() if index == 29 else time.sleep(0.02)),
    ]
    app, screen = Brightness(), Screen()
    run(app, sources, views=[screen])
    assert len(screen.frames) > 3
    assert len(app.seen) > 3


# --- commands ---


def test_quit() -> None:
    screen, source = Screen({5: Command("quit")}), Shades(10**6)
    report = run(Brightness(), source, views=[screen])
    assert (report.ended, len(screen.frames), screen.closed, source.closed) == ("quit", 5, True, True)
    assert source.read < 40


def test_what_was_processed_before_quitting_is_recorded(tmp_path: Path) -> None:
    encoder, results = VideoEncoder(tmp_path / "out.mp4"), Results(tmp_path / "out.jsonl")
    report = run(Brightness(), Shades(10**6), views=[Screen({5: Command("quit")})], encoder=encoder, results=results)
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    assert recorded(tmp_path / "out.mp4") == len(lines) == report.frames


def test_a_paused_file_waits() -> None:
    screen, source = Screen({5: Command("pause")}, asks={40: Command("pause")}), Shades(12)
    assert run(Marks(), source, views=[screen]).frames == 12
    states = [shown.stats.state for shown in screen.frames]
    assert states.count("paused") == 1
    assert screen.frames[5].frame is screen.frames[4].frame
    assert sorted(set(screen.shades)) == [(i, i) for i in range(12)]


def test_a_paused_live_source_goes_on_but_is_not_shown(tmp_path: Path) -> None:
    source = Shades(60, live=True, after=lambda index: time.sleep(0.02))
    screen, encoder = Screen({5: Command("pause")}, asks={10**9: Command("pause")}), VideoEncoder(tmp_path / "out.mp4")
    run(Marks(), source, views=[screen], encoder=encoder)
    assert {shown.frame.index for shown in screen.frames} <= {0, 1, 2, 3, 4, 5}
    assert screen.frames[-1].stats.state == "paused"
    assert source.read == 60
    assert recorded(tmp_path / "out.mp4") > 8  # more than were shown


def test_what_is_said_beside_a_paused_image_stays_as_it_is(tmp_path: Path) -> None:
    class Late(Marks):
        def process(self, image: torch.Tensor) -> int:
            result = super().process(image)
            answered.release()
            return result

    def after(index: int) -> None:
        answered.acquire(timeout=10)  # every frame is processed before the next one comes
        if index == 20:
            enough.wait(10)

    class Patient(Screen):
        def events(self) -> list[ViewEvent]:
            if self.asked == 80:
                enough.set()
            return super().events()

    answered, enough = threading.Semaphore(0), threading.Event()
    screen, results = Patient({5: Command("pause")}, asks={60: Command("pause")}), Results(tmp_path / "out.jsonl")
    run(Late(), Shades(21, live=True, after=after), views=[screen], results=results)
    paused = [shown for shown in screen.frames if shown.stats.state == "paused"]
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 21  # the model went on
    before = screen.frames[screen.frames.index(paused[0]) - 1]
    assert {shown.frame for shown in paused} == {before.frame}
    assert all(shown.fields == before.fields for shown in paused)
    assert screen.frames[-1].fields == {"brightness": 20}


# --- recording while it runs ---


class Held(VideoEncoder):
    """Encodes its images only when `go` is set."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.go = threading.Event()

    def write(self, image: torch.Tensor, *, time: float | None = None) -> None:
        self.go.wait(30)
        super().write(image, time=time)


def test_a_slow_encoder_never_holds_up_what_is_live(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    encoder, screen, shown = Held(tmp_path / "out.mp4"), Screen(), threading.Semaphore(0)
    screen.show = lambda frame: (Screen.show(screen, frame), shown.release())[0]  # type: ignore[method-assign]

    def next_when_shown(index: int) -> None:
        shown.acquire(timeout=10)
        if index == 29:
            encoder.go.set()

    report = run(Brightness(), Shades(30, live=True, after=next_when_shown), views=[screen], encoder=encoder)
    assert {shown.frame.index for shown in screen.frames} == set(range(30))
    assert recorded(tmp_path / "out.mp4") == encoder.frames == 30 - report.not_recorded
    assert 20 <= report.not_recorded < 30
    assert caplog.text.count(f"{report.not_recorded} frames are not in {tmp_path / 'out.mp4'}") == 1


def test_of_a_file_every_image_is_recorded_however_slow_the_encoder_is(tmp_path: Path) -> None:
    class Slow(VideoEncoder):
        def write(self, image: torch.Tensor, *, time: float | None = None) -> None:
            ahead.append(source.read - self.frames)
            threading.Event().wait(0.005)
            super().write(image, time=time)

    ahead: list[int] = []
    source = Shades(60)
    report = run(Brightness(), source, encoder=Slow(tmp_path / "out.mp4"))
    assert (recorded(tmp_path / "out.mp4"), report.not_recorded) == (60, 0)
    assert max(ahead) <= 32  # it waits, rather than fill the memory


def test_a_mistake_of_the_encoder_is_raised_in_the_middle_of_the_run(tmp_path: Path) -> None:
    class Broken(VideoEncoder):
        def write(self, image: torch.Tensor, *, time: float | None = None) -> None:
            raise ZeroDivisionError("in the encoder")

    source = Shades(10**6)
    with pytest.raises(ZeroDivisionError, match="in the encoder"):
        run(Brightness(), source, encoder=Broken(tmp_path / "out.mp4"))
    assert source.read < 10**5


def test_a_recording_that_the_end_of_the_run_ends_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    caplog.set_level("INFO")
    run(Brightness(), Shades(10), views=[Screen({5: Command("record")})])
    (video,) = tmp_path.glob("recording-*.mp4")
    assert f"recorded 5 frames to {video.name}" in caplog.text
    assert recorded(video) == 5


def test_a_recording_without_images_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    caplog.set_level("INFO")
    # Paused, so that there is nothing to record; and the second begins before the first has made a file.
    screen = Screen(
        {3: Command("pause")},
        asks={40: Command("record"), 41: Command("record"), 42: Command("record"), 50: Command("pause")},
    )
    run(Brightness(), Shades(10), views=[screen])
    names = [message.split()[-1] for message in caplog.messages if message.startswith("recording to ")]
    assert len(set(names)) == 2
    assert "nothing was recorded" in caplog.text
    assert [path.name for path in tmp_path.glob("*.mp4")] == [names[1]]


def test_snapshot_and_recordings_by_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    caplog.set_level("INFO")
    screen = Screen(
        {
            3: Command("snapshot"),
            5: Command("record"),
            10: Command("record"),
            12: Command("snapshot"),
            15: Command("record"),
        }
    )
    run(Brightness(), Shades(20), views=[screen])
    # By time, not by name: what begins in the same second as another gets a -2, which would be first.
    by_time = {"key": lambda path: path.stat().st_mtime_ns}
    images = sorted(tmp_path.glob("snapshot-*.png"), **by_time)
    videos = sorted(tmp_path.glob("recording-*.mp4"), **by_time)
    assert len(images) == 2
    assert torch.equal(cv.imread(str(images[0])), screen.frames[2].image)
    assert sorted(map(recorded, videos)) == [5, 5]
    text = caplog.text
    assert f"snapshot saved as {images[0].name}" in text
    assert f"recorded 5 frames to {videos[0].name}" in text


def test_the_hud_is_on_what_is_shown_but_not_on_what_is_recorded(tmp_path: Path) -> None:
    class Grey(Shades):
        def __iter__(self) -> Iterator[Frame]:
            for frame in super().__iter__():
                yield replace(frame, image=torch.full((240, 320, 3), 128, dtype=torch.uint8))

    class Nothing(Brightness):
        def draw(self, image: torch.Tensor, result: int) -> torch.Tensor:
            return image

    screen = Screen({3: Command("hud"), 6: Command("hud")})
    run(Nothing(), Grey(10), views=[screen], encoder=VideoEncoder(tmp_path / "out.mp4"))
    written = [bool((shown.image != 128).any()) for shown in screen.frames]
    assert written[:3] == [False] * 3
    assert any(written)
    assert not written[-1]
    with av.open(str(tmp_path / "out.mp4")) as container:
        for frame in container.decode(video=0):
            assert np.ptp(frame.to_ndarray(format="gray")) < 4


def test_single_images_stay_until_the_user_quits() -> None:
    screen, source = Screen(asks={150: Command("quit")}), Shades(1)
    source.still = True
    report = run(Brightness(), source, views=[screen])
    assert (report.frames, report.ended, len(screen.frames)) == (1, "quit", 1)


def test_a_video_ends_the_run_although_it_is_shown() -> None:
    assert run(Brightness(), Shades(3), views=[Screen()]).ended == "done"


# --- how it ends otherwise ---


@pytest.mark.parametrize(("number", "ending"), [(signal.SIGINT, "interrupted"), (signal.SIGTERM, "terminated")])
def test_signals_close_everything_properly_even_twice(
    tmp_path: Path, request: pytest.FixtureRequest, number: signal.Signals, ending: str
) -> None:
    def interrupt(index: int) -> None:
        if index == 20:
            os.kill(os.getpid(), number)

    class SlowToClose(VideoEncoder):
        def close(self) -> None:
            os.kill(os.getpid(), number)  # the impatient second time
            super().close()

    usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
    before = signal.signal(number, usual)  # it may be ignored here, as in a job that a script runs in the background
    request.addfinalizer(lambda: signal.signal(number, before))
    source, encoder = Shades(10**6, after=interrupt), SlowToClose(tmp_path / "out.mp4")
    report = run(Brightness(), source, encoder=encoder, results=Results(tmp_path / "out.jsonl"))
    assert (report.ended, source.closed) == (ending, True)
    assert 10 < report.frames < 10**5
    assert recorded(tmp_path / "out.mp4") == encoder.frames == report.frames
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == report.frames
    assert signal.getsignal(number) == usual  # and from then on they do what they always do


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

    encoder = VideoEncoder(tmp_path / "out.mp4")
    report = run(Brightness(), Shades(40), results=Gone("-"), encoder=encoder)
    assert (report.ended, report.frames) == ("reader gone", 5)
    assert recorded(tmp_path / "out.mp4") == 5


@pytest.mark.parametrize("stage", ["process", "draw", "fields", "capture", "show"])
@pytest.mark.parametrize("latest", [False, True])
def test_a_mistake_in_any_stage_is_raised_once_everything_is_closed(tmp_path: Path, stage: str, latest: bool) -> None:
    def mistake(*_: object) -> None:
        nonlocal count
        count += 1
        if count > 10:
            raise ZeroDivisionError(stage)

    class Broken(Brightness):
        def process(self, image: torch.Tensor) -> int:
            if stage == "process":
                mistake()
            return super().process(image)

        def draw(self, image: torch.Tensor, result: int) -> torch.Tensor:
            if stage == "draw":
                mistake()
            return super().draw(image, result)

        def fields(self, result: int) -> dict[str, object]:
            if stage == "fields":
                mistake()
            return super().fields(result)

    class BrokenScreen(Screen):
        def show(self, frame: AnnotatedFrame) -> None:
            super().show(frame)
            if stage == "show":
                mistake()

    def after(index: int) -> None:
        time.sleep(0.02)
        if stage == "capture":
            mistake()

    count = 0
    source = Shades(100, after=after, live=latest)
    screen, encoder = BrokenScreen(), VideoEncoder(tmp_path / "out.mp4")
    with pytest.raises(ZeroDivisionError, match=stage) as raised:
        run(Broken(), source, views=[screen], encoder=encoder)
    assert any(entry.name == "mistake" for entry in raised.traceback)  # where it happened can be seen
    assert source.closed
    assert screen.closed
    assert recorded(tmp_path / "out.mp4") == encoder.frames > 0
    if not latest and stage in ("process", "capture", "fields"):
        assert encoder.frames == (11 if stage == "capture" else 10)  # all that came before


def test_a_source_that_hangs_does_not_hang_the_run() -> None:
    hung = threading.Event()

    class Hanging(Shades):
        def __iter__(self) -> Iterator[Frame]:
            yield from super().__iter__()
            hung.wait(60)

        def close(self) -> None:
            super().close()
            hung.set()

    source, screen = Hanging(3, live=True), Screen(asks={30: Command("quit")})
    report = run(Brightness(), source, views=[screen])
    assert (report.ended, source.closed) == ("quit", True)
    assert report.seconds < 30


def test_a_model_that_hangs_does_not_hang_the_run() -> None:
    class Hanging(Brightness):
        def process(self, image: torch.Tensor) -> int:
            hung.wait(60)
            return super().process(image)

    hung = threading.Event()
    start = time.monotonic()
    report = run(Hanging(), Shades(10**6, after=lambda index: time.sleep(0.01), live=True), max_seconds=0.2)
    assert report.frames == 0
    assert time.monotonic() - start < 30
    hung.set()
    while our_threads():
        time.sleep(0.01)


def test_one_part_that_cannot_be_closed_keeps_none_of_the_others_open(tmp_path: Path) -> None:
    class Broken(VideoEncoder):
        def close(self) -> None:
            raise OutputError("the disk is gone")

    source, results = Shades(3), Results(tmp_path / "out.jsonl")
    with pytest.raises(OutputError, match="the disk is gone"):
        run(Brightness(), source, encoder=Broken(tmp_path / "out.mp4"), results=results)
    assert source.closed
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 3


def test_a_full_disk_ends_the_recording_but_not_the_run(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Full(VideoEncoder):
        def write(self, image: torch.Tensor, *, time: float | None = None) -> None:
            if self.frames == 5:
                raise OutputError("the disk is full")
            super().write(image, time=time)

    app = Brightness()
    report = run(app, Shades(20), encoder=Full(tmp_path / "out.mp4"), results=Results(tmp_path / "out.jsonl"))
    assert (report.frames, report.recording_failed) == (20, "the disk is full")
    assert caplog.text.count("the disk is full") == 1
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 20


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

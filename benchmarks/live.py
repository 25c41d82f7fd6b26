"""What the loop is worth: its display under a slow model, its throughput on files, and several sources in one program.

    python benchmarks/live.py [--seconds N] [--rounds N] [--video FILE]

The old way beside it is the usual cv2 loop: read, ask the model, draw, show, one after the other. Everything is
measured in one run, and the rounds alternate; figures are medians of the rounds. The camera is simulated: its frames
are captured at known times, and wait in four buffers, as Linux's cameras have them; with all of them full, new frames
are lost.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import torch

import torch_opencv as cv
from torch_opencv.apps.classify import Classify
from torch_opencv.live import App, Frame, Results, Source, VideoEncoder, open_source
from torch_opencv.live.loop import run
from torch_opencv.live.panel import Panel
from torch_opencv.live.sources import SAMPLE
from torch_opencv.live.views import AnnotatedFrame, ViewEvent


class Camera(Source):
    """A camera of 640x480 pixels."""

    live = True
    name = "simulated camera"

    def __init__(self, seconds: float, *, fps: float = 30.0, buffers: int = 4) -> None:
        super().__init__()
        self.fps = fps
        self.count = round(seconds * fps)
        self._buffers = buffers

    def __iter__(self) -> Iterator[Frame]:
        noise = torch.randint(0, 256, (480, 640, 3), dtype=torch.uint8)
        start, captured = time.monotonic(), 0
        waiting: deque[int] = deque()
        while True:
            # What the camera has captured since it was read last.
            while captured < self.count and start + captured / self.fps <= time.monotonic():
                if len(waiting) < self._buffers:
                    waiting.append(captured)
                captured += 1
            if waiting:
                index = waiting.popleft()
                at = index / self.fps
                yield Frame(noise.clone(), index, at, self.name, start + at)
            elif captured == self.count:
                return
            else:
                time.sleep(max(0.0, start + captured / self.fps - time.monotonic()))

    def close(self) -> None:
        """There is nothing to let go of."""


class Ages:
    """A view that shows nothing, and notes which frames it was given, and how old they were."""

    stays = False
    watched = True

    def __init__(self) -> None:
        self.shown: dict[int, float] = {}  # seconds, by the frame's number
        self._times: list[float] = []

    def show(self, frame: AnnotatedFrame) -> None:
        """Take note, unless it's a frame that was shown before, with newer figures."""
        self.note(frame.frame)

    def show_panel(self, panel: Panel | None) -> None:
        """Nothing is shown."""

    def note(self, frame: Frame) -> None:
        """The same for a frame alone."""
        now = time.monotonic()
        if self.shown.setdefault(frame.index, now - frame.captured) == now - frame.captured:
            self._times.append(now)

    def events(self) -> list[ViewEvent]:
        """None."""
        return []

    def close(self) -> None:
        """There is nothing to close."""

    def row(self, camera: Camera) -> list[float]:
        """Frames a second, the mean and the 95th percentile of their age in milliseconds, the share of frames."""
        ages = sorted(1000 * age for age in self.shown.values())
        rate = (len(self._times) - 1) / (self._times[-1] - self._times[0])
        return [rate, statistics.mean(ages), ages[int(0.95 * len(ages))], len(ages) / camera.count]


class Sleeping(App[float]):
    """A model that takes a second."""

    def process(self, image: torch.Tensor, /) -> float:
        """A result."""
        time.sleep(1)
        return time.monotonic()

    def draw(self, image: torch.Tensor, result: float, /) -> torch.Tensor:
        """The frame with the result on it."""
        cv.putText(image, f"{result:.0f}", (20, 60), cv.FONT_HERSHEY_DUPLEX, 2, (255, 255, 255))
        return image


class Computing(Sleeping):
    """A model that keeps the processor busy for a second."""

    def process(self, image: torch.Tensor, /) -> float:
        """A result."""
        until = time.monotonic() + 1
        a = torch.rand(512, 512)
        while time.monotonic() < until:
            a = torch.tanh(a @ a)
        return time.monotonic()


def display_in_turn(app: Sleeping, camera: Camera) -> Ages:
    """The old way."""
    ages = Ages()
    for frame in camera:
        image = app.draw(frame.image.clone(), app.process(frame.image))
        assert image is not None
        ages.note(frame)
    return ages


def display_by_loop(app: Sleeping, camera: Camera) -> Ages:
    """Ours."""
    ages = Ages()
    run(app, camera, views=[ages])
    return ages


def slow_models(seconds: float) -> None:
    """The display under a model that takes a second a frame."""
    print("\n### A model of a second a frame, a camera of 30 frames a second\n")
    print("| | shown/s | mean age | 95 % younger than | frames shown |\n|---|---:|---:|---:|---:|")
    for what, app in (("sleeps", Sleeping()), ("computes", Computing())):
        for way, display in (("one after the other", display_in_turn), ("the loop", display_by_loop)):
            camera = Camera(seconds)
            rate, mean, p95, share = display(app, camera).row(camera)
            print(f"| {way}, the model {what} | {rate:.1f} | {mean:.0f} ms | {p95:.0f} ms | {share:.1%} |", flush=True)


def file_in_turn(app: Classify, path: Path, folder: Path) -> float:
    """Frames a second: reading, the model, drawing, recording, one after the other."""
    start, frames = time.monotonic(), 0
    with (
        open_source(str(path)) as source,
        VideoEncoder(folder / "turn.mp4", fps=source.fps or 25) as encoder,
        Results(folder / "turn.jsonl") as results,
    ):
        for frame in source:
            result = app.process(frame.image)
            results.write(frame, app.fields(result))
            encoder.write(app.draw(frame.image.clone(), result), time=frame.time)
            frames += 1
    return frames / (time.monotonic() - start)


def file_by_loop(app: Classify, path: Path, folder: Path) -> float:
    """The same by the loop."""
    start = time.monotonic()
    source = open_source(str(path))
    encoder = VideoEncoder(folder / "loop.mp4", fps=source.fps or 25)
    report = run(app, source, encoder=encoder, results=Results(folder / "loop.jsonl"))
    return report.frames / (time.monotonic() - start)


def files(paths: Sequence[Path], rounds: int) -> None:
    """Every frame of a file, classified, drawn and recorded."""
    print("\n### Every frame of a file: read, classified, drawn, recorded\n")
    print("| | one after the other | the loop | ratio |\n|---|---:|---:|---:|")
    app = Classify()
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            rates = _alternating(
                rounds,
                lambda path=path: file_in_turn(app, path, Path(folder)),
                lambda path=path: file_by_loop(app, path, Path(folder)),
            )
            turn, loop = map(statistics.median, rates)
            ratio = statistics.median(b / a for a, b in zip(*rates, strict=True))
            print(f"| {path.name} | {turn:.1f} frames/s | {loop:.1f} frames/s | {ratio:.2f} |", flush=True)


def programs(path: Path, each: Sequence[int]) -> tuple[float, float]:
    """Programs that begin at the same time, each with so many sources.

    Returns:
        Frames a second of all together, once every model is loaded, and how many MiB of memory they had at most.

    """
    running = []
    for sources in each:
        command = [sys.executable, __file__, "--one", str(path), str(sources)]
        running.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
    for program in running:
        assert program.stdout
        program.stdout.readline()
    start = time.monotonic()
    for program in running:
        assert program.stdin
        program.stdin.write("go\n")
        program.stdin.flush()
    said = [[int(number) for number in program.communicate()[0].split()] for program in running]
    seconds = time.monotonic() - start
    return sum(frames for frames, _ in said) / seconds, sum(memory for _, memory in said) / 1024


def one_program(path: Path, count: int) -> None:
    """What each of the programs does."""
    app, sources = Classify(), [open_source(str(path)) for _ in range(count)]
    print("ready", flush=True)
    sys.stdin.readline()
    print(run(app, sources).frames, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, flush=True)


def several_sources(path: Path, rounds: int) -> None:
    """Four sources in one batch against four programs."""
    print("\n### Four sources: one program that looks at them together, or four programs\n")
    memory: dict[str, float] = {}

    def measured(name: str, each: Sequence[int]) -> float:
        rate, memory[name] = programs(path, each)
        return rate

    rates = _alternating(rounds, lambda: measured("many", [1] * 4), lambda: measured("one", [4]))
    many, one = map(statistics.median, rates)
    ratio = statistics.median(b / a for a, b in zip(*rates, strict=True))
    print("| | all frames together | ratio | memory together |\n|---|---:|---:|---:|")
    print(f"| four programs | {many:.1f} frames/s | 1 | {memory['many']:.0f} MiB |")
    print(f"| one program | {one:.1f} frames/s | {ratio:.2f} | {memory['one']:.0f} MiB |")


def _alternating(rounds: int, *ways: Callable[[], float]) -> list[list[float]]:
    rates: list[list[float]] = [[] for _ in ways]
    for _ in range(rounds):
        for way, measured in zip(ways, rates, strict=True):
            measured.append(way())
    return rates


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0, help="of the simulated camera")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--video", type=Path, action="append", default=[], help="besides the sample; may be repeated")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one_program(Path(options.one[0]), int(options.one[1]))
        return
    slow_models(options.seconds)
    files([SAMPLE, *options.video], options.rounds)
    several_sources(SAMPLE, options.rounds)


if __name__ == "__main__":
    main()

"""Many cameras on this machine: are all treated alike, does memory stay bounded, how soon is it back after a kill?

    python benchmarks/cameras.py [--cameras 100] [--minutes 3] [--workers 1] [--carried FPS]

The cameras are simulated: each plays the bundled video, made small, at its own pace, again and again, as a live source:
decoded frame by frame in its worker. One gives 60 frames a second, one a frame every two seconds, one can't be reached;
all others give two a second. The program is `classify`. In the middle a worker is killed, then the model service.

With `--carried` all cameras give so many frames a second instead, few enough for this machine, and nobody is killed:
how many of each are looked at, and how late?

Last, what a frame costs is measured alone, and what 10,000 cameras would take is computed from that.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import ceil
from pathlib import Path

import av
import numpy as np
import ray

from torch_opencv.apps.classify import Classify
from torch_opencv.live.errors import SourceError
from torch_opencv.live.sources import SAMPLE, Frame, Source, open_source
from torch_opencv.ray.cameras import named, run_cameras
from torch_opencv.ray.cameras.standing import Standing
from torch_opencv.ray.cluster import connected

USUAL, FAST, SLOW = 2.0, 60.0, 0.5  # frames a second


class Simulated(Source):
    """A file that is played for ever at a pace of its own, as a live source."""

    live = True

    def __init__(self, path: str, fps: float) -> None:
        super().__init__()
        self.name, self.fps, self._path = path, fps, Path(path)
        self._closed = False

    def __iter__(self) -> Iterator[Frame]:
        begin, index = time.monotonic(), 0
        while not self._closed:
            with open_source(self._path) as video:
                for frame in video:
                    time.sleep(max(0.0, begin + index / self.fps - time.monotonic()))
                    if self._closed:
                        return
                    yield replace(frame, index=index, captured=time.monotonic())
                    index += 1

    def close(self) -> None:  # noqa: D102
        self._closed = True


def open_simulated(address: str) -> Source:
    """http://FPS/PATH; 0 frames a second is a camera that isn't there."""
    fps, _, path = address.removeprefix("http://").partition("/")
    if not float(fps):
        raise SourceError("nobody is there")
    return Simulated("/" + path, float(fps))


class Watcher:
    """Kills a worker and a model service, and notes how long their cameras have no results, and memory."""

    def __init__(self, kills: Sequence[float], workers: int, folder: Path) -> None:
        self._kills, self._workers, self._folder = list(kills), workers, folder
        self.counted: list[tuple[float, list[int]]] = []
        """When all were live, and just before the first kill: the lines that each camera had then."""
        self._begin: float | None = None
        self._killed: tuple[str, float, list[int]] | None = None
        self.recovered: list[tuple[str, float]] = []
        self.memory: list[tuple[float, float, float, float]] = []

    def __call__(self, standings: Sequence[Standing], workers: Sequence[int], models: Sequence[int]) -> None:  # noqa: D102
        now = time.monotonic()
        seen = sum(one.age is not None for one in standings)
        if self._begin is None and seen >= len(standings) - 1:
            self._begin = now
            self.counted.append((now, lines_of(self._folder, len(standings))))
            print(f"all are live; {len(standings)} cameras, {len(workers)} workers, {len(models)} model services")
        if self._begin is None or not (all(workers) and all(models)):
            return
        at = now - self._begin
        if self._killed:
            what, since, cameras = self._killed
            if all((standings[n].age or 1e9) < now - since for n in cameras if standings[n].why != "nobody is there"):
                self.recovered.append((what, now - since))
                self._killed = None
        elif self._kills and at > self._kills[0]:
            self._kills.pop(0)
            self.counted.append((now, lines_of(self._folder, len(standings))))
            first = not self.recovered
            pid = workers[0] if first else models[0]
            cameras = list(range(0, len(standings), self._workers if first else 1))
            self._killed = ("a worker" if first else "the model service"), now, cameras
            os.kill(pid, signal.SIGKILL)
        elif not self.memory or at > self.memory[-1][0] + 5:
            sizes = [sum(map(memory_of, pids)) for pids in (workers, models, [os.getpid()])]
            self.memory.append((at, *sizes))


def lines_of(folder: Path, cameras: int) -> list[int]:
    """How many lines each camera's file has."""
    files = {int(path.name[:4]): path for path in folder.glob("*.jsonl")}
    return [files[number].read_bytes().count(b"\n") if number in files else 0 for number in range(cameras)]


def memory_of(pid: int) -> float:
    """MiB that a process has to itself, or its share of what it shares; 0 if it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def make_video(path: Path, width: int, height: int, *, seconds: float = 8.0) -> Path:
    """The bundled video in another size."""
    with av.open(str(SAMPLE)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", 25, options={"crf": "23", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for index, frame in enumerate(source.decode(video=0)):
            if index > seconds * 25:
                break
            scaled = frame.reformat(width, height, "yuv420p")
            scaled.pts = index
            target.mux(stream.encode(scaled))
        target.mux(stream.encode())
    return path


def run(video: Path, folder: Path, cameras: int, minutes: float, workers: int) -> None:
    rates = [FAST, 0.0, SLOW] + [USUAL] * (cameras - 3)
    names = named([f"http://{fps}{video}" for fps in rates])
    seconds = minutes * 60
    watcher = Watcher([seconds * 0.5, seconds * 0.75], workers, folder)
    begin = time.monotonic()
    report = run_cameras(
        Classify,
        names,
        workers=workers,
        results=folder,
        overwrite=True,
        max_seconds=seconds + 30,
        open_source=open_simulated,
        on_report=watcher,
    )
    whole = time.monotonic() - begin
    (since, before), (until, after) = watcher.counted[:2]
    per_camera = [(b - a) / (until - since) for a, b in zip(before, after, strict=True)]
    usual = sorted(per_camera[3:])
    print(f"\nin the {until - since:.0f} s before the first kill: {sum(per_camera):.1f} frames/s")
    for figures in report.figures:
        print(f"since it was last started: {figures['frames'] / figures['batches']:.1f} frames a batch")
    print("\n| camera | gives frames/s | processed/s |\n|---|---|---|")
    print(f"| {len(usual)} usual ones: least, median, most | {USUAL:.1f} | "
          f"{usual[0]:.2f}, {statistics.median(usual):.2f}, {usual[-1]:.2f} |")  # fmt: skip
    for name, number in (("the fast one", 0), ("the slow one", 2), ("the one that isn't there", 1)):
        print(f"| {name} | {rates[number]:.1f} | {per_camera[number]:.2f} |")
    print("\n| seconds | workers, MiB | model, MiB | this process, MiB |\n|---|---|---|---|")
    step = max(1, len(watcher.memory) // 8)
    for at, *sizes in watcher.memory[::step]:
        print(f"| {at:.0f} | {' | '.join(f'{size:.0f}' for size in sizes)} |")
    for what, after in watcher.recovered:
        print(f"{what} was killed: all its cameras had results again after {after:.1f} s")
    print(f"start and end took {whole - report.seconds:.1f} s")
    lines = [line for path in folder.glob("*.jsonl") for line in path.read_text().splitlines(keepends=True)]
    whole_lines = sum(line.endswith("}\n") for line in lines)
    print(f"{len(lines)} lines of results, {whole_lines} of them whole")


def run_carried(video: Path, folder: Path, cameras: int, minutes: float, workers: int, fps: float) -> None:
    report = run_cameras(
        Classify,
        named([f"http://{fps}{video}"] * cameras),
        workers=workers,
        results=folder,
        overwrite=True,
        max_seconds=minutes * 60,
        open_source=open_simulated,
    )
    rates, shares, latencies = [], [], []
    for path in folder.glob("*.jsonl"):
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        lines = lines[len(lines) // 4 :]  # without the time in which all cameras are opened
        first, last = lines[0], lines[-1]
        rates.append((len(lines) - 1) / (last["time"] - first["time"]))
        shares.append(100 * len(lines) / (last["frame"] - first["frame"] + 1))
        latencies += [line["latency_ms"] for line in lines]
    print(f"{cameras} cameras, {fps} frames/s of each, {workers} workers, {report.seconds:.0f} s")
    for figures in report.figures:
        print(f"a model service was busy for {figures['busy_s'] / report.seconds:.0%} of that")
    print("\n| | least | median | most |\n|---|---|---|---|")
    for what, values in (("frames/s", rates), ("of those that came, %", shares), ("capture to result, ms", latencies)):
        print(f"| {what} | {min(values):.2f} | {statistics.median(values):.2f} | {max(values):.2f} |")
    print(f"95 % of the results came within {sorted(latencies)[int(0.95 * len(latencies))]:.0f} ms")


def costs(folder: Path) -> None:
    """What a frame costs each part, in milliseconds of one core, and what 10,000 cameras take."""
    classify = Classify()
    decoding = {}
    for name, (width, height) in {"640x360": (640, 360), "1920x1080": (1920, 1080)}.items():
        path = make_video(folder / f"{name}.mp4", width, height, seconds=4)
        decoding[name] = milliseconds(lambda path=path: decode(path), 3) / 101
    image = next(iter(open_source(SAMPLE))).image
    model = milliseconds(lambda: classify.process_batch([image] * 16), 5) / 16

    @ray.remote(num_cpus=0)
    class Echo:
        def take(self, images: list[np.ndarray]) -> int:
            return len([image.copy() for image in images])

    echo = Echo.remote()
    transfer = {}
    for name, (width, height) in {"640x360": (640, 360), "1920x1080": (1920, 1080)}.items():
        frames = [np.zeros((height, width, 3), np.uint8) for _ in range(16)]
        ray.get(echo.take.remote(frames))
        transfer[name] = milliseconds(lambda frames=frames: ray.get(echo.take.remote(frames)), 10) / 16
    print("\n| a frame costs, ms | 640x360 | 1920x1080 |\n|---|---|---|")
    print(f"| decoding, of each frame that comes | {decoding['640x360']:.2f} | {decoding['1920x1080']:.2f} |")
    print(f"| to the model and back, by Ray | {transfer['640x360']:.2f} | {transfer['1920x1080']:.2f} |")
    print(f"| classify, in batches of 16 on a core | {model:.2f} | {model:.2f} |")
    for name in decoding:
        for coming, looked_at in ((25, 2), (5, 1)):
            per_camera = coming * decoding[name] + looked_at * (transfer[name] + model)
            print(
                f"10,000 cameras of {name}, {coming} frames/s of which {looked_at} are looked at: "
                f"{ceil(10 * coming * decoding[name])} cores decode, {ceil(10 * looked_at * transfer[name])} carry, "
                f"{ceil(10 * looked_at * model)} look (or a few GPUs): {ceil(10 * per_camera)} cores without GPUs"
            )


def decode(path: Path) -> None:
    with av.open(str(path)) as container:
        container.streams.video[0].thread_type = "NONE"
        for frame in container.decode(video=0):
            frame.to_ndarray(format="bgr24")


def milliseconds(work: Callable[[], object], times: int) -> float:
    """The quickest of some runs."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cameras", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--carried", type=float, metavar="FPS", help="what all cameras give alike; nobody is killed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, connected():
        folder = Path(name)
        video = make_video(folder / "small.mp4", 320, 180)
        rest = video, folder / "results", options.cameras, options.minutes, options.workers
        if options.carried:
            run_carried(*rest, options.carried)
        else:
            run(*rest)
            costs(folder)


if __name__ == "__main__":
    main()

"""A long run: does memory grow? A looped video as a live source, the classifier, and viewers that come and go.

    python benchmarks/soak.py [--minutes N] [--record]

Prints the resident memory, threads and open files of the program over time, then by how much the memory grew after the
first fifth of the run. The viewers are in a process of their own: they connect, look for some seconds, and go, every
other one without a word. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

from torch_opencv.apps.classify import Classify
from torch_opencv.live import Frame, Results, Source, VideoEncoder, open_source
from torch_opencv.live.browser import Browser
from torch_opencv.live.loop import run


class Looped(Source):
    """A video again and again, at its own pace, as a camera would give it."""

    live = True

    def __init__(self, spec: str) -> None:
        super().__init__()
        self._spec = spec
        with open_source(spec) as video:
            self.name, self.fps = f"{video.name}, looped", video.fps
        self._closed = threading.Event()

    def __iter__(self) -> Iterator[Frame]:
        start, index, before = time.monotonic(), count(), 0.0
        while not self._closed.is_set():
            position = 0.0
            with open_source(self._spec) as video:
                for frame in video:
                    position = frame.time
                    if self._closed.wait(max(0.0, start + before + position - time.monotonic())):
                        return
                    now = time.monotonic()
                    yield replace(frame, index=next(index), time=now - start, source=self.name, captured=now)
            before += position + 1 / (self.fps or 25)

    def close(self) -> None:
        """End the iteration."""
        self._closed.set()


def view(address: str) -> None:
    """Open the page's connection, look for some seconds, leave, again and again."""
    from websockets.exceptions import ConnectionClosed
    from websockets.sync.client import connect

    chance, visits = random.Random(0), 0
    while True:
        until = time.monotonic() + chance.uniform(0.2, 5)
        images = 0
        with connect(address.replace("http", "ws") + "socket", origin=address.rstrip("/"), proxy=None) as connection:
            try:
                while time.monotonic() < until:
                    message = connection.recv(timeout=5)
                    if isinstance(message, str) and json.loads(message)["type"] == "frame":
                        number = json.loads(message)["number"]
                    elif isinstance(message, bytes):
                        connection.send(json.dumps({"type": "seen", "number": number}))
                        images += 1
            except (ConnectionClosed, TimeoutError):
                print(f"a viewer was left alone after {images} images", file=sys.stderr)
            if visits % 2 == 0:
                connection.socket.close()  # as when the network goes
        visits += 1
        time.sleep(chance.uniform(0, 1))


def resident_mib() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def watch(ended: threading.Event, seconds: float, measured: list[float]) -> None:
    """Print a line every minute, of which there are at least twenty."""
    start = time.monotonic()
    print("| minute | resident MiB | threads | open files |\n|---:|---:|---:|---:|")
    interval = min(60.0, seconds / 30)
    while not ended.wait(interval):
        measured.append(resident_mib())
        files = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
        minute = (time.monotonic() - start) / 60
        print(f"| {minute:.1f} | {measured[-1]:.1f} | {threading.active_count()} | {files} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--source", default="sample", metavar="VIDEO")
    parser.add_argument("--record", action="store_true", help="record the whole run, too")
    parser.add_argument("--view", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.view:
        view(options.view)
    seconds = options.minutes * 60
    browser = Browser("soak", port=0)
    viewers = subprocess.Popen([sys.executable, __file__, "--view", browser.address])
    ended, measured = threading.Event(), list[float]()
    watcher = threading.Thread(target=watch, args=(ended, seconds, measured))
    watcher.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            report = run(
                Classify(),
                Looped(options.source),
                views=[browser],
                results=Results(Path(folder) / "results.jsonl"),
                encoder=VideoEncoder(Path(folder) / "soak.mp4") if options.record else None,
                max_seconds=seconds,
                hud=True,
            )
    finally:
        ended.set()
        viewers.kill()
        viewers.wait()
        watcher.join()
    fifth = len(measured) // 5
    before, after = statistics.median(measured[fifth : 2 * fifth]), statistics.median(measured[-fifth:])
    rate = report.shown / report.seconds
    print(f"\n{report.frames} frames processed, {report.shown} shown ({rate:.1f}/s), {report.dropped} dropped")
    print(
        f"resident memory after the first fifth {before:.1f} MiB, at the end {after:.1f} MiB: {after / before - 1:+.1%}"
    )


if __name__ == "__main__":
    main()

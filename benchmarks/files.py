"""Whole files: frames a second of the programs, with and without recording, against the loop that one writes by hand.

    python benchmarks/files.py [VIDEO] [--rounds N] [--frames N] [--hogs N]

"by hand" is cv2.VideoCapture, a PyTorch network and cv2.VideoWriter, one after another. "one at a time" is our loop
with one frame in the model at a time, "ours" as it comes: several, where that is quicker. Contenders alternate within a
round; ratios are medians of each round's. Times are from the first frame read to the finished file. `--hogs` keeps so
many processes busy meanwhile.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from torch_opencv import live
from torch_opencv.apps.classify import Classify
from torch_opencv.apps.stylize import Stylize
from torch_opencv.vision.classify import loading
from torch_opencv.vision.stylize import styles

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "video" / "car-detection.mp4"
Loop = Callable[[Path, Path | None, int], object]


class Kept:
    """A program that stays open after a run, so that a benchmark can run it again."""

    def __init__(self, program: Any, concurrent: bool) -> None:
        self.program, self.concurrent = program, concurrent and program.concurrent
        self.process, self.draw, self.fields = program.process, program.draw, program.fields
        self.replaces_frame = program.replaces_frame


def ours(program: Any, *, concurrent: bool, folder: Path) -> Loop:
    def loop(video: Path, record: Path | None, frames: int) -> list[dict[str, Any]]:
        results = folder / "results.jsonl"
        results.unlink(missing_ok=True)
        live.run(Kept(program, concurrent), video, view="none", record=record, results=results, max_frames=frames)
        return [json.loads(line) for line in results.read_text("utf-8").splitlines()]

    return loop


def classify_by_hand() -> Loop:
    recipe = loading.load("efficientnet-lite0")
    network = recipe.network.eval()

    @torch.no_grad()
    def look(frame: np.ndarray) -> tuple[np.ndarray, object]:
        height, width = frame.shape[:2]
        side = round(min(height, width) * 0.875)
        top, left = (height - side) // 2, (width - side) // 2
        small = cv2.resize(frame[top : top + side, left : left + side], (224, 224), interpolation=cv2.INTER_AREA)
        rgb = (small[:, :, ::-1].astype(np.float32) - 127) / 128
        scores, indices = (
            network(torch.from_numpy(np.ascontiguousarray(rgb.transpose(2, 0, 1)))[None]).softmax(1)[0].topk(5)
        )
        names = [(recipe.classes[i][1], s) for i, s in zip(indices.tolist(), scores.tolist(), strict=True)]
        for row, (name, score) in enumerate(names):
            at = (10, 30 + 30 * row)
            cv2.putText(frame, f"{score:.2f} {name}", at, cv2.FONT_HERSHEY_SIMPLEX, 0.8, (255, 255, 255), 2)
        return frame, names

    return by_hand(look)


def stylize_by_hand() -> Loop:
    network = styles.load("starry-night").network.eval()

    @torch.no_grad()
    def paint(frame: np.ndarray) -> tuple[np.ndarray, object]:
        height, width = frame.shape[:2]
        small = cv2.resize(frame, (640, round(height * 640 / width) // 4 * 4), interpolation=cv2.INTER_AREA)
        painted = network(torch.from_numpy(small)[None])[0].numpy()
        return cv2.resize(painted, (width, height), interpolation=cv2.INTER_CUBIC), None

    return by_hand(paint)


def by_hand(look: Callable[[np.ndarray], tuple[np.ndarray, object]]) -> Loop:
    def loop(video: Path, record: Path | None, frames: int) -> list[object]:
        capture, writer, answers = cv2.VideoCapture(str(video)), None, []
        for _ in range(frames):
            ok, frame = capture.read()
            if not ok:
                break
            image, answer = look(frame)
            answers.append(answer)
            if record:
                if writer is None:
                    size = image.shape[1], image.shape[0]
                    writer = cv2.VideoWriter(str(record), cv2.VideoWriter_fourcc(*"mp4v"), 25, size)
                writer.write(image)
        if writer:
            writer.release()
        return answers

    return loop


def spin() -> None:
    while True:
        pass


@contextmanager
def hogs(count: int) -> Any:
    running = [multiprocessing.Process(target=spin, daemon=True) for _ in range(count)]
    for one in running:
        one.start()
    try:
        yield
    finally:
        for one in running:
            one.kill()


def measure(contenders: dict[str, Loop], video: Path, record: Path | None, rounds: int, frames: int) -> None:
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds + 1):
        for name, loop in contenders.items():
            if record:
                record.unlink(missing_ok=True)
            count = frames if number else min(frames, 10)  # the first round warms up
            begin = time.perf_counter()
            loop(video, record, count)
            if number:
                rates[name].append(count / (time.perf_counter() - begin))
    cells = [f"{statistics.median(rates[name]):.1f}" for name in contenders]
    for base in ("by hand", "one at a time"):
        ratios = [a / b for a, b in zip(rates["ours"], rates[base], strict=True)]
        cells.append(f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
    print(" | ".join(cells), "|", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sample = Path(str(files("torch_opencv.live.sources") / "sample.mp4"))
    parser.add_argument("video", nargs="?", type=Path, default=SHARED if SHARED.is_file() else sample)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--frames", type=int, default=120, help="of the video, in each run")
    parser.add_argument("--hogs", type=int, default=0, help="processes that are kept busy meanwhile")
    options = parser.parse_args()
    print(
        f"{options.video.name}, {options.rounds} rounds, {os.cpu_count()} cores, {torch.get_num_threads()} threads, "
        f"{options.hogs} hogs; torch {torch.__version__}, OpenCV {cv2.__version__}; frames/s, medians of ratios\n"
    )
    print("| program | by hand | one at a time | ours | ours / by hand | ours / one at a time |")
    print("|---|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as name, hogs(options.hogs):
        folder = Path(name)
        for program, app, hand, share in (
            ("classify", Classify(), classify_by_hand(), 1.0),
            ("stylize", Stylize(), stylize_by_hand(), 0.25),
        ):
            contenders = {
                "by hand": hand,
                "one at a time": ours(app, concurrent=False, folder=folder),
                "ours": ours(app, concurrent=True, folder=folder),
            }
            for record in (folder / "out.mp4", None):
                print(f"| {program}, {'recorded' if record else 'results only'} | ", end="", flush=True)
                measure(contenders, options.video, record, options.rounds, max(1, round(options.frames * share)))


if __name__ == "__main__":
    main()

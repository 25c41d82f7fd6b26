"""Live classification: our Classifier against the loop that one writes by hand, on the same video in one run.

    python benchmarks/classify.py [VIDEO] [--rounds N] [--frames N] [--device DEVICE]

"by hand" is the original demo's way: cv2.VideoCapture, NumPy, a PyTorch network, the five best. "with care" is the same
with all that PyTorch itself offers without compiling: channels last, inference mode, no needless conversions. All three
take the same crop, the same resizing and the same weights. Rounds alternate, so that a noisy spell hits all.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import torch

import torch_opencv as cv
from torch_opencv.vision import Classifier
from torch_opencv.vision.classify import loading
from torch_opencv.vision.frames import center_crop, resize_into

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "video" / "car-detection.mp4"

Best = list[tuple[str, float]]
# Milliseconds for reading, preparing and the network with the choice of the five best, and these.
Step = tuple[float, float, float, Best]


@dataclass
class Record:
    """What one contender took, frame by frame."""

    reading: list[float] = field(default_factory=list)
    preparing: list[float] = field(default_factory=list)
    network: list[float] = field(default_factory=list)
    total: list[float] = field(default_factory=list)
    best: list[Best] = field(default_factory=list)

    def add(self, step: Step) -> None:
        """Add a frame."""
        reading, preparing, network, best = step
        self.reading.append(reading)
        self.preparing.append(preparing)
        self.network.append(network)
        self.total.append(reading + preparing + network)
        self.best.append(best)


def elapsed(start: float) -> float:
    return (time.perf_counter() - start) * 1e3


def square(frame: np.ndarray) -> np.ndarray:
    """The crop and the resizing of EfficientNet-Lite0's recipe, which is what our Classifier does too."""
    height, width = frame.shape[:2]
    side = round(min(height, width) * 0.875)
    top, left = (height - side) // 2, (width - side) // 2
    crop = frame[top : top + side, left : left + side]
    return cv2.resize(crop, (224, 224), interpolation=cv2.INTER_AREA if side >= 224 else cv2.INTER_CUBIC)


def by_hand(video: str, device: torch.device) -> Iterator[Step]:
    recipe = loading.load("efficientnet-lite0")
    network = recipe.network.eval().to(device)
    capture = cv2.VideoCapture(video)
    while True:
        start = time.perf_counter()
        ok, frame = capture.read()
        reading = elapsed(start)
        if not ok:
            capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
            continue
        start = time.perf_counter()
        rgb = (square(frame)[:, :, ::-1].astype(np.float32) - 127) / 128
        image = torch.from_numpy(np.ascontiguousarray(rgb.transpose(2, 0, 1)))[None].to(device)
        preparing = elapsed(start)
        start = time.perf_counter()
        with torch.no_grad():
            scores, indices = network(image).softmax(dim=1)[0].topk(5)
        best = [(recipe.classes[i][1], score) for i, score in zip(indices.tolist(), scores.tolist(), strict=True)]
        yield reading, preparing, elapsed(start), best


@torch.inference_mode()
def with_care(video: str, device: torch.device) -> Iterator[Step]:
    recipe = loading.load("efficientnet-lite0")
    network = recipe.network.eval().to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    capture = cv2.VideoCapture(video)
    while True:
        start = time.perf_counter()
        ok, frame = capture.read()
        reading = elapsed(start)
        if not ok:
            capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
            continue
        start = time.perf_counter()
        small = torch.from_numpy(cv2.cvtColor(square(frame), cv2.COLOR_BGR2RGB)).to(device)
        image = small.permute(2, 0, 1)[None].float().sub_(127).div_(128)  # channels last already
        preparing = elapsed(start)
        start = time.perf_counter()
        scores, indices = network(image).softmax(dim=1)[0].topk(5)
        best = [(recipe.classes[i][1], score) for i, score in zip(indices.tolist(), scores.tolist(), strict=True)]
        yield reading, preparing, elapsed(start), best


def ours(video: str, device: torch.device) -> Iterator[Step]:
    classifier = Classifier(device=device)
    print(f"backend: {classifier.backend}")
    capture = cv.VideoCapture(video)
    small = torch.empty((224, 224, 3), dtype=torch.uint8)
    while True:
        start = time.perf_counter()
        ok, frame = capture.read()
        reading = elapsed(start)
        if not ok:
            capture.set(cv.CAP_PROP_POS_FRAMES, 0)
            continue
        start = time.perf_counter()
        predictions = classifier(frame)
        both = elapsed(start)
        # The preparing once more, only to tell how much of the time it was.
        start = time.perf_counter()
        resize_into(small, center_crop(frame, 0.875))
        preparing = elapsed(start)
        yield reading, preparing, both - preparing, [(one.label, one.score) for one in predictions]


CONTENDERS: dict[str, Callable[[str, torch.device], Iterator[Step]]] = {
    "by hand": by_hand,
    "with care": with_care,
    "ours": ours,
}


def measure(video: str, device: torch.device, rounds: int, frames: int) -> dict[str, Record]:
    loops = {name: make(video, device) for name, make in CONTENDERS.items()}
    records = {name: Record() for name in CONTENDERS}
    for number in range(rounds + 1):
        for name, loop in loops.items():
            for _ in range(frames):
                step = next(loop)
                if number:  # the first round warms up
                    records[name].add(step)
    return records


def table(records: dict[str, Record]) -> None:
    base = records["by hand"]
    print("| | frames/s | of by hand | read | prepare | network | same five best | largest score difference |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for name, record in records.items():
        median = statistics.median(record.total)
        stages = [statistics.median(times) for times in (record.reading, record.preparing, record.network)]
        pairs = list(zip(record.best, base.best, strict=True))
        same = sum([label for label, _ in a] == [label for label, _ in b] for a, b in pairs)
        difference = max(abs(p - q) for a, b in pairs for (_, p), (_, q) in zip(a, b, strict=True))
        print(
            f"| {name} | {1e3 / median:.0f} | {statistics.median(base.total) / median:.2f} | "
            + " | ".join(f"{ms:.2f} ms" for ms in stages)
            + f" | {same} of {len(pairs)} | {difference:.1e} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sample = Path(str(files("torch_opencv.live.sources") / "sample.mp4"))
    parser.add_argument("video", nargs="?", type=Path, default=SHARED if SHARED.is_file() else sample)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--frames", type=int, default=25, help="frames a round")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    records = measure(str(options.video), torch.device(options.device), options.rounds, options.frames)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(
        f"{options.video.name}, {options.rounds} rounds of {options.frames} frames, {options.device}, medians; "
        f"{os.cpu_count()} cores, {torch.get_num_threads()} threads, load {load:.1f}; "
        f"torch {torch.__version__}, OpenCV {cv2.__version__}\n"
    )
    table(records)


if __name__ == "__main__":
    main()

"""Cameras and a program for the tests; workers get their code itself, as they can't import tests."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import torch

from torch_opencv.live.app import App
from torch_opencv.live.errors import SourceError
from torch_opencv.live.sources import Frame, Source


class Simulated(Source):
    """A camera with so many frames a second, for ever: each is brighter by 1 than the one before."""

    live = True

    def __init__(self, name: str, fps: float) -> None:
        super().__init__()
        self.name, self.fps = name, fps
        self.closed = False

    def __iter__(self) -> Iterator[Frame]:
        index = 0
        begin = time.monotonic()
        while not self.closed:
            time.sleep(max(0.0, begin + index / self.fps - time.monotonic()))
            image = torch.full((48, 64, 3), index % 256, dtype=torch.uint8)
            yield Frame(image, index, index / self.fps, self.name, time.monotonic())
            index += 1

    def close(self) -> None:
        self.closed = True


def open_simulated(spec: str) -> Source:
    """ "slow" gives 4 frames a second, "fast" 200, "dead" none, "brief" 3 and then it is lost; others 10."""
    kind = spec.rpartition("/")[2]
    if kind == "dead":
        raise SourceError(f"{spec.partition('://')[2]} can't be read: nobody is there")
    return Simulated(spec, {"slow": 4.0, "fast": 200.0}.get(kind, 10.0))


class Mean(App[float]):
    """How bright a frame is, with the process that has looked at it."""

    def __init__(self, seconds: float = 0.0, fails_after: int | None = None) -> None:
        self.seconds, self.fails_after, self.seen = seconds, fails_after, 0

    def process(self, image: torch.Tensor, /) -> float:
        self.seen += 1
        if self.fails_after is not None and self.seen > self.fails_after:
            raise ValueError("this program has failed")
        time.sleep(self.seconds)
        mean = image.float().mean().item()
        image.fill_(0)  # it must not, but then the memory isn't Ray's
        return mean

    def fields(self, result: float, /) -> dict[str, object]:
        return {"mean": result, "pid": os.getpid()}

    def summary(self) -> str:
        return f"{self.seen} frames seen"

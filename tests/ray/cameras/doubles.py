"""Cameras and a program for the tests; workers get their code itself, as they can't import tests."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import torch

from torch_opencv.live.app import App
from torch_opencv.live.errors import SourceError
from torch_opencv.live.sources import Frame, Source

FPS = {"slow": 4.0, "fast": 200.0, "usual": 10.0}
SHADE = {"slow": 10, "fast": 20, "usual": 30}


class Simulated(Source):
    """A camera that gives grey frames of its own shade, for ever."""

    live = True

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name, self.fps = name, FPS[name]
        self.closed = False

    def __iter__(self) -> Iterator[Frame]:
        assert self.fps
        begin, index = time.monotonic(), 0
        while not self.closed:
            time.sleep(max(0.0, begin + index / self.fps - time.monotonic()))
            image = torch.full((48, 64, 3), SHADE[self.name], dtype=torch.uint8)
            yield Frame(image, index, index / self.fps, self.name, time.monotonic())
            index += 1

    def close(self) -> None:
        self.closed = True


def open_simulated(address: str) -> Source:
    name = address.rpartition("/")[2]
    if name not in FPS:
        raise SourceError(f"http://host/{name} can't be read: nobody is there")
    return Simulated(name)


class Mean(App[float]):
    """How bright a frame is, and the process that has looked at it."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds, self.seen = seconds, 0

    def process(self, image: torch.Tensor, /) -> float:
        self.seen += 1
        time.sleep(self.seconds)
        mean = image.float().mean().item()
        image.fill_(0)  # it must not, but then the memory isn't Ray's
        return mean

    def draw(self, image: torch.Tensor, result: float, /) -> torch.Tensor:
        return image.fill_(255)

    def fields(self, result: float, /) -> dict[str, object]:
        return {"mean": result, "pid": os.getpid()}

    def summary(self) -> str:
        return f"{self.seen} frames seen"


class Failing(Mean):
    """Fails at its fourth frame."""

    def process(self, image: torch.Tensor, /) -> float:
        if self.seen == 3:
            raise ValueError("the fourth frame is too much")
        return super().process(image)

"""Apps for the tests of archives, quick ones."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from torch_opencv.live.app import App
from torch_opencv.live.counts import Counts


class Mean(App[list[float]]):
    """The mean of each channel; it says in a folder which processes it runs in.

    Args:
        pids: the folder.
        seconds: that a frame takes.
    """

    def __init__(self, pids: Path, seconds: float = 0.0) -> None:
        (pids / str(os.getpid())).touch()
        self.seconds = seconds

    def process(self, image: torch.Tensor, /) -> list[float]:
        time.sleep(self.seconds)
        means = image.to(torch.float64).mean((0, 1)).tolist()
        image.fill_(0)  # it must not, but then the memory isn't Ray's
        return means

    def fields(self, result: list[float], /) -> dict[str, object]:
        return {"mean": [round(value, 3) for value in result]}


class Frames(Counts):
    """How many there are."""

    number = 0

    def add(self, fields: Mapping[str, Any], /) -> None:
        assert len(fields["mean"]) == 3
        self.number += 1

    def merge(self, other: Frames, /) -> None:
        self.number += other.number

    def __str__(self) -> str:
        return str(self.number)


def mean_of(pids: Path, seconds: float = 0.0, *, largest_file: int | None = None) -> Callable[[], Mean]:
    """What makes the app in each worker.

    Args:
        pids: see `Mean`.
        seconds: see `Mean`.
        largest_file: bytes that the worker can write to a file, as if the disk were full then.
    """

    def make() -> Mean:
        if largest_file is not None:
            import resource

            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
        return Mean(pids, seconds)

    return make

"""Measures how Triton's kernels are launched best on this machine's GPU, and keeps that.

    python -m torch_opencv.cuda.kernels.tune

Each kernel makes a full HD image in each of the few ways; it takes a minute, of which compiling is most. What is at
least 3 % faster than the usual way is taken.
"""

from __future__ import annotations

import functools
import importlib.util
import statistics
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

import torch_opencv as cv
from torch_opencv.cuda.kernels import launches
from torch_opencv.cuda.kernels.launches import CANDIDATES, Launch

_WORTHWHILE = 1.03
_CYCLES = 6_000_000  # about three milliseconds
_WARP = [[0.98, 0.1, 5.0], [-0.1, 0.98, 9.0]]


def calls(image: Tensor) -> dict[str, Callable[[], Any]]:
    """A typical call of each kernel, by its name.

    Args:
        image: torch.uint8 (H, W, 3).
    """
    cuda: Any = cv.cuda
    height, width = image.shape[:2]
    half = width // 2, height // 2
    smooth = cuda.createGaussianFilter(cv.CV_8UC3, -1, (5, 5), 1.1)
    return {
        "resize": lambda: cuda.resize(image, half),
        "nearest": lambda: cuda.resize(image, half, interpolation=cv.INTER_NEAREST),
        "preprocess": lambda: cuda.preprocess(image, half),
        "gray": lambda: cuda.cvtColor(image, cv.COLOR_BGR2GRAY),
        "threshold": lambda: cuda.threshold(image, 100, 255, cv.THRESH_BINARY),
        "separable": lambda: smooth.apply(image),
        "warp": lambda: cuda.warpAffine(image, _WARP, (width, height)),
    }


def measure(name: str, device: torch.device, milliseconds: Callable[[], float]) -> dict[Launch, float]:
    """How long a kernel takes in each way.

    Args:
        name: the kernel's.
        device: where it runs.
        milliseconds: runs it, and says how long that took.

    Raises:
        RuntimeWarning: it can't be compiled or started, and torch's operations have taken over.
    """
    times: dict[Launch, float] = {}
    with warnings.catch_warnings():
        warnings.filterwarnings("error", "cv.cuda: Triton's kernel", RuntimeWarning)
        for launch in CANDIDATES:
            with launches.trial(name, device, launch):
                times[launch] = milliseconds()
    return times


def best(times: dict[Launch, float]) -> Launch:
    """The fastest way; the usual one if none is clearly faster."""
    fastest = min(times, key=times.__getitem__)
    usual = CANDIDATES[0]
    return fastest if times[usual] >= _WORTHWHILE * times[fastest] else usual


def device_milliseconds(call: Callable[[], Any]) -> float:
    """How long the device takes for what a call starts on it.

    The device is kept waiting for about three milliseconds while its queue fills: else it would wait for Python between
    two kernels, which takes longer than many of them. What takes Python longer to start is timed with its gaps.

    Args:
        call: on torch's current stream; it waits for nothing.
    """
    begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))  # type: ignore[no-untyped-call]
    torch.cuda._sleep(_CYCLES)  # type: ignore[no-untyped-call]
    begin.record()
    call()
    end.record()
    end.synchronize()
    milliseconds: float = begin.elapsed_time(end)
    return milliseconds


def _median(call: Callable[[], Any]) -> float:
    for _ in range(5):
        call()
    return statistics.median(device_milliseconds(call) for _ in range(30))


def main() -> int:
    """What the command does; its exit status."""
    if not torch.cuda.is_available():
        print("torch sees no CUDA device here: run this on a machine that has one", file=sys.stderr)
        return 2
    if importlib.util.find_spec("triton") is None:
        print("triton is not installed, so there are no kernels to tune: pip install triton", file=sys.stderr)
        return 2
    device = torch.device("cuda", torch.cuda.current_device())
    path: Path | None = None
    for name, call in calls(torch.randint(256, (1080, 1920, 3), dtype=torch.uint8, device=device)).items():
        try:
            times = measure(name, device, functools.partial(_median, call))
        except RuntimeWarning as warning:  # torch's operations have taken over: there is no kernel to measure
            print(f"{name:10} left out: {warning}")
            continue
        launch = best(times)
        took, usual = times[launch], times[CANDIDATES[0]]
        how = f"{launch.block} numbers, {launch.warps} warps"
        print(f"{name:10} {how:21} {took:.3f} ms, {usual / took:.2f} times as fast as usual")
        try:
            path = launches.keep(device, {name: launch})  # each at once, so that an interruption loses none
        except OSError as error:
            print(f"that can't be kept: {error}", file=sys.stderr)
            return 1
    if path is None:
        print("no kernel could be measured", file=sys.stderr)
        return 1
    print(f"kept in {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

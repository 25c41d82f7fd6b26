"""Which way each network runs fastest on this CPU: PyTorch itself, ONNX Runtime, and OpenVINO where it is installed.

    python benchmarks/runtime.py [--rounds N] [--only TEXT]

Every way takes the same real pictures (noise where a network's input is no picture), two calls of each in turn, of
which the second counts: after a call, PyTorch's threads wait for the next one by spinning, which costs whatever comes
then up to half its speed. Ratios are medians of the rounds' ratios to ONNX Runtime, the usual way: above 1 is faster.
PyTorch has rounds of its own, so that its ratio is one of medians. Differences are from PyTorch's output: of images in
grey levels, of other outputs as a share of the largest value. Weights of published networks are read where
`torch-opencv models fetch` keeps them, and starry.t7 in ../shared/data; a network whose weights aren't there is left
out. VGG-16 and the LSTM, whose speed doesn't depend on them, take random ones.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

import torch_opencv as cv
from torch_opencv.errors import TorchOpencvError
from torch_opencv.nets import faceapi
from torch_opencv.nets.neuraltalk2.core import Core
from torch_opencv.runtime import openvino_runtime
from torch_opencv.runtime.accelerated import Accelerated, Eager, Input, outputs_of
from torch_opencv.runtime.onnx_runtime import OnnxRuntime, exported, reason
from torch_opencv.runtime.openvino_runtime import OpenVino
from torch_opencv.vision.classify import loading
from torch_opencv.vision.faces import published
from torch_opencv.vision.frames import Normalise
from torch_opencv.vision.pictures import pictures
from torch_opencv.vision.stylize import styles

_SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
_VGG = (64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0)  # 0: pooling


@dataclass(frozen=True)
class Case:
    """A network and what it is given. `dynamic` as of `runtime.accelerate`."""

    module: nn.Module
    inputs: tuple[Tensor, ...]
    dynamic: tuple[int, ...]


def photo(height: int, width: int) -> Tensor:
    """A picture: uint8 (1, H, W, 3), BGR."""
    found: Tensor = cv.resize(pictures()[0], (width, height), interpolation=cv.INTER_AREA)
    return found[None]


def floats(size: int, count: int = 1) -> Tensor:
    """Pictures: float (count, 3, size, size), RGB, 0..255."""
    frames = [cv.resize(frame, (size, size)) for frame in pictures()]
    chosen = torch.stack([frames[index % len(frames)] for index in range(count)])
    return chosen.flip(3).permute(0, 3, 1, 2).float().contiguous()


def lite0() -> Case:
    loaded = loading.load("efficientnet-lite0", None)
    module = nn.Sequential(Normalise(loaded.mean, loaded.std), loaded.network, nn.Softmax(dim=1))
    return Case(module, (photo(*loaded.size),), (0,))


def style(name: str | Path, height: int, width: int) -> Case:
    return Case(styles.load(name).network, (photo(height, width),), (1, 2))


def vgg() -> Case:
    layers: list[nn.Module] = []
    before = 3
    for width in _VGG:
        layers += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU()] if width else [nn.MaxPool2d(2)]
        before = width or before
    head = [nn.Flatten(), nn.Linear(512 * 49, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 512)]
    return Case(nn.Sequential(*layers, *head), (floats(224) - 120,), (0,))


def lstm() -> Case:
    core = Core([nn.LSTMCell(512, 512)], nn.Linear(512, 9567))
    return Case(core, (torch.randn(3, 512), torch.randn(3, 2, 512)), (0,))


CASES: dict[str, Callable[[], Case]] = {
    "EfficientNet-Lite0, 224": lite0,
    "our styles (starry-night), 512 x 256": lambda: style("starry-night", 256, 512),
    "our styles (starry-night), 640 x 360": lambda: style("starry-night", 360, 640),
    "starry.t7, 512 x 256": lambda: style(_SHARED / "t7" / "starry.t7", 256, 512),
    "VGG-16 as NeuralTalk2's, 224": vgg,
    "tiny face detector, 416": lambda: Case(published.load(faceapi.TinyFaceDetector), (floats(416),), (0,)),
    "SSD MobileNet, 512": lambda: Case(published.load(faceapi.SsdMobilenet), (floats(512),), (0,)),
    "age and gender, 112, batch of 8": lambda: Case(published.load(faceapi.AgeGender), (floats(112, 8),), (0,)),
    "LSTM step, 512, 9,567 words, 3 beams": lstm,
}


def ways(case: Case) -> Iterator[tuple[str, Accelerated]]:
    """Each way that there is on this machine to run the network."""
    specs = tuple(Input.like(tensor, case.dynamic) for tensor in case.inputs)
    graph = exported(case.module, case.inputs, specs)
    yield "PyTorch", Eager(case.module, specs, torch.device("cpu"))
    yield "ONNX Runtime", OnnxRuntime(graph, specs)
    if not openvino_runtime.installed() or openvino_runtime.why_not():
        return
    try:
        yield "OpenVINO", OpenVino(graph, specs)
    except RuntimeError as error:  # an operator that it doesn't know
        print(f"OpenVINO can't: {reason(error)}", file=sys.stderr)
        return
    if openvino_runtime.has_bf16():
        yield "OpenVINO bf16", OpenVino(graph, specs, "bf16")


def difference(run: Accelerated, case: Case) -> str:
    """How far its outputs are from PyTorch's."""
    with torch.no_grad():
        wanted, found = outputs_of(case.module, case.inputs), run.run(case.inputs)
    if wanted[0].dtype == torch.uint8:
        levels = (found[0].int() - wanted[0].int()).abs()
        return f"{int(levels.max())} levels, {float((levels <= 1).double().mean()):.2%} within 1"
    return f"{max(float((a - b).abs().max() / b.abs().max()) for a, b in zip(found, wanted, strict=True)):.1e}"


def measured(runs: dict[str, Accelerated], case: Case, rounds: int) -> dict[str, list[float]]:
    """Seconds of each call that counts."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for together in ([name for name in runs if name != "PyTorch"], ["PyTorch"]):
        for number in range(rounds + 3):
            for name in together:
                runs[name](*case.inputs)
                start = time.perf_counter()
                runs[name](*case.inputs)
                if number >= 3:  # the first ones allocate
                    seconds[name].append(time.perf_counter() - start)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--only", default="", metavar="TEXT", help="networks whose names hold this")
    options = parser.parse_args()
    torch.manual_seed(0)
    print(f"{platform.machine()}, {torch.get_num_threads()} threads, torch {torch.__version__}", end="")
    print(f", OpenVINO {openvino_runtime.installed() or 'not installed'}\n")
    print("| network | way | ms | of ONNX Runtime's rate | difference from PyTorch |\n|---|---|---:|---:|---|")
    for name, make in CASES.items():
        if options.only not in name:
            continue
        try:
            case = make()
        except TorchOpencvError as error:
            print(f"{name}: left out, {str(error).splitlines()[0]}", file=sys.stderr)
            continue
        case.module.eval().requires_grad_(False)
        runs = dict(ways(case))
        seconds = measured(runs, case, options.rounds)
        for way, run in runs.items():
            usual = seconds["ONNX Runtime"]
            ratio = statistics.median(a / b for a, b in zip(usual, seconds[way], strict=True))
            if way == "PyTorch":
                ratio = statistics.median(usual) / statistics.median(seconds[way])
            off = "" if way == "PyTorch" else difference(run, case)
            print(f"| {name} | {way} | {statistics.median(seconds[way]) * 1e3:.2f} | {ratio:.2f} | {off} |", flush=True)


if __name__ == "__main__":
    main()

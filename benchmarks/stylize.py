"""Stylization: what a painted frame costs, our own networks beside starry.t7, and that beside what one writes by hand.

    python benchmarks/stylize.py [STARRY.t7] [--rounds N] [--sizes 512x256,640x360,...] [--device DEVICE]

All contenders take a torch.uint8 frame and give one; they take turns within a round, so that a noisy spell hits all. Of
starry.t7, the original demo's network: "eager" is the loop over its layers in PyTorch, "channels last" the same with
PyTorch's faster layout, "ONNX Runtime" the network exported and run as both do by default, and "ours" is
`Stylizer("starry.t7")`, with its BatchNorms folded. (The original, Torch7, needs 740 ms for 512x256 on two such cores.)
The last column is how far the displayed image is from that of the network in float64, at most, in grey levels.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import onnxruntime  # type: ignore[import-untyped]
import torch
from torch import Tensor, nn

import torch_opencv as cv
from torch_opencv import t7
from torch_opencv.live.sources import open_source
from torch_opencv.runtime.accelerated import Input
from torch_opencv.runtime.onnx_runtime import exported
from torch_opencv.vision import Stylizer

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "t7" / "starry.t7"
MEAN = torch.tensor([103.939, 116.779, 123.68])  # blue, green, red

Contender = Callable[[Tensor], Tensor]


def by_hand(network: nn.Module, *, channels_last: bool = False, dtype: torch.dtype = torch.float32) -> Contender:
    network = network.to(dtype)
    layout = torch.channels_last if channels_last else torch.contiguous_format
    network = network.to(memory_format=layout)  # type: ignore[call-overload]

    @torch.inference_mode()
    def paint(frame: Tensor) -> Tensor:
        image = frame.permute(2, 0, 1)[None].to(dtype).div(255).contiguous(memory_format=layout)
        painted: Tensor = network(image)[0].permute(1, 2, 0) + MEAN.to(dtype)
        return painted.clamp(0, 255).byte()

    return paint


def plain_onnx_runtime(network: nn.Module, height: int, width: int) -> Contender:
    """For one size, which is what torch.onnx.export makes unless it is told more."""
    example = torch.rand(1, 3, height, width)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    graph = exported(network, [example], [Input.like(example, ())])
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name

    def paint(frame: Tensor) -> Tensor:
        image = frame.permute(2, 0, 1)[None].float().div(255).numpy()
        painted = torch.from_numpy(session.run(None, {name: image})[0])[0].permute(1, 2, 0) + MEAN
        return painted.clamp(0, 255).byte()

    return paint


def ours(stylizer: Stylizer) -> Contender:
    return lambda frame: stylizer(frame).image


def measure(contenders: dict[str, Contender], frame: Tensor, rounds: int) -> dict[str, float]:
    """Milliseconds a frame, medians.

    The first call of each turn isn't counted: PyTorch's threads go on spinning for a while after the turn before.
    """
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, paint in contenders.items():
            for number in range(4):
                start = time.perf_counter()
                paint(frame)
                if number:
                    times[name].append((time.perf_counter() - start) * 1e3)
    return {name: statistics.median(values) for name, values in times.items()}


def photograph(height: int, width: int) -> Tensor:
    with open_source("sample") as source:
        frame = next(iter(source)).image
    return cv.resize(frame, (width, height), interpolation=cv.INTER_AREA)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("starry", nargs="?", type=Path, default=SHARED, help="the original demo's starry.t7")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--sizes", default="512x256,640x360,1280x720,1920x1080", help="for our own networks")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    cpu = options.device == "cpu"
    own = ours(Stylizer("starry-night", device=options.device, size=100_000))
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(
        f"{options.device}, {options.rounds} rounds, medians; {os.cpu_count()} cores, load {load:.1f}; "
        f"torch {torch.__version__}, ONNX Runtime {onnxruntime.__version__}\n"
    )
    if options.starry.is_file():
        frame = photograph(256, 512)
        network = t7.load_network(options.starry)
        contenders: dict[str, Contender] = {}
        if cpu:
            contenders = {
                "starry.t7, eager": by_hand(t7.load_network(options.starry)),
                "starry.t7, channels last": by_hand(t7.load_network(options.starry), channels_last=True),
                "starry.t7, ONNX Runtime": plain_onnx_runtime(network, 256, 512),
            }
        contenders["starry.t7, ours"] = ours(Stylizer(options.starry, device=options.device, size=100_000))
        contenders["our own starry-night"] = own
        exact = by_hand(network, dtype=torch.float64)(frame).int()
        medians = measure(contenders, frame, options.rounds)
        print("| 512x256 | ms a frame | frames/s | of starry.t7, ours | grey levels off |\n|---|---:|---:|---:|---:|")
        for name, ms in medians.items():
            off = f"{int((contenders[name](frame).int() - exact).abs().max())}" if "t7" in name else ""
            print(f"| {name} | {ms:.1f} | {1e3 / ms:.1f} | {medians['starry.t7, ours'] / ms:.2f} | {off} |")
        print()
    else:
        print(f"(starry.t7 is left out: there is no {options.starry}; give its path)\n")
    print("| our own starry-night | ms a frame | frames/s |\n|---|---:|---:|")
    for size in options.sizes.split(","):
        width, height = map(int, size.split("x"))
        ms = measure({size: own}, photograph(height, width), options.rounds)[size]
        print(f"| {size} | {ms:.1f} | {1e3 / ms:.1f} |")


if __name__ == "__main__":
    main()

"""Classification and stylization: milliseconds a frame, from a frame on the host to the result there.

    python benchmarks/programs.py [--device DEVICE] [--sizes 512x512,1920x1080] [--frames N] [--json FILE]

The original post's networks took 20 ms for 512x512 on a K40. Where the package of EfficientNet-Lite0's weights or
safetensors is missing, the same network is timed with random weights, which takes as long; a line says so.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from torch_opencv import runtime
from torch_opencv.errors import TorchOpencvError
from torch_opencv.nets.efficientnet_lite0 import EfficientNetLite0
from torch_opencv.nets.style_network import StyleNetwork
from torch_opencv.vision import Classifier, Stylizer

Program = Callable[[Tensor], object]


def classification(device: str) -> tuple[Program, str]:
    try:
        classifier = Classifier(device=device)
    except (ImportError, TorchOpencvError) as error:
        print(f"EfficientNet-Lite0's own weights can't be had, so random ones: {str(error).splitlines()[0]}")
        classifier = Classifier(EfficientNetLite0(), device=device)
    return classifier, classifier.backend


def stylization(device: str) -> tuple[Program, str]:
    try:
        stylizer = Stylizer(device=device, size=None if device == "cuda" else 512)
        return stylizer, stylizer.backend
    except (ImportError, TorchOpencvError) as error:
        print(f"the style's own weights can't be had, so random ones: {str(error).splitlines()[0]}")
    network = runtime.accelerate(StyleNetwork().eval(), torch.rand(1, 3, 96, 160), device=device, dynamic=(2, 3))

    def paint(frame: Tensor) -> Tensor:
        """As the stylizer does with frames whose sides can be divided by 4."""
        height, width = frame.shape[0] // 4 * 4, frame.shape[1] // 4 * 4
        planes = frame[:height, :width].permute(2, 0, 1)[None].to(network.device).float() / 255
        return (network(planes)[0] * 255 + 0.5).to(torch.uint8).permute(1, 2, 0).contiguous().cpu()

    return paint, network.backend


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--sizes", default="512x512,1920x1080")
    parser.add_argument("--frames", type=int, default=100)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    rows = []
    for make in (classification, stylization):
        try:
            program, backend = make(args.device)
        except ImportError as error:
            print(f"{make.__name__} is left out: {error}")
            continue
        for size in args.sizes.split(","):
            width, height = map(int, size.split("x"))
            frames = [torch.randint(256, (height, width, 3), dtype=torch.uint8) for _ in range(4)]
            for frame in frames:
                program(frame)
            times = []
            for i in range(args.frames):
                begin = time.perf_counter()
                program(frames[i % len(frames)])
                times.append((time.perf_counter() - begin) * 1000)
            row = {"program": make.__name__, "size": size, "backend": backend, "ms": statistics.median(times)}
            print(f"{make.__name__} of {size} by {backend}: {row['ms']:.2f} ms a frame (median)", flush=True)
            rows.append(row)
            if args.json:
                args.json.write_text(json.dumps({"torch": torch.__version__, "rows": rows}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()

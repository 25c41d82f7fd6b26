"""cv.cuda: milliseconds a call and share of the memory bandwidth, beside CV-CUDA, kornia, torchvision, torch by hand.

    python benchmarks/cv_cuda.py [--cpu | --device D] [--sizes 1080p,4K] [--batches 1,16] [--seconds N] [--json FILE]

All contenders work on the same frames: ours take torch.uint8 (N, H, W, 3), the others the layout and dtype that they
want, made beforehand; those that are not installed are left out, and those that fail say why. CV-CUDA's calls have not
been tried yet, as it needs a GPU; on the CPU the plain functions (`cv.resize`) take its place. The others' answers are
not OpenCV's, ours are. They take turns; on CUDA, device events measure them, with what Python starts within three
milliseconds in the device's queue before it begins. A row's bandwidth is what it must read and write at the least, per
time, of what a copy of the same frames reaches. ``--cpu`` is a trial of a few seconds on small frames, which says
nothing of a GPU.
"""

from __future__ import annotations

import argparse
import importlib
import json
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

import torch_opencv as cv
import torch_opencv.cuda
from torch_opencv.cuda.kernels.tune import device_milliseconds

SIZES = {"270p": (270, 480), "1080p": (1080, 1920), "4K": (2160, 3840)}
WARP = [[0.98, 0.1, 5.0], [-0.1, 0.98, 9.0]]

Call = Callable[[], Any]


def installed(name: str) -> Any:
    """A package, or None with a line."""
    try:
        return importlib.import_module(name)
    except ImportError:
        print(f"{name} is not installed: left out")
        return None


def by_cvcuda(cvcuda: Any, frames: Tensor) -> dict[str, Call]:
    """What CV-CUDA has, on torch's current stream."""
    if cvcuda is None:
        return {}
    n, h, w, _ = frames.shape
    taken = cvcuda.as_tensor(frames, "NHWC")
    stream = cvcuda.as_stream(torch.cuda.current_stream())
    matrix = np.array(WARP, np.float32)
    border = cvcuda.Border.REFLECT101
    return {
        "resize": lambda: cvcuda.resize(taken, (n, h // 2, w // 2, 3), cvcuda.Interp.LINEAR, stream=stream),
        "cvtColor": lambda: cvcuda.cvtcolor(taken, cvcuda.ColorConversion.BGR2GRAY, stream=stream),
        "warpAffine": lambda: cvcuda.warp_affine(taken, matrix, cvcuda.Interp.LINEAR, stream=stream),
        "GaussianBlur": lambda: cvcuda.gaussian(taken, (5, 5), (1.1, 1.1), border, stream=stream),
    }


def by_opencv(frames: Tensor) -> dict[str, Call]:
    """The plain functions of this library, one frame after the other."""
    subtractor = cv.createBackgroundSubtractorMOG2()

    def each(call: Callable[[Tensor], Any]) -> Call:
        return lambda: [call(frame) for frame in frames]

    half, size = (frames.shape[2] // 2, frames.shape[1] // 2), (frames.shape[2], frames.shape[1])
    warp = torch.tensor(WARP, dtype=torch.float64)
    mean, std = (np.array([x] * 3, np.float32) * 255 for x in (0.485, 0.229))

    def prepared(frame: Tensor) -> Tensor:
        small = cv.cvtColor(cv.resize(frame, (224, 224)), cv.COLOR_BGR2RGB).numpy()
        return torch.from_numpy(np.ascontiguousarray(((small - mean) / std).transpose(2, 0, 1)))

    return {
        "resize": each(lambda frame: cv.resize(frame, half)),
        "cvtColor": each(lambda frame: cv.cvtColor(frame, cv.COLOR_BGR2GRAY)),
        "warpAffine": each(lambda frame: cv.warpAffine(frame, warp, size)),
        "GaussianBlur": each(lambda frame: cv.GaussianBlur(frame, (5, 5), 1.1)),
        "threshold": each(lambda frame: cv.threshold(frame, 127, 255, cv.THRESH_BINARY)),
        "preprocess": each(prepared),
        "pyrDown": each(cv.pyrDown),
        "MOG2": lambda: subtractor.apply(frames[0]),
    }


def operations(frames: Tensor, kornia: Any, torchvision: Any) -> Iterator[tuple[str, int, dict[str, Call]]]:
    """By operation: the bytes that it must move, and who does it."""
    n, h, w, _ = frames.shape
    planes = frames.permute(0, 3, 1, 2).contiguous()  # uint8 (N, 3, H, W)
    floats = planes.float()
    cuda, half, small = cv.cuda, (h // 2, w // 2), (224, 224)
    v2 = None if torchvision is None else importlib.import_module("torchvision.transforms.v2.functional")
    weights = torch.tensor([0.114, 0.587, 0.299], device=frames.device).reshape(1, 3, 1, 1)
    mean, std = ((torch.tensor(x, device=frames.device).reshape(1, 3, 1, 1)) for x in ([0.485] * 3, [0.229] * 3))
    grid_of = F.affine_grid(torch.tensor([WARP] * n, device=frames.device) * 0.99, [n, 3, h, w], align_corners=False)
    matrices = torch.tensor([WARP] * n, device=frames.device)
    blur = cuda.createGaussianFilter(cv.CV_8UC3, -1, (5, 5), 1.1)
    one = h * w * 3 * n

    calls: dict[str, Call] = {
        "ours": lambda: cuda.resize(frames, (w // 2, h // 2)),
        "torch": lambda: F.interpolate(floats, half, mode="bilinear"),
    }
    if v2:
        calls["torchvision"] = lambda: v2.resize(planes, list(half), antialias=False)
    if kornia:
        calls["kornia"] = lambda: kornia.geometry.resize(floats, half)
    yield "resize", one * 5 // 4, calls

    calls = {
        "ours": lambda: cuda.cvtColor(frames, cv.COLOR_BGR2GRAY),
        "torch": lambda: (floats * weights).sum(1, keepdim=True).round().to(torch.uint8),
    }
    if v2:
        calls["torchvision"] = lambda: v2.rgb_to_grayscale(planes)
    if kornia:
        calls["kornia"] = lambda: kornia.color.bgr_to_grayscale(floats)
    yield "cvtColor", one * 4 // 3, calls

    calls = {
        "ours": lambda: cuda.warpAffine(frames, WARP, (w, h)),
        "torch": lambda: F.grid_sample(floats, grid_of, align_corners=False),
    }
    if v2:
        calls["torchvision"] = lambda: v2.affine(
            planes, 5.0, [5, 9], 0.98, [0.0], interpolation=v2.InterpolationMode.BILINEAR
        )
    if kornia:
        calls["kornia"] = lambda: kornia.geometry.warp_affine(floats, matrices, (h, w))
    yield "warpAffine", one * 2, calls

    calls = {"ours": lambda: blur.apply(frames)}
    kernel = torch.ones(3, 1, 5, 5, device=frames.device) / 25
    calls["torch"] = lambda: F.conv2d(F.pad(floats, (2, 2, 2, 2), mode="reflect"), kernel, groups=3)
    if v2:
        calls["torchvision"] = lambda: v2.gaussian_blur(planes, [5, 5], [1.1, 1.1])
    if kornia:
        calls["kornia"] = lambda: kornia.filters.gaussian_blur2d(floats, (5, 5), (1.1, 1.1))
    yield "GaussianBlur", one * 2, calls

    calls = {
        "ours": lambda: cuda.threshold(frames, 127, 255, cv.THRESH_BINARY),
        "torch": lambda: torch.where(frames > 127, 255, 0).to(torch.uint8),
    }
    yield "threshold", one * 2, calls

    def by_hand() -> Tensor:
        scaled = F.interpolate(frames.permute(0, 3, 1, 2).flip(1).float(), small, mode="bilinear")
        return (scaled / 255 - mean) / std

    calls = {
        "ours": lambda: cuda.preprocess(frames, small, mean=(0.485,) * 3, std=(0.229,) * 3),
        "torch": by_hand,
    }
    if v2:
        calls["torchvision"] = lambda: v2.normalize(
            v2.to_dtype(v2.resize(planes.flip(1), list(small), antialias=False), torch.float32, scale=True),
            [0.485] * 3,
            [0.229] * 3,
        )
    if kornia:
        calls["kornia"] = lambda: kornia.enhance.normalize(kornia.geometry.resize(floats, small) / 255, mean, std)
    yield "preprocess", n * small[0] * small[1] * 3 * (4 + 4), calls  # four pixels read and a float written

    calls = {"ours": lambda: cuda.pyrDown(frames)}
    calls["torch"] = lambda: F.conv2d(F.pad(floats, (2, 2, 2, 2), mode="reflect"), kernel, stride=2, groups=3)
    if kornia:
        calls["kornia"] = lambda: kornia.geometry.pyrdown(floats)
    yield "pyrDown", one * 5 // 4, calls

    subtractor = cuda.createBackgroundSubtractorMOG2()
    mixtures = h * w * 5 * 5 * 4  # five of a weight, a variance and three means, float32
    yield "MOG2", 2 * mixtures + h * w * 4, {"ours": lambda: subtractor.apply(frames[0])}


def milliseconds(calls: dict[str, Call], device: torch.device, budget: float) -> dict[str, float | str]:
    """The median time of each, taking turns; what fails says why."""
    found: dict[str, float | str] = {}
    for name, call in calls.items():
        if (why := _failure(call)) is not None:
            found[name] = why
    times: dict[str, list[float]] = {name: [] for name in calls if name not in found}
    end = time.monotonic() + budget
    while times and (len(next(iter(times.values()))) < 3 or time.monotonic() < end):
        for name in times:
            times[name].append(_once(calls[name], device))
        if len(next(iter(times.values()))) >= 50:
            break
    return found | {name: statistics.median(taken) for name, taken in times.items()}


def _failure(call: Call) -> str | None:
    """Warm a contender up; why it can't go on, as for want of memory: the others do."""
    try:
        for _ in range(3):
            call()
    except Exception as error:  # of whatever another library raises
        return f"{type(error).__name__}: {str(error)[:120]}"
    return None


def _once(call: Call, device: torch.device) -> float:
    """Milliseconds of one call."""
    if device.type != "cuda":
        call()  # PyTorch's threads go on for a while after a call, at the cost of whoever comes next
        begin = time.perf_counter()
        call()
        return (time.perf_counter() - begin) * 1000
    return device_milliseconds(call)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--cpu", action="store_true", help="a trial: small frames on the CPU")
    parser.add_argument("--sizes", help="of 270p, 1080p, 4K (default: 1080p,4K; 270p with --cpu)")
    parser.add_argument("--batches", help="default: 1,16; 1,2 with --cpu")
    parser.add_argument("--seconds", type=float, help="for each row of the table (default: 1; 0.1 with --cpu)")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    defaults = ("cpu", "270p", "1,2", 0.1) if args.cpu else (args.device, "1080p,4K", "1,16", 1.0)
    device, sizes, batches = torch.device(defaults[0]), args.sizes or defaults[1], args.batches or defaults[2]
    seconds = defaults[3] if args.seconds is None else args.seconds
    unknown = [size for size in sizes.split(",") if size not in SIZES]
    if unknown or not all(x.isdigit() and int(x) for x in batches.split(",")):
        parser.error(f"--sizes are of {', '.join(SIZES)}, and --batches whole numbers above 0")
    if device.type == "cuda" and not torch.cuda.is_available():
        parser.error("torch sees no CUDA device here: try it with --cpu")
    kornia, torchvision, cvcuda = (installed(name) for name in ("kornia", "torchvision", "cvcuda"))
    of = torch.cuda.get_device_name(device) if device.type == "cuda" else "the CPU"
    print(f"torch {torch.__version__}, OpenCV {cv2.__version__}, {of}\n")
    last = "CV-CUDA" if device.type == "cuda" else "plain function"
    print(f"| operation | frames | ours, ms | bandwidth | torch by hand | torchvision | kornia | {last} |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    rows: list[dict[str, Any]] = []
    for batch in map(int, batches.split(",")):
        for size in sizes.split(","):
            frames = torch.randint(256, (batch, *SIZES[size], 3), dtype=torch.uint8, device=device)
            copy_into = torch.empty_like(frames)
            copying = {"copy": lambda to=copy_into, of=frames: to.copy_(of)}
            copied = milliseconds(copying, device, seconds)["copy"]
            bandwidth = 2 * frames.numel() / float(copied)  # bytes a millisecond
            others = by_cvcuda(cvcuda, frames) if device.type == "cuda" else by_opencv(frames)
            with torch.inference_mode():
                for name, moved, calls in operations(frames, kornia, torchvision):
                    if name in others:
                        calls[last] = others[name]
                    taken = milliseconds(calls, device, seconds)
                    ours = taken["ours"]
                    share = moved / ours / bandwidth if isinstance(ours, float) else None
                    rows.append({"operation": name, "size": size, "batch": batch, "ms": taken, "bandwidth": share})
                    cells = [_cell(taken.get(one)) for one in ("torch", "torchvision", "kornia", last)]
                    shown = "" if share is None else f"{share:.0%}"
                    print(f"| {name} | {batch} x {size} | {_cell(ours)} | {shown} | {' | '.join(cells)} |", flush=True)
                    if args.json:  # after each row, since time may run out
                        about = {"device": of, "torch": torch.__version__, "opencv": cv2.__version__, "rows": rows}
                        args.json.write_text(json.dumps(about, indent=1) + "\n", "utf-8")
    for row in rows:
        for one, taken in row["ms"].items():
            if isinstance(taken, str):
                print(f"{row['operation']}, {row['batch']} x {row['size']}, {one}: {taken}")


def _cell(taken: float | str | None) -> str:
    if taken is None:
        return "-"
    return "failed" if isinstance(taken, str) else f"{taken:.3f}"


if __name__ == "__main__":
    main()

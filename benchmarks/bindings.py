"""What a call costs: plain cv2 on arrays, the line a user writes by hand to use it on tensors, and ours.

    python benchmarks/bindings.py [--rounds N] [--peer]

"Ours" is the fast path in C++, "Python path" the same without it. The contenders alternate, in rounds shorter than
a time slice. Times are medians, in microseconds a call; "over cv2" is the median of the rounds' differences,
"of by hand" and "of Python" of their ratios: below 1 is faster. ``--peer`` adds kornia, the fastest tensor library for
these operations that pip installs beside a CPU torch (``pip install kornia``); its results are not cv2's to the bit.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import timeit
from collections.abc import Callable

import cv2
import numpy as np
import torch
from torch import Tensor

import torch_opencv as cv
from torch_opencv._binding.wrap import NATIVE

Calls = dict[str, Callable[[], object]]


def cases(height: int, width: int) -> dict[str, Calls]:
    """Each operation as plain cv2, by hand and ours, on one image of this size."""
    array = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    image = torch.from_numpy(array.copy())
    half = (width // 2, height // 2)
    dst, dst_array = torch.empty_like(image), np.empty_like(array)
    grey, grey_array = torch.empty(height, width, dtype=torch.uint8), np.empty((height, width), np.uint8)
    box = ((1, 1), (width // 2, height // 2), (0, 255, 0))
    to_tensor = torch.from_numpy
    point, colour = torch.tensor([5, 5]), torch.tensor([0, 255, 0])
    kernel, kernel_array = torch.tensor([0.25, 0.5, 0.25]), np.float32([0.25, 0.5, 0.25])
    mask, mask_array = torch.ones(height, width, dtype=torch.bool), np.ones((height, width), np.uint8)
    planar = torch.zeros(3, height, width, dtype=torch.uint8).permute(1, 2, 0)
    planar_array = planar.numpy()
    keypoints = [cv.KeyPoint(i, i, 3) for i in range(500)]
    plain_keypoints = [cv2.KeyPoint(i, i, 3) for i in range(500)]

    def draw_by_hand() -> Tensor:
        staged = np.ascontiguousarray(planar_array)
        return planar.copy_(to_tensor(cv2.rectangle(staged, *box)))

    return {
        "flip(t, 1)": {
            "cv2": lambda: cv2.flip(array, 1),
            "by hand": lambda: to_tensor(cv2.flip(image.numpy(), 1)),
            "ours": lambda: cv.flip(image, 1),
        },
        "resize(t, half)": {
            "cv2": lambda: cv2.resize(array, half),
            "by hand": lambda: to_tensor(cv2.resize(image.numpy(), half)),
            "ours": lambda: cv.resize(image, half),
        },
        "cvtColor(t, GRAY)": {
            "cv2": lambda: cv2.cvtColor(array, cv2.COLOR_BGR2GRAY),
            "by hand": lambda: to_tensor(cv2.cvtColor(image.numpy(), cv2.COLOR_BGR2GRAY)),
            "ours": lambda: cv.cvtColor(image, cv.COLOR_BGR2GRAY),
        },
        "GaussianBlur(t, (5, 5), 1.5)": {
            "cv2": lambda: cv2.GaussianBlur(array, (5, 5), 1.5),
            "by hand": lambda: to_tensor(cv2.GaussianBlur(image.numpy(), (5, 5), 1.5)),
            "ours": lambda: cv.GaussianBlur(image, (5, 5), 1.5),
        },
        "resize(t, half, interpolation=AREA)": {
            "cv2": lambda: cv2.resize(array, half, interpolation=cv2.INTER_AREA),
            "by hand": lambda: to_tensor(cv2.resize(image.numpy(), half, interpolation=cv2.INTER_AREA)),
            "ours": lambda: cv.resize(image, half, interpolation=cv.INTER_AREA),
        },
        "flip(t, 1, dst=d)": {
            "cv2": lambda: cv2.flip(array, 1, dst=dst_array),
            "by hand": lambda: cv2.flip(image.numpy(), 1, dst=dst.numpy()),
            "ours": lambda: cv.flip(image, 1, dst=dst),
        },
        "cvtColor(t, GRAY, d)": {
            "cv2": lambda: cv2.cvtColor(array, cv2.COLOR_BGR2GRAY, grey_array),
            "by hand": lambda: cv2.cvtColor(image.numpy(), cv2.COLOR_BGR2GRAY, grey.numpy()),
            "ours": lambda: cv.cvtColor(image, cv.COLOR_BGR2GRAY, grey),
        },
        "rectangle(t, ...) in place": {
            "cv2": lambda: cv2.rectangle(array, *box),
            "by hand": lambda: cv2.rectangle(image.numpy(), *box),
            "ours": lambda: cv.rectangle(image, *box),
        },
        "merge([r, g, b])": {
            "cv2": lambda: cv2.merge([grey_array, grey_array, grey_array]),
            "by hand": lambda: to_tensor(cv2.merge([x.numpy() for x in (grey, grey, grey)])),
            "ours": lambda: cv.merge([grey, grey, grey]),
        },
        "mean(t)": {
            "cv2": lambda: cv2.mean(array),
            "by hand": lambda: cv2.mean(image.numpy()),
            "ours": lambda: cv.mean(image),
        },
        "split(t)": {
            "cv2": lambda: cv2.split(array),
            "by hand": lambda: [to_tensor(x) for x in cv2.split(image.numpy())],
            "ours": lambda: cv.split(image),
        },
        "threshold(t, 9, 99, 0, d)": {
            "cv2": lambda: cv2.threshold(array, 9, 99, 0, dst_array),
            "by hand": lambda: cv2.threshold(image.numpy(), 9, 99, 0, dst.numpy()),
            "ours": lambda: cv.threshold(image, 9, 99, 0, dst),
        },
        "circle(t, point, 3, colour) of tensors": {
            "cv2": lambda: cv2.circle(array, (5, 5), 3, (0, 255, 0)),
            "by hand": lambda: cv2.circle(image.numpy(), point.tolist(), 3, colour.tolist()),
            "ours": lambda: cv.circle(image, point, 3, colour),
        },
        "sepFilter2D(t, -1, k, k)": {
            "cv2": lambda: cv2.sepFilter2D(array, -1, kernel_array, kernel_array),
            "by hand": lambda: to_tensor(cv2.sepFilter2D(image.numpy(), -1, kernel.numpy(), kernel.numpy())),
            "ours": lambda: cv.sepFilter2D(image, -1, kernel, kernel),
        },
        "bitwise_not(t, mask=bools)": {
            "cv2": lambda: cv2.bitwise_not(array, mask=mask_array),
            "by hand": lambda: to_tensor(cv2.bitwise_not(image.numpy(), mask=mask.view(torch.uint8).numpy())),
            "ours": lambda: cv.bitwise_not(image, mask=mask),
        },
        "flip(permuted, 1)": {
            "cv2": lambda: cv2.flip(planar_array, 1),
            "by hand": lambda: to_tensor(cv2.flip(planar.numpy(), 1)),
            "ours": lambda: cv.flip(planar, 1),
        },
        "rectangle(permuted, ...)": {
            "cv2": lambda: cv2.rectangle(np.ascontiguousarray(planar_array), *box),
            "by hand": draw_by_hand,
            "ours": lambda: cv.rectangle(planar, *box),
        },
        "[k.pt for k in keypoints], 500": {
            "cv2": lambda: [k.pt for k in plain_keypoints],
            "by hand": lambda: [k.pt for k in plain_keypoints],
            "ours": lambda: [k.pt for k in keypoints],
        },
        "KeyPoint.convert(keypoints), 500": {
            "cv2": lambda: cv2.KeyPoint.convert(plain_keypoints),
            "by hand": lambda: to_tensor(cv2.KeyPoint.convert(plain_keypoints)),
            "ours": lambda: cv.KeyPoint.convert(keypoints),
        },
    }


def peers(height: int, width: int) -> Calls:
    """The same by kornia, on the float images in (N, C, H, W) that it takes."""
    import kornia

    image: Tensor = torch.rand(1, 3, height, width)
    half = (height // 2, width // 2)
    return {
        "resize(t, half)": lambda: kornia.geometry.transform.resize(image, half, antialias=False),
        "cvtColor(t, GRAY)": lambda: kornia.color.bgr_to_grayscale(image),
        "GaussianBlur(t, (5, 5), 1.5)": lambda: kornia.filters.gaussian_blur2d(image, (5, 5), (1.5, 1.5)),
        "flip(t, 1)": lambda: kornia.geometry.transform.hflip(image),
    }


def rounds_of(calls: Calls, rounds: int) -> dict[str, list[float]]:
    """Microseconds a call in each round; the contenders alternate, so that a noisy spell hits them all."""
    quickest = {name: min(timeit.repeat(call, number=1, repeat=20)) for name, call in calls.items()}
    loops = {name: max(1, int(2e-4 / max(seconds, 1e-7))) for name, seconds in quickest.items()}
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            before = NATIVE.enable(name != "python")
            times[name].append(timeit.timeit(call, number=loops[name]) / loops[name] * 1e6)
            NATIVE.enable(before)
    return times


def table(height: int, width: int, rounds: int, peer: bool) -> None:
    """Print one size's table."""
    others = peers(height, width) if peer else {}
    print(f"\n### {width} x {height}\n")
    last = " kornia |" if peer else ""
    print(f"| call | cv2, arrays | by hand | Python path | ours | over cv2 | of by hand | of Python |{last}")
    print("|---|---:|---:|---:|---:|---:|---:|---:|" + ("---:|" if peer else ""))
    for name, calls in cases(height, width).items():
        calls = {**calls, "python": calls["ours"]}
        if name in others:
            calls["peer"] = others[name]
        times = rounds_of(calls, rounds)
        m = {one: statistics.median(values) for one, values in times.items()}

        def ratio(other: str, times: dict[str, list[float]] = times) -> float:
            return statistics.median(a / b for a, b in zip(times["ours"], times[other], strict=True))

        over = statistics.median(a - b for a, b in zip(times["ours"], times["cv2"], strict=True))
        last = f" {m['peer']:.1f} |" if name in others else " |" if peer else ""
        print(
            f"| `{name}` | {m['cv2']:.2f} | {m['by hand']:.2f} | {m['python']:.2f} | {m['ours']:.2f} | {over:+.2f} us "
            f"| {ratio('by hand'):.2f} | {ratio('python'):.2f} |{last}"
        )


def import_cost(rounds: int) -> None:
    """Print what `import torch_opencv` costs over torch and cv2, in fresh processes."""
    programs = {"torch and cv2": "import torch, cv2", "and torch_opencv": "import torch, cv2, torch_opencv"}
    clock = "import time; t = time.perf_counter(); {}; print(time.perf_counter() - t)"
    times: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, program in programs.items():
            done = subprocess.run([sys.executable, "-c", clock.format(program)], capture_output=True, check=True)
            times[name].append(float(done.stdout) * 1e3)
    before, after = (statistics.median(values) for values in times.values())
    print(f"\nImport: torch and cv2 {before:.0f} ms; with torch_opencv {after:.0f} ms ({after - before:+.0f} ms).")


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=151)
    parser.add_argument("--peer", action="store_true", help="add kornia")
    options = parser.parse_args()
    print(
        f"OpenCV {cv2.__version__}, torch {torch.__version__}, {torch.get_num_threads()} threads, "
        f"fast path: {NATIVE.why_not or 'active'}"
    )
    for height, width in ((16, 16), (480, 640), (1080, 1920)):
        table(height, width, options.rounds, options.peer)
    import_cost(7)


if __name__ == "__main__":
    main()

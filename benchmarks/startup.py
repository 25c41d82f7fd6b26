"""What the command line costs from its start to its end: processor time of whole processes, user and system together.

    python benchmarks/startup.py [--rounds N]

The contenders take turns. "A picture" is `classify PICTURE --results FILE` once the network is compiled: without
PyTorch, and by PyTorch, which takes over as soon as anything else is asked for (here `--max-frames 1`). Times are
medians in seconds, with the least and the most; "of PyTorch's" is the median of the rounds' ratios: below 1 is less.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

PROGRAM = (sys.executable, "-m", "torch_opencv")
USUAL = "a picture, by PyTorch"


def contenders(folder: Path) -> dict[str, tuple[str, ...]]:
    """Command lines by name; a picture is made for them."""
    noise = np.random.default_rng(0).integers(0, 256, (30, 40, 3), np.uint8)
    picture = folder / "one.jpg"
    cv2.imwrite(str(picture), cv2.resize(noise, (640, 480), interpolation=cv2.INTER_CUBIC))
    results = str(folder / "out.jsonl")
    classify = (*PROGRAM, "classify", str(picture), "--results", results, "--view", "none", "--overwrite", "--quiet")
    return {
        "`import torch` alone": (sys.executable, "-c", "import torch"),
        USUAL: (*classify, "--max-frames", "1"),
        "a picture": classify,
        "`classify --help`": (*PROGRAM, "classify", "--help"),
        "`--version`": (*PROGRAM, "--version"),
    }


def cost(command: tuple[str, ...]) -> tuple[float, float]:
    """Processor time and time on the wall of a process, in seconds."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime, seconds


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        commands = contenders(Path(folder))
        for command in (commands[USUAL], *commands.values()):  # compiled, remembered, and in the page cache
            cost(command)
        costs: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in range(options.rounds):
            for name, command in commands.items():
                costs[name].append(cost(command))
    load = os.getloadavg()[0]
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} processors, load {load:.1f}, {options.rounds} rounds\n"
    )
    print("| | CPU s | least to most | of PyTorch's | on the wall s |")
    print("|---|---:|---:|---:|---:|")
    for name, times in costs.items():
        cpu, wall = zip(*times, strict=True)
        ratio = statistics.median(a / b for (a, _), (b, _) in zip(times, costs[USUAL], strict=True))
        print(
            f"| {name} | {statistics.median(cpu):.2f} | {min(cpu):.2f} to {max(cpu):.2f} | {ratio:.2f} "
            f"| {statistics.median(wall):.2f} |"
        )


if __name__ == "__main__":
    main()

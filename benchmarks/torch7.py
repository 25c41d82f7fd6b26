"""Opening Torch7 files: t7.load against the Python package torchfile (pip install torchfile), where that is installed.

    python benchmarks/torch7.py [FILE.t7]... [--rounds N] [--megabytes N]

Default: the files of ../shared/data, and a checkpoint of 600 MB that is made for it (100 tensors in a table) in the
temporary folder. Each reader opens each file in processes of its own, which take turns, on one thread, from the
system's cache. "opened" is the time of `load`, "and read" that of load and a sum over all elements, the best of all,
as both readers do the same each time and others use the machine too; "memory" is what the process has more while it
holds what it opened.
"""

from __future__ import annotations

import argparse
import json
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
FILES = [
    SHARED / "t7" / "starry.t7",
    SHARED / "t7" / "synset.t7",
    SHARED / "torch7" / "openface" / "nn4.small2.random.t7",
]
READERS = ("torch-opencv", "torchfile")

# What the measuring process runs: READER FILE TIMES
MEASURED = """if True:
    import json, resource, sys, time
    from pathlib import Path
    reader, file, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
    import numpy, torch
    torch.set_num_threads(1)
    if reader == "torch-opencv":
        from torch_opencv.t7 import load
        from torch_opencv.t7.contents import nodes
        def elements(value):
            for node in nodes(value):
                if isinstance(node.value, torch.Tensor):
                    yield node.value.sum()
    else:
        from torchfile import load
        def elements(value, known=None):
            known = set() if known is None else known
            if id(value) in known: return
            known.add(id(value))
            if isinstance(value, numpy.ndarray):
                yield value.sum()
            elif isinstance(value, dict):
                for inner in value.values(): yield from elements(inner, known)
            elif isinstance(value, (list, tuple)):
                for inner in value: yield from elements(inner, known)
            elif hasattr(value, "_obj"):
                yield from elements(value._obj, known)
    page = resource.getpagesize()
    used = lambda: int(Path("/proc/self/statm").read_text().split()[1]) * page
    before = used()
    opened, read, memory = [], [], None
    try:
        for _ in range(times):
            start = time.perf_counter()
            value = load(file)
            opened.append(time.perf_counter() - start)
            memory = used() - before if memory is None else memory
            for _ in elements(value): pass
            read.append(time.perf_counter() - start)
            del value
        print(json.dumps([opened, read, memory]))
    except Exception as error:
        print(json.dumps(f"{type(error).__name__}: {error}"[:60]))
"""


def make_checkpoint(path: Path, megabytes: int) -> None:
    """A table of a hundred FloatTensors, as torch.save would have written it."""
    count = megabytes * 2_500
    block = struct.pack("<4f", 0.5, -1.0, 2.0, 0.25) * ((count + 3) // 4)

    def name(text: str) -> bytes:
        return struct.pack("<i", len(text)) + text.encode()

    with path.open("wb") as file:
        file.write(struct.pack("<3i", 3, 1, 100))
        for index in range(100):
            file.write(struct.pack("<i", 2) + name(f"weight{index}"))
            file.write(struct.pack("<2i", 4, 2 * index + 2) + name("V 1") + name("torch.FloatTensor"))
            file.write(struct.pack("<i3q", 1, count, 1, 1))
            file.write(struct.pack("<2i", 4, 2 * index + 3) + name("V 1") + name("torch.FloatStorage"))
            file.write(struct.pack("<q", count) + block[: 4 * count])


def measured(reader: str, file: Path, times: int) -> tuple[list[float], list[float], float] | str:
    """The seconds of each time, and bytes; a text says why there are none."""
    command = [sys.executable, "-c", MEASURED, reader, str(file), str(times)]
    answer = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return answer if isinstance(answer, str) else (answer[0], answer[1], answer[2])


def compare(file: Path, rounds: int) -> None:
    opened: dict[str, list[float]] = {reader: [] for reader in READERS}
    read: dict[str, list[float]] = {reader: [] for reader in READERS}
    memory: dict[str, float] = {}
    failed: dict[str, str] = {}
    for _ in range(rounds):
        for reader in READERS:
            answer = measured(reader, file, 3 if file.stat().st_size > 100e6 else 20)
            if isinstance(answer, str):
                failed[reader] = answer
                continue
            opened[reader] += answer[0]
            read[reader] += answer[1]
            memory[reader] = max(memory.get(reader, 0), answer[2])
    for reader in READERS:
        figures = failed.get(reader) or (
            f"{min(opened[reader]) * 1e3:12.2f}{min(read[reader]) * 1e3:14.2f}{memory[reader] / 1e6:12.1f}"
        )
        print(f"{file.name:24}{file.stat().st_size / 1e6:8.2f}  {reader:14}{figures}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE.t7")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--megabytes", type=int, default=600)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Path(folder) / "checkpoint.t7"
        files = arguments.files or [file for file in FILES if file.exists()]
        if not arguments.files:
            make_checkpoint(checkpoint, arguments.megabytes)
            files.append(checkpoint)
        print(f"{'file':24}{'MB':>8}  {'reader':14}{'opened ms':>12}{'and read ms':>14}{'memory MB':>12}")
        for file in files:
            compare(file, arguments.rounds)


if __name__ == "__main__":
    main()

"""Fuzzing the reader for as long as one likes:

    python -m tests.t7.fuzz --minutes 10 [--seed N]

Files of any structure, whole and damaged, and the small files of ../shared/data if they are there, damaged. Each must
be read or refused with a T7Error, within 5 seconds and 1 GB of address space beyond what the process began with.
"""

from __future__ import annotations

import argparse
import random
import resource
import signal
import time
from pathlib import Path

from .structures import any_layout, damaged, survives, written

_ROOM = 1 << 30
_SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    arguments = parser.parse_args()
    samples = [path.read_bytes() for path in _SHARED.rglob("*.t7") if path.stat().st_size < 40_000]
    survives(written(random.Random(0), "ascii"))  # everything is imported and warmed up
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + _ROOM, used + _ROOM))
    end = time.monotonic() + arguments.minutes * 60
    count = read = 0
    while time.monotonic() < end:
        seed = arguments.seed + count
        chance = random.Random(seed)
        whole = chance.choice(samples) if samples and chance.random() < 0.4 else written(chance, any_layout(chance))
        data = damaged(chance, whole) if chance.random() < 0.98 else whole
        signal.alarm(5)
        try:
            read += survives(data)
        except BaseException:
            Path("fuzz-failure.t7").write_bytes(data)
            print(f"failed with --seed {seed}; the file is fuzz-failure.t7")
            raise
        signal.alarm(0)
        count += 1
        if count % 100_000 == 0:
            print(f"{count} files, {read} of them read", flush=True)
    print(
        f"{count} files from --seed {arguments.seed} in {arguments.minutes:g} minutes, {read} read, the others refused"
    )


if __name__ == "__main__":
    main()

"""How Triton's kernels are launched: block size and warps, as measured once for a GPU model, else usual ones.

``python -m torch_opencv.cuda.kernels.tune`` measures them. They change the time that a kernel takes and never a bit of
what it gives. They are kept in ``home() / "cuda"``, a file for each GPU model and version of Triton; what is damaged
there, or not among the candidates, is as if it weren't there.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from torch_opencv._system.files import atomic_write
from torch_opencv._system.paths import home


@dataclass(frozen=True)
class Launch:
    """How many numbers a program makes, and by how many warps of 32 threads."""

    block: int
    warps: int


# Few, as each is compiled for each kernel. The first is taken where nothing has been measured.
CANDIDATES = (Launch(512, 4), Launch(256, 4), Launch(1024, 4), Launch(1024, 8), Launch(2048, 8))


def of(kernel: str, device: torch.device) -> Launch:
    """How a kernel is launched on a device.

    Args:
        kernel: its name in ``triton_kernels.KERNELS``.
        device: the images'.
    """
    return _on(device).get(kernel, CANDIDATES[0])


@contextmanager
def trial(kernel: str, device: torch.device, launch: Launch) -> Iterator[None]:
    """Launch a kernel so within the block, in all threads."""
    chosen = _on(device)
    before = chosen.get(kernel)
    chosen[kernel] = launch
    try:
        yield
    finally:
        if before is None:
            del chosen[kernel]
        else:
            chosen[kernel] = before


def keep(device: torch.device, launches: dict[str, Launch]) -> Path:
    """Keep what was measured on a device, for this process and later ones on a GPU of the same model.

    Args:
        device: of CUDA.
        launches: by the kernels' names; those of other kernels stay.

    Returns:
        The file.

    Raises:
        OSError: it can't be written.
    """
    path = _path(device)
    _on(device).update(launches)
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {name: asdict(launch) for name, launch in sorted(_on(device).items())}
    with atomic_write(path) as part:
        part.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return path


@functools.cache
def _on(device: torch.device) -> dict[str, Launch]:
    """What is chosen for a device; it may be changed."""
    if device.type != "cuda":
        return {}
    try:
        kept = json.loads(_path(device).read_text("utf-8"))
    except (OSError, ValueError, ImportError, RecursionError):  # ImportError: platformdirs, on a bare machine
        return {}
    return _valid(kept)


def _valid(kept: Any) -> dict[str, Launch]:
    # By their text, since 512.0 and True are equal to whole numbers.
    known = {json.dumps(asdict(launch)): launch for launch in CANDIDATES}
    texts = {name: json.dumps(one) for name, one in kept.items()} if isinstance(kept, dict) else {}
    return {name: known[text] for name, text in texts.items() if text in known}


def _path(device: torch.device) -> Path:
    import triton

    model = re.sub(r"\W+", "-", torch.cuda.get_device_name(device)).strip("-").lower()
    return home() / "cuda" / f"{model}-triton-{triton.__version__}.json"

"""What is saved while a program runs, by a key or on the page: bounded, as the page may be open to many."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import torch

import torch_opencv as cv
from torch_opencv._system.files import write_new
from torch_opencv.live.errors import OutputError

LEAST_FREE = 500 * 2**20
"""Bytes that are left free on the disk."""
MOST_RECORDED = 4 * 2**30
"""Bytes of a recording."""

_log = logging.getLogger(__name__)


def check_room(folder: Path, file: Path | None = None) -> None:
    """Check that more may be saved.

    Args:
        folder: where.
        file: the recording that would grow.

    Raises:
        OutputError: it is long enough, or the disk is nearly full.

    """
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        raise OutputError(f"only {free // 2**20} MB are free in {folder.absolute()}, so nothing more is saved there")
    if file is not None and file.exists() and file.stat().st_size > MOST_RECORDED:
        raise OutputError(f"{file} has {MOST_RECORDED // 2**30} GB, so the recording ends; start another one to go on")


def save_snapshot(image: torch.Tensor) -> Path | None:
    """Save a PNG in the current folder, and log its name, or why that failed.

    Args:
        image: torch.uint8, (H, W, 3), BGR.

    Returns:
        The file; None if it failed.

    """
    path = free_name("snapshot", ".png")
    try:
        check_room(path.parent)
        write_new(path, cv.imencode(".png", image)[1].numpy().tobytes())
    except OutputError as error:
        _log.warning("no snapshot: %s", error)
    except OSError as error:
        _log.warning("no snapshot: %s can't be written: %s", path, error.strerror)
    else:
        _log.info("snapshot saved as %s", path)
        return path
    return None


def free_name(stem: str, suffix: str, taken: Collection[Path] = ()) -> Path:
    """A file of the present time in the current folder that doesn't exist yet.

    Args:
        stem: what the name begins with.
        suffix: what it ends in, with the dot.
        taken: names that will be used though there are no such files yet.

    Returns:
        A path such as ``snapshot-20260131-235959.png``.
    """
    name = f"{stem}-{datetime.now():%Y%m%d-%H%M%S}"
    path, number = Path(name + suffix), 1
    while path.exists() or path in taken:
        number += 1
        path = Path(f"{name}-{number}{suffix}")
    return path

"""Files that are there as a whole or not at all, whatever happens while they are written."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def create(path: Path) -> int:
    """Make a file that doesn't exist; nothing is followed or overwritten that somebody has put there.

    Args:
        path: of the file.

    Returns:
        A descriptor, for reading and writing.

    Raises:
        OSError: it can't be made; FileExistsError above all.
    """
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o666)


def write_new(path: Path, data: bytes) -> None:
    """Write a file that must not exist.

    Args:
        path: of the file.
        data: its content.

    Raises:
        OSError: it exists, or can't be written; then nothing is left of it.
    """
    with os.fdopen(create(path), "wb") as file:
        try:
            file.write(data)
            file.flush()
        except OSError:
            path.unlink(missing_ok=True)
            raise


@contextmanager
def atomic_write(target: Path) -> Iterator[Path]:
    """Give a path beside the target to write to; at the end of the block that file becomes it, in one step.

    If the block raises, what was written is removed, and what was at the target before stays.

    Args:
        target: the file.

    Yields:
        The path to write to.

    Raises:
        OSError: it can't be written.
    """
    part = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
    try:
        os.close(create(part))  # so that a folder that can't be written to is found out here
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)

"""Files that are there as a whole or not at all, whatever happens while they are written."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def atomic_write(target: Path) -> Iterator[Path]:
    """Give a path beside ``target`` to write to; at the end of the block that file becomes it, in one step.

    If the block raises, what was written is removed, and what was at ``target`` before stays. OSError if it can't be
    written.
    """
    part = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
    try:
        part.touch()  # so that a folder that can't be written to is found out here, and not by whoever writes
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)

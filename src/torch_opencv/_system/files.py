"""Files that are there as a whole or not at all, whatever happens while they are written."""

from __future__ import annotations

import io
import os
import stat
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
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return os.open(path, flags, 0o666)


def open_here(path: str, flags: int) -> int:
    """An opener for `open`, which follows no link that somebody has put at the path. OSError if there is one."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)


class NewFile:
    """A file that a library writes to, in the place of what is at ``path`` now.

    It is made with `open`, and is always another one than what was there: links aren't followed, and what somebody
    has put there in the meantime isn't touched.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._before = _entry(path)
        self._file: io.FileIO | None = None

    def open(self) -> None:
        """Make the file. OSError if it can't be made; FileExistsError if something else is there now."""
        if self._before is not None and _entry(self._path) == self._before:
            self._path.unlink()
        self._file = io.FileIO(create(self._path), "r+b")

    def write(self, data: bytes) -> int:
        """Write all of it. OSError if there is no room for it, or the like."""
        assert self._file
        left = memoryview(data)
        while left:
            left = left[self._file.write(left) :]
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place in the file, as `io.IOBase.seek` does."""
        assert self._file
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Where it is."""
        assert self._file
        return self._file.tell()

    def close(self) -> None:
        """Close the file, if it was made."""
        if self._file:
            self._file.close()

    @property
    def is_there(self) -> bool:
        """Whether it was made, and is still what is at the path."""
        if self._file is None or self._file.closed:
            return False
        try:
            return os.path.samestat(os.fstat(self._file.fileno()), self._path.lstat())
        except OSError:
            return False


def _entry(path: Path) -> tuple[int, ...] | None:
    """What tells a file, or a link itself, from what else may come to be at its path; None if nothing is there."""
    try:
        status = path.lstat()
    except OSError:
        return None
    # Numbers of files are used again: something else is also of another kind or time.
    return status.st_dev, status.st_ino, stat.S_IFMT(status.st_mode), status.st_mtime_ns


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

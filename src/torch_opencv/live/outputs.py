"""What every output file is asked before a run starts: can it be written there, without overwriting what is read?"""

from __future__ import annotations

import hashlib
import logging
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from torch_opencv._system.paths import home
from torch_opencv.live.errors import OutputError

if TYPE_CHECKING:
    from filelock import BaseFileLock

_log = logging.getLogger(__name__)


def check_writable(path: Path) -> None:
    """Make sure that a file can be written; what is there already stays as it is until the first write.

    Args:
        path: the file.

    Raises:
        OutputError: there is no such folder, it is a folder itself, writing isn't permitted, or the disk is full.
    """
    check_no_address(path)
    try:
        if path.is_dir():
            raise OutputError(f"{path} is a folder: give a file in it, such as {path / 'output'}{path.suffix}")
        if not path.parent.is_dir():
            raise OutputError(f"there is no folder {path.parent} to write {path.name} in: make it first")
        if path.is_file() or not path.exists():  # to open a device or a pipe would already have an effect
            _try_writing(path)
    except OSError as error:
        raise OutputError(f"{path} can't be written: {error.strerror}") from None


def check_no_address(path: str | Path) -> None:
    """Make sure that a file is meant.

    Raises:
        OutputError: an address is; it isn't repeated, as it may hold a password.

    """
    if re.match("[A-Za-z][A-Za-z0-9+.-]+:/", str(path)):
        raise OutputError("an output can't be sent to an address: give a file")


def lock(path: Path) -> BaseFileLock | None:
    """Keep other programs of this package from writing to a file until the lock is released, or the process ends.

    The lock is a file in `home()`, so that none lies beside what the user asked for.

    Args:
        path: what is written to.

    Returns:
        The lock, which is held; None where there can't be one, or where the path is a device or a pipe.

    Raises:
        OutputError: another program writes to it now.
    """
    from filelock import FileLock, Timeout

    if path.exists() and not path.is_file():
        return None
    folder = home() / "locks"
    name = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:32]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = FileLock(folder / f"{name}.lock")
        held.acquire(timeout=0)
    except Timeout:
        raise OutputError(f"another program is writing to {path} now: give another name") from None
    except OSError as error:
        _log.debug("no lock for %s: %s", path, error)
        return None
    return held


def identity(path: Path) -> object:
    """What tells files apart.

    Args:
        path: of a file, which needn't exist.

    Returns:
        The same for two paths to one file, through links too, and another one once the file is replaced.
    """
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError:
        return path.resolve()
    return status.st_dev, status.st_ino


def check_absent(outputs: Iterable[Path]) -> None:
    """Make sure that no output replaces a file with something in it.

    Args:
        outputs: what is to be written.

    Raises:
        OutputError: one does.
    """
    for path in outputs:
        if path.is_file() and path.stat().st_size:
            raise OutputError(f"{path} exists: give --overwrite to replace it, or another name")


def check_distinct(outputs: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Make sure that no output is written over an input or over another output.

    Args:
        outputs: what is to be written.
        inputs: what is read.

    Raises:
        OutputError: one is.
    """
    taken = {identity(path): "is read as SOURCE" for path in inputs}
    for path in outputs:
        if use := taken.get(identity(path)):
            raise OutputError(f"{path} {use}: give another file to write to")
        taken[identity(path)] = "is given twice"


def _try_writing(path: Path) -> None:
    path = path.resolve()  # of a link to nothing, what is made is elsewhere
    existed = path.exists()
    try:
        with path.open("ab") as file:
            if not existed:  # a full disk lets an empty file be made, but not one with something in it
                file.write(bytes(4096))
                file.flush()
    finally:
        if not existed:
            path.unlink(missing_ok=True)

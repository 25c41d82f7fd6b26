"""What every output file is asked before a run starts: can it be written there, without overwriting what is read?"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from torch_opencv.live.errors import OutputError


def check_writable(path: Path) -> None:
    """Make sure that a file can be written at ``path``; what is there already stays as it is until the first write.

    Raises:
        OutputError: there is no such folder, it is a folder itself, writing isn't permitted, or the disk is full.

    """
    if re.match("[A-Za-z][A-Za-z0-9+.-]+:/", str(path)):  # the address isn't repeated: it may hold a password
        raise OutputError("an output can't be sent to an address: give a file")
    try:
        if path.is_dir():
            raise OutputError(f"{path} is a folder: give a file in it, such as {path / 'output'}{path.suffix}")
        if not path.parent.is_dir():
            raise OutputError(f"there is no folder {path.parent} to write {path.name} in: make it first")
        if path.is_file() or not path.exists():  # to open a device or a pipe would already have an effect
            _try_writing(path)
    except OSError as error:
        raise OutputError(f"{path} can't be written: {error.strerror}") from None


def check_distinct(outputs: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Make sure that no output is written over an input or over another output.

    Raises:
        OutputError: one is.

    """
    taken = {_identity(path): "is read as SOURCE" for path in inputs}
    for path in outputs:
        if use := taken.get(_identity(path)):
            raise OutputError(f"{path} {use}: give another file to write to")
        taken[_identity(path)] = "is given twice"


def _try_writing(path: Path) -> None:
    existed = path.exists()
    try:
        with path.open("ab") as file:
            if not existed:  # a full disk lets an empty file be made, but not one with something in it
                file.write(bytes(4096))
                file.flush()
    finally:
        if not existed:
            path.unlink(missing_ok=True)


def _identity(path: Path) -> object:
    """The same for two paths to one file, through links too."""
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError:
        return path.resolve()
    return status.st_dev, status.st_ino

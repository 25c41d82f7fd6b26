"""Results as JSON Lines: one object a frame, written and flushed at once, so that another program can follow.

The lines are plain ASCII (other characters as JSON's escapes), so that no terminal or pipe can garble them. What JSON
has no number for, NaN and the infinities, is null.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from torch_opencv.live.errors import OutputError
from torch_opencv.live.frame import Frame
from torch_opencv.live.outputs import check_writable, identity, lock

if TYPE_CHECKING:
    from typing_extensions import Self


class Results:
    """A JSON Lines file, or standard output for ``-``. The file is made, or emptied, with the first line.

    Args:
        path: the file.
        append: keep the lines that are in it, and write after them.

    Raises:
        OutputError: it can't be written there, or another program writes to it now.

    """

    def __init__(self, path: str | Path, *, append: bool = False) -> None:
        self.continues = append
        """Whether what is in the file is kept, so that it may be there already."""
        self.path = None if str(path) == "-" else Path(path)
        self.lines = 0
        self._file: BinaryIO | None = None
        self._size = 0
        self._identity: object = None
        self._lock = None
        if self.path:
            check_writable(self.path)
            self._lock = lock(self.path)

    def write(self, frame: Frame, fields: Mapping[str, object]) -> None:
        """Write one line: the frame's number, time, source, latency in milliseconds and path, then the app's fields.

        Args:
            frame: that the result is of.
            fields: of the result, as `App.fields` gives them.

        Raises:
            BrokenPipeError: whoever read the lines has gone.
            OutputError: the disk is full, or the like; every line in the file is whole.
        """
        self._write_text(json.dumps(without_nan({**described(frame), **fields}), allow_nan=False) + "\n")
        self.lines += 1

    @property
    def written(self) -> tuple[Path, ...]:
        """The files that something was written to."""
        return (self.path,) if self.path and self.lines else ()

    def close(self) -> None:
        """Close the file; standard output stays open.

        Raises:
            OutputError: the file was removed or replaced by another program meanwhile, so that the lines are lost.

        """
        self._close_file()
        if self._lock:
            self._lock.release()
        if self.path and self._identity not in (None, identity(self.path)):
            self._identity = None
            raise OutputError(
                f"{self.path} was removed or replaced by another program while results were written to it"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write_text(self, text: str) -> None:
        data = text.encode()
        try:
            if self.path is None:
                sys.stdout.write(text)
                sys.stdout.flush()
            else:
                if self._file is None:
                    self._file = self.path.open("ab") if self.continues else self.path.open("wb")
                    self._size = self._file.tell() if self._file.seekable() else 0  # a pipe is written to, too
                    self._identity = identity(self.path)
                self._file.write(data)
                self._file.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            self._drop_half_line()
            raise OutputError(f"{self.path or 'standard output'} can't be written: {error.strerror}") from None
        self._size += len(data)

    def _close_file(self) -> None:
        if self._file:
            with suppress(OSError):  # every line was flushed; only a half line that failed before can fail again
                self._file.close()

    def _drop_half_line(self) -> None:
        self._close_file()
        if self.path and self.path.is_file():
            with suppress(OSError):
                os.truncate(self.path, self._size)


class SeveralResults(Results):
    """Results that go to several files at once.

    Args:
        parts: what writes to each; all are closed with this.

    """

    def __init__(self, parts: Sequence[Results]) -> None:
        super().__init__("-")
        self._parts = parts

    def write(self, frame: Frame, fields: Mapping[str, object]) -> None:
        """Write the frame's result to each."""
        for part in self._parts:
            part.write(frame, fields)
        self.lines += 1

    @property
    def written(self) -> tuple[Path, ...]:
        """The files that something was written to."""
        return tuple(path for part in self._parts for path in part.written)

    def close(self) -> None:
        """Close each, whatever goes wrong with another."""
        with ExitStack() as stack:
            for part in reversed(self._parts):
                stack.callback(part.close)


def described(frame: Frame) -> dict[str, object]:
    """What is written of a frame itself: its number, time, source, latency in milliseconds and path."""
    line: dict[str, object] = {
        "frame": frame.index,
        "time": round(frame.time, 6),
        "source": frame.source,
        "latency_ms": round((time.monotonic() - frame.captured) * 1000, 1),
    }
    if frame.path is not None:
        line["path"] = frame.path
    return line


def without_nan(value: object) -> object:
    """A value as JSON can hold it: NaN and the infinities, also in lists and dicts, become None."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: without_nan(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(one) for one in value]
    return value

"""Results as JSON Lines: one object a frame, written and flushed at once, so that another program can follow.

The lines are plain ASCII (other characters as JSON's escapes), so that no terminal or pipe can garble them.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from torch_opencv.live.errors import OutputError
from torch_opencv.live.outputs import check_writable
from torch_opencv.live.sources import Frame

if TYPE_CHECKING:
    from typing_extensions import Self


class Results:
    """A JSON Lines file, or standard output for ``-``. The file is made, or emptied, with the first line.

    Raises:
        OutputError: it can't be written there.

    """

    def __init__(self, path: str | Path) -> None:
        self.path = None if str(path) == "-" else Path(path)
        self.lines = 0
        self._file: BinaryIO | None = None
        self._size = 0
        if self.path:
            check_writable(self.path)

    def write(self, frame: Frame, fields: Mapping[str, object]) -> None:
        """Write one line: the frame's number, time, source, age in milliseconds and path, then the program's fields.

        Raises:
            BrokenPipeError: whoever read the lines has gone.
            OutputError: the disk is full, or the like; every line in the file is whole.

        """
        line: dict[str, object] = {
            "frame": frame.index,
            "time": round(frame.time, 6),
            "source": frame.source,
            "latency_ms": round((time.monotonic() - frame.captured) * 1000, 1),
        }
        if frame.path is not None:
            line["path"] = frame.path
        text = json.dumps({**line, **fields}) + "\n"
        try:
            if self.path is None:
                sys.stdout.write(text)
                sys.stdout.flush()
            else:
                self._file = self._file or self.path.open("wb")
                self._file.write(text.encode())
                self._file.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            self._drop_half_line()
            raise OutputError(f"{self.path or 'standard output'} can't be written: {error.strerror}") from None
        self.lines += 1
        self._size += len(text)

    def close(self) -> None:
        """Close the file; standard output stays open."""
        if self._file:
            with suppress(OSError):  # every line was flushed; only a half line that failed before can fail again
                self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _drop_half_line(self) -> None:
        self.close()
        if self.path and self.path.is_file():
            with suppress(OSError):
                os.truncate(self.path, self._size)

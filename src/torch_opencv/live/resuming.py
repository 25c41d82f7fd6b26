"""Going on where an earlier run over images left off: what it has written tells what is done."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from torch_opencv.live.errors import OutputError
from torch_opencv.live.sources import Source
from torch_opencv.live.sources.images import Images

_log = logging.getLogger(__name__)


class Earlier:
    """The lines that an earlier run has written, if there was one.

    A last line that isn't whole, as a computer that was switched off leaves it, is cut off.

    Args:
        results: the file; None is an error, as are files that can't be continued.

    Raises:
        OutputError: it is no file of JSON Lines with images' paths.

    """

    def __init__(self, results: str | Path | None) -> None:
        if results is None or str(results) == "-" or Path(results).suffix.lower() not in (".jsonl", ".ndjson"):
            raise OutputError("--resume goes on with a file of results: give it, as --results out.jsonl")
        self.path = Path(results)
        self._done: set[str] = set()
        try:
            if self.path.is_file():
                _cut_half_line(self.path)
                self._done = {str(line["path"]) for line in lines_of(self.path)}
        except (ValueError, KeyError, TypeError):
            raise OutputError(
                f"{self.path} can't be resumed: not each of its lines is of an image of a folder; give another name"
            ) from None
        except OSError as error:
            raise OutputError(f"{self.path} can't be resumed: {error.strerror or error}") from None

    def leave_out(self, sources: Sequence[Source]) -> None:
        """Leave out what is done.

        Raises:
            OutputError: there are sources that aren't folders of images, or the like.
        """
        for source in sources:
            if not isinstance(source, Images) or not source.still or not source.with_paths:
                raise OutputError(f"--resume is for folders, globs and lists of images, and {source.name} is none")
            if count := source.leave_out(self._done):
                _log.info("%d of %d images of %s are in %s already", count, source.length, source.name, self.path)


def lines_of(path: Path) -> Iterator[dict[str, Any]]:
    """The objects in a file of JSON Lines. OSError if it can't be read, ValueError if it is none."""
    with path.open("rb") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def _cut_half_line(path: Path) -> None:
    content = path.read_bytes()
    end = content.rfind(b"\n") + 1
    if end < len(content):
        with suppress(ValueError):
            json.loads(content[end:])
            with path.open("ab") as file:  # it lacks nothing but its end
                file.write(b"\n")
            return
        os.truncate(path, end)

"""A camera's results: a file that is whole whenever it is looked at, and gone on with by the next worker."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Protocol

from torch_opencv.live.errors import OutputError
from torch_opencv.live.outputs import check_absent, check_no_address
from torch_opencv.live.results import Results, described
from torch_opencv.live.sources import Frame

Format = Literal["jsonl", "parquet"]

_PART_S, _PART_ROWS = 60.0, 2000  # what a Parquet file holds at most, and what is lost at most with a killed worker
_BLOCK = 1 << 16  # bytes


class CameraResults(Protocol):
    """Where the results of one camera go."""

    next_frame: int
    """The number that goes on after what is there already."""

    def write(self, frame: Frame, fields: Mapping[str, object], /) -> None:
        """Write a frame's result. OutputError if the disk is full, or the like."""

    def close(self) -> None:
        """Write what is held back, and let go of the file."""


class Lines(Results):
    """JSON Lines, each flushed at once.

    Args:
        path: the file; what a killed worker has left of a line is cut off.

    Raises:
        OutputError: it can't be written.
    """

    def __init__(self, path: Path) -> None:
        try:
            last = _last_line(path)
        except OSError as error:
            raise OutputError(f"{path} can't be gone on with: {error.strerror}") from None
        self.next_frame = json.loads(last)["frame"] + 1 if last else 0
        super().__init__(path, append=True)


class Parts:
    """A folder of Parquet files, each of a minute, with the same columns as an archive's.

    Args:
        folder: is made if it isn't there.
    """

    def __init__(self, folder: Path) -> None:
        import pyarrow.parquet as pq

        from torch_opencv.ray.store import Store

        self._store = Store(str(folder))
        parts = sorted(folder.glob("*.parquet"))
        self._part = int(parts[-1].stem) + 1 if parts else 0
        frames = pq.read_table(parts[-1], columns=["frame"])["frame"] if parts else []
        self.next_frame = frames[-1].as_py() + 1 if len(frames) else 0
        self._rows: list[dict[str, Any]] = []
        self._begun = 0.0

    def write(self, frame: Frame, fields: Mapping[str, object]) -> None:
        """Keep a frame's row, and write all that are kept if it is time for that.

        Raises:
            OutputError: they can't be written.
        """
        if not self._rows:
            self._begun = time.monotonic()
        self._rows.append({**described(frame), **fields})
        if len(self._rows) >= _PART_ROWS or time.monotonic() - self._begun > _PART_S:
            self._write()

    def close(self) -> None:
        """Write what is kept.

        Raises:
            OutputError: it can't be written.
        """
        if self._rows:
            self._write()

    def _write(self) -> None:
        rows, self._rows = self._rows, []
        self._store.write_rows(f"{self._part:06d}", rows)
        self._part += 1


def open_camera_results(folder: Path, stem: str, format: Format) -> CameraResults:
    """Where a camera's results go; what is there already is gone on with."""
    return Lines(folder / f"{stem}.jsonl") if format == "jsonl" else Parts(folder / stem)


def prepare_folder(folder: Path, stems: list[str], format: Format, *, overwrite: bool) -> None:
    """Make the folder of results, and see that nothing of an earlier run is there.

    Args:
        folder: of all cameras' results.
        stems: what the cameras' files are called.
        format: of the files.
        overwrite: remove what is there of these cameras.

    Raises:
        OutputError: it is a file, can't be written to, or has results of an earlier run.
    """
    check_no_address(folder)
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file: results of cameras go to a folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        earlier = [path for stem in stems for path in _files(folder, stem, format)]
        if overwrite:
            for path in earlier:
                path.unlink()
        check_absent(earlier)
        probe = folder / ".torch-opencv"
        probe.write_bytes(b"writable")
        probe.unlink()
    except OSError as error:
        raise OutputError(f"{folder} can't be written to: {error.strerror}") from None


def _files(folder: Path, stem: str, format: Format) -> list[Path]:
    if format == "parquet":
        return sorted((folder / stem).glob("*.parquet"))
    path = folder / f"{stem}.jsonl"
    return [path] if path.exists() else []


def _last_line(path: Path) -> bytes:
    """The last whole line of a file, after which nothing is left; empty if there is none."""
    if not path.exists():
        return b""
    with path.open("rb+") as file:
        at = file.seek(0, os.SEEK_END)
        tail = b""
        while at and tail.count(b"\n") < 2:
            step = min(_BLOCK, at)
            at -= step
            file.seek(at)
            tail = file.read(step) + tail
        whole = tail[: tail.rfind(b"\n") + 1]
        file.truncate(at + len(whole))
        return whole.rstrip(b"\n").rpartition(b"\n")[2]

"""The folder that an archive's results go to: a file for each piece of work, there as a whole or not at all.

So whatever is killed, what is there is right, and what isn't is computed again.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, cast

from torch_opencv._system.files import atomic_write
from torch_opencv.errors import first_line
from torch_opencv.live.errors import OutputError
from torch_opencv.live.results import without_nan
from torch_opencv.ray.columns import as_arrays

_EMPTY = "empty"  # a Parquet file without rows has no columns, and readers of a folder want the same in each
_RESULTS = re.compile(r"([^/]+-[0-9a-f]{8}/)_?([0-9]{6,})\.(parquet|jsonl|empty)")  # of keys as `work.key_of` gives
_ROWS_TOGETHER = 256  # that are made objects of Python's when they are read

Format = Literal["parquet", "jsonl"]


class Store:
    """A folder, here or at an address that fsspec knows (``s3://...``). It may be sent to workers.

    Args:
        root: the folder; it needn't be there.
        format: of the files of results.
    """

    def __init__(self, root: str, format: Format = "parquet") -> None:
        self.root, self.format = root.rstrip("/") or "/", format
        self._local = "://" not in root

    def done(self) -> set[str]:
        """The keys whose results are there.

        Raises:
            OutputError: it can't be looked through.
        """
        return {key for _, key, suffix in self._results() if suffix in (self.format, _EMPTY)}

    def remove_results(self) -> None:
        """Remove the results of all keys, of either format, and nothing else.

        Raises:
            OutputError: they can't be removed.
        """

        def remove(storage: Any, root: str) -> None:
            for file, _, _ in found:
                storage.rm_file(f"{root}/{file}")

        found = self._results()
        self._do(remove)

    def _results(self) -> list[tuple[str, str, str]]:
        """The files of results, of either format: each one's name, key and suffix."""
        files = self._do(lambda storage, root: [one.removeprefix(root.rstrip("/") + "/") for one in storage.find(root)])
        return [(one, found[1] + found[2], found[3]) for one in files if (found := _RESULTS.fullmatch(one))]

    def has(self, key: str) -> bool:
        """Whether the results of a key are there."""
        names = (f"{key}.{self.format}", _empty(key))
        return bool(self._do(lambda storage, root: any(storage.exists(f"{root}/{name}") for name in names)))

    def write_rows(self, key: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write a key's results, in place of any that are there; of no rows at all, an empty file says so.

        Raises:
            OutputError: the disk is full, or the like; then nothing is left of them.
        """
        if not rows:
            self.write(_empty(key), b"")
            return
        self.write(f"{key}.{self.format}", _as_parquet(rows) if self.format == "parquet" else _as_lines(rows))

    def read_rows(self, key: str) -> Iterator[dict[str, Any]]:
        """A key's results, as they were written.

        Raises:
            OutputError: they can't be read.
        """
        data = self.read(f"{key}.{self.format}")
        if data is None and self.read(_empty(key)) is None:
            raise OutputError(f"{self.root}/{key}.{self.format} can't be read: it isn't there any more")
        if data:
            yield from _from_parquet(data) if self.format == "parquet" else map(json.loads, data.splitlines())

    def write(self, name: str, data: bytes) -> None:
        """Write a file as a whole.

        Raises:
            OutputError: it can't be written.
        """
        if not self._local:
            self._do(lambda storage, root: storage.pipe_file(f"{root}/{name}", data))
            return
        path = Path(self.root, name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(path) as part:
                part.write_bytes(data)
        except OSError as error:
            raise OutputError(f"{path} can't be written: {error.strerror or error}") from None

    def read(self, name: str) -> bytes | None:
        """What is in a file, or None if there is none.

        Raises:
            OutputError: it can't be read.
        """

        def get(storage: Any, root: str) -> bytes | None:
            path = f"{root}/{name}"
            return storage.cat_file(path) if storage.exists(path) else None

        data: bytes | None = self._do(get)
        return data

    def is_empty(self) -> bool:
        """Whether there is nothing in it, or no such folder.

        Raises:
            OutputError: it can't be looked through, or is no folder.
        """

        def look(storage: Any, root: str) -> bool:
            if storage.isfile(root):
                raise OutputError(f"{self.root} is a file: results of an archive go to a folder")
            return not (storage.exists(root) and storage.ls(root))

        return bool(self._do(look))

    def _do(self, use: Callable[[Any, str], Any]) -> Any:
        import fsspec

        try:
            return use(*fsspec.core.url_to_fs(str(Path(self.root).absolute()) if self._local else self.root))
        except OutputError:
            raise
        except Exception as error:  # each kind of storage has exceptions of its own
            raise OutputError(f"{self.root} can't be used: {first_line(error)}") from None


def _empty(key: str) -> str:
    """The file that says that a key has no rows. Readers of the folder leave it out for its first letter."""
    folder, _, name = key.rpartition("/")
    return f"{folder}/_{name}.{_EMPTY}"


def _as_parquet(rows: Sequence[Mapping[str, Any]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(as_arrays([_plain(row) for row in rows]))
    data = io.BytesIO()
    pq.write_table(table, data)
    return data.getvalue()


def _from_parquet(data: bytes) -> Iterator[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    for batch in pq.ParquetFile(pa.BufferReader(data)).iter_batches(_ROWS_TOGETHER):
        yield from batch.to_pylist()


def _as_lines(rows: Sequence[Mapping[str, Any]]) -> bytes:
    return "".join(json.dumps(_plain(row), allow_nan=False) + "\n" for row in rows).encode()


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return cast("dict[str, Any]", without_nan(row))

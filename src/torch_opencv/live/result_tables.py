"""Results as tables: CSV files, Parquet files, and text for people.

A table has a line for each item that was found in a frame (a class, a face), and one for a frame in which none was,
with empty cells. What is nested becomes columns: ``size: [640, 360]`` is ``size.0`` and ``size.1``.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Mapping
from pathlib import Path

from torch_opencv._system.files import atomic_write
from torch_opencv._system.terminal import printable
from torch_opencv.live.errors import OutputError
from torch_opencv.live.frame import Frame
from torch_opencv.live.outputs import check_no_address
from torch_opencv.live.results import Results, described

_JSON_LINES = (".jsonl", ".ndjson")
_PARQUET = ".parquet"
_PLAIN_COLUMNS = 3  # that are understood without a heading
_LARGE = 10  # a number of which one decimal place is enough
_ROWS_IN_MEMORY = 10_000  # of a table whose columns aren't known yet


def open_results(path: str | Path, *, append: bool = False) -> Results:
    """What writes results to a file, by what its name ends in; to standard output for ``-``.

    Args:
        path: the file.
        append: keep the lines that are in it, which must be JSON Lines.

    Raises:
        OutputError: it ends in none of .jsonl, .ndjson, .csv and .parquet, or it can't be written.

    """
    check_no_address(path)
    file = Path(path)
    suffix = file.suffix.lower()
    if str(path) == "-" or suffix in _JSON_LINES or (file.exists() and not file.is_file()):
        return Results(path, append=append)
    if suffix == ".csv":
        return CsvResults(path)
    if suffix == _PARQUET:
        return ParquetResults(path)
    raise OutputError(
        f"results can't be written to {path}: the name must end in .jsonl (JSON Lines), .csv or .parquet, or be '-'"
    )


class CsvResults(Results):
    """A CSV file as spreadsheets and ``pandas.read_csv`` read it: UTF-8, a heading, cells quoted where they need it.

    The columns are those of the first frame in which something is found; frames before that are held back until then.
    """

    def __init__(self, path: str | Path) -> None:
        super().__init__(path)
        self._columns: list[str] = []
        self._waiting: list[dict[str, object]] = []

    def write(self, frame: Frame, fields: Mapping[str, object]) -> None:
        """Write the frame's lines.

        Raises:
            OutputError: the disk is full, or the like; or a frame has a field that those before it hadn't.

        """
        rows = rows_of(frame, fields)
        self.lines += 1
        if not self._columns:
            self._waiting += rows
            if _is_empty(fields) and len(self._waiting) < _ROWS_IN_MEMORY:
                return
            rows = self._begin()
        self._write_rows(rows)

    def close(self) -> None:  # noqa: D102 (as of Results)
        if self._waiting:
            self._write_rows(self._begin())
        super().close()

    def _begin(self) -> list[dict[str, object]]:
        rows, self._waiting = self._waiting, []
        self._columns = list(dict.fromkeys(name for row in reversed(rows) for name in row))
        self._write_text(_csv_line(self._columns))
        return rows

    def _write_rows(self, rows: list[dict[str, object]]) -> None:
        for row in rows:
            if unknown := set(row) - set(self._columns):
                raise OutputError(
                    f"{self.path} has no column for {', '.join(sorted(unknown))}, which the frames before hadn't: "
                    "write .jsonl instead"
                )
        self._write_text("".join(_csv_line([row.get(name) for name in self._columns]) for row in rows))


class ParquetResults(Results):
    """A Parquet file, written as a whole when it is closed, which needs ``pyarrow``."""

    def __init__(self, path: str | Path) -> None:
        try:
            import pyarrow  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: F401
        except ImportError:
            raise OutputError(f"{path} needs pyarrow: pip install 'torch-opencv[parquet]'") from None
        super().__init__(path)
        self._rows: list[dict[str, object]] = []

    def write(self, frame: Frame, fields: Mapping[str, object]) -> None:
        """Keep the frame's lines."""
        self._rows += rows_of(frame, fields)
        self.lines += 1

    def close(self) -> None:
        """Write the file.

        Raises:
            OutputError: it can't be written.

        """
        import pyarrow
        import pyarrow.parquet  # type: ignore[import-not-found,import-untyped,unused-ignore]

        rows, self._rows = self._rows, []
        if rows and self.path:
            names = dict.fromkeys(name for row in rows for name in row)
            try:
                table = pyarrow.table({name: [row.get(name) for row in rows] for name in names})
                with atomic_write(self.path) as part:
                    pyarrow.parquet.write_table(table, part)
            except pyarrow.ArrowException as error:
                raise OutputError(f"{self.path} can't be written: {error}") from None
            except OSError as error:
                raise OutputError(f"{self.path} can't be written: {error.strerror or error}") from None
        super().close()


class PrintedResults(Results):
    """A table for people on standard output, for each frame."""

    def __init__(self) -> None:
        super().__init__("-")

    def write(self, frame: Frame, fields: Mapping[str, object]) -> None:
        """Print what was found in an image.

        Raises:
            BrokenPipeError: whoever read the lines has gone.

        """
        rows = rows_of(frame, fields)
        hidden = {*described(frame)}
        values = {name: [row.get(name) for row in rows] for name in rows[0] if name not in hidden}
        named = {name: column for name, column in values.items() if any(value is not None for value in column)}
        columns = [_texts(column) for column in named.values()]
        if len(named) > _PLAIN_COLUMNS:
            columns = [[name, *column] for name, column in zip(named, columns, strict=True)]
        widths = [max(map(len, column)) for column in columns]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in zip(*columns, strict=True)
        ]
        encoding = sys.stdout.encoding or "utf-8"
        text = "\n".join([frame.path or frame.source, *(f"  {line}" for line in lines if line)]) + "\n"
        self._write_text(printable(text).encode(encoding, "replace").decode(encoding))
        self.lines += 1


def rows_of(frame: Frame, fields: Mapping[str, object]) -> list[dict[str, object]]:
    """A frame's lines of a table: one for each face, class or the like that was found, or one without.

    Args:
        frame: that the result is of.
        fields: of the result, as `App.fields` gives them.

    Returns:
        Each line's cells by their columns' names.
    """
    scalars: dict[str, object] = described(frame)
    items: list[Mapping[str, object]] = []
    for name, value in fields.items():
        if _holds_items(value):
            items += [_flat(one) for one in value]  # type: ignore[attr-defined]
        elif value != []:
            scalars |= _flat({name: value})
    return [{**scalars, **one} for one in items] or [scalars]


def _is_empty(fields: Mapping[str, object]) -> bool:
    return any(value == [] for value in fields.values())


def _holds_items(value: object) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _flat(fields: Mapping[str, object]) -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in fields.items():
        if isinstance(value, list | tuple):
            value = {str(number): one for number, one in enumerate(value)}
        if isinstance(value, Mapping):
            flat |= {f"{name}.{inner}": one for inner, one in _flat(value).items()}
        else:
            flat[name] = value
    return flat


def _csv_line(cells: list[object] | list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)  # RFC 4180
    return line.getvalue()


def _texts(column: list[object]) -> list[str]:
    """A column's cells: numbers to four places, as scores are read, or to one where some are large, as pixels are."""
    places = 1 if any(isinstance(value, float) and abs(value) >= _LARGE for value in column) else 4
    return [
        f"{value:.{places}f}" if isinstance(value, float) else "" if value is None else str(value) for value in column
    ]

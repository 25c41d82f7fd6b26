"""Protocol buffers' wire format: the fields of a message, without a schema.

A message is a row of fields, each a varint that holds number and wire type, then the value: a varint, 8 bytes, a length
and so many bytes, or 4 bytes. (https://protobuf.dev/programming-guides/encoding)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5

_MOST_FIELDS: Final = 200_000  # of one file, runs counted as one; a caffemodel has some thousand
_LONGEST_VARINT: Final = 10


class WireError(Exception):
    """What is wrong, and at which byte of the file."""


@dataclass(frozen=True)
class Field:
    """One field, or a run of fields with the same number and a fixed size.

    Attributes:
        number: the field's.
        wire: `VARINT`, `FIXED64`, `BYTES` or `FIXED32`.
        value: an unsigned number for `VARINT`; a `Message` for `BYTES`, whose `data` are the bytes; for `FIXED32` and
            `FIXED64` the elements' bytes, of as many fields as came in a row.
    """

    number: int
    wire: int
    value: int | Message | memoryview


class Message:
    """A message, read field by field.

    Args:
        data: its bytes.
        start: where in the file they begin, for errors.
        budget: how many fields may still be read, in a list that all messages of one file share.
    """

    def __init__(self, data: memoryview, *, start: int = 0, budget: list[int] | None = None) -> None:
        self.data = data
        self._start = start
        self._budget = [_MOST_FIELDS] if budget is None else budget  # shared by all messages of one file

    def fields(self) -> Iterator[Field]:
        """All fields in turn.

        Raises:
            WireError: the bytes aren't such.
        """
        at = 0
        while at < len(self.data):
            self._budget[0] -= 1
            if self._budget[0] < 0:
                raise WireError(f"more than {_MOST_FIELDS:,} fields")
            tag, value_at = self._varint(at)
            number, wire = tag >> 3, tag & 7
            if not 0 < number < 2**29:
                raise self._error(f"field number {number}", at)
            if wire == VARINT:
                value, at = self._varint(value_at)
                yield Field(number, wire, value)
            elif wire == BYTES:
                length, value_at = self._varint(value_at)
                at = self._end(value_at, length)
                yield Field(
                    number, wire, Message(self.data[value_at:at], start=self._start + value_at, budget=self._budget)
                )
            elif wire in (FIXED32, FIXED64):
                run, at = self._run(at, value_at, 4 if wire == FIXED32 else 8)
                yield Field(number, wire, run)
            else:
                raise self._error(f"wire type {wire}", at)

    def varints(self) -> list[int]:
        """All the bytes as packed varints.

        Raises:
            WireError: they aren't such.
        """
        values = []
        at = 0
        while at < len(self.data):
            value, at = self._varint(at)
            values.append(value)
            if len(values) > _MOST_FIELDS:
                raise self._error("too many numbers", at)
        return values

    def _varint(self, at: int) -> tuple[int, int]:
        value = 0
        for index in range(_LONGEST_VARINT):
            if at + index >= len(self.data):
                raise self._error("cut off", at)
            byte = self.data[at + index]
            value |= (byte & 0x7F) << (7 * index)
            if byte < 0x80:
                return value & (2**64 - 1), at + index + 1
        raise self._error("a number of more than 10 bytes", at)

    def _run(self, at: int, value_at: int, size: int) -> tuple[memoryview, int]:
        """The elements of all fields in a row that have the tag of the one at `at`."""
        self._end(value_at, size)
        tag = np.frombuffer(self.data[at:value_at], np.uint8)
        step = len(tag) + size
        rows, most = 1, (len(self.data) - at) // step
        while rows < most:  # twice as far each time, so that short runs don't look at the whole rest of the file
            more = min(most, 2 * rows + 8)
            table = np.frombuffer(self.data[at + rows * step : at + more * step], np.uint8).reshape(-1, step)
            same = (table[:, : len(tag)] == tag).all(axis=1)
            if not same.all():
                rows += int(same.argmin())
                break
            rows = more
        table = np.frombuffer(self.data[at : at + rows * step], np.uint8).reshape(-1, step)
        return memoryview(table[:, len(tag) :].tobytes()), at + rows * step

    def _end(self, at: int, length: int) -> int:
        if length > len(self.data) - at:
            raise self._error("cut off", at)
        return at + length

    def _error(self, what: str, at: int) -> WireError:
        return WireError(f"{what}, at byte {self._start + at}")

"""The two ways in which Torch7 writes the basic things: binary, and ascii.

Both readers have the same methods, which take the next thing from where they stand (`at`, a byte offset): what
torch.File's readInt, readLong, readDouble, readChar and a storage's own reading took. Whatever can't be what Torch7
writes is `Unreadable`. Nothing is allocated, or read ahead, because the file claims a size: claims are first held
against the bytes that are there.

Source: torch7's lib/TH/THDiskFile.c. Binary numbers are little-endian (big-endian files, which Torch7 could write but
not recognise, are refused by the caller), and a long has 4 or 8 bytes. In ascii files numbers end with white space, an
array's stand in one line, and bytes (strings, ByteStorage, CharStorage) stand as they are, followed by a newline.
"""

from __future__ import annotations

import platform
import re
import struct
from mmap import mmap
from typing import Literal, Protocol

import numpy as np
import torch
from torch import Tensor

LongSize = Literal[4, 8]

_INT = struct.Struct("<i")
_DOUBLE = struct.Struct("<d")
_LONGEST = 64  # characters of a number; "%.17g" and 64-bit integers need 24
_TOKEN = re.compile(rb"\s*(\S{1,%d})(?=(\s))" % _LONGEST)
_WHOLE = re.compile(rb"[+-]?[0-9]{1,20}")
_PIECE = 1 << 18  # characters parsed at once; while they are, they are Python objects of 30 times the size
# Where loads and stores must be aligned, elements that aren't (most: names of any length precede them) are copied.
_UNALIGNED_ACCESS = platform.machine().lower() in {"x86_64", "amd64", "aarch64", "arm64"}


class Unreadable(Exception):  # noqa: N818 (never leaves the package: the caller makes a T7Error of it)
    """Something that Torch7 doesn't write.

    Attributes:
        what: what it is.
        at: the byte at which it stands.
    """

    def __init__(self, what: str, at: int) -> None:
        super().__init__(what)
        self.what, self.at = what, at


class Layout(Protocol):
    """What the two have in common."""

    at: int

    def whole(self) -> int:
        """The next int, of 32 bits."""
        ...

    def longs(self, count: int) -> list[int]:
        """An array of longs.

        Args:
            count: of them.

        Raises:
            Unreadable: the file ends before, or has something else.
        """
        ...

    def double(self) -> float:
        """The next double."""
        ...

    def characters(self, count: int) -> bytes:
        """As many bytes.

        Args:
            count: of them.

        Raises:
            Unreadable: the file ends before.
        """
        ...

    def elements(self, dtype: torch.dtype, count: int) -> Tensor:
        """A storage's elements; where it can, a view of the file.

        Args:
            dtype: of the elements.
            count: of them.

        Returns:
            1-dim, with a storage of its own.

        Raises:
            Unreadable: the file ends before, or has something else.
        """
        ...


class Binary:
    """Binary files. `elements` are views of the data, which they keep alive.

    Args:
        data: the file.
        long_size: bytes of a C long where it was written, 4 or 8.
    """

    def __init__(self, data: mmap | bytearray, long_size: LongSize) -> None:
        self.at = 0
        self._data, self._end, self._long_size = data, len(data), long_size

    def whole(self) -> int:  # noqa: D102 (Layout's, as all of these)
        value: int
        try:
            (value,) = _INT.unpack_from(self._data, self.at)
        except struct.error:
            raise _missing("a number", 4, self._end - self.at, self.at) from None
        self.at += 4
        return value

    def longs(self, count: int) -> list[int]:  # noqa: D102
        at = self._skip(count * self._long_size, f"{count} sizes")
        return list(struct.unpack_from(f"<{count}{'q' if self._long_size == 8 else 'i'}", self._data, at))

    def double(self) -> float:  # noqa: D102
        value: float = _DOUBLE.unpack_from(self._data, self._skip(8, "a number"))[0]
        return value

    def characters(self, count: int) -> bytes:  # noqa: D102
        at = self.at
        text = bytes(self._data[at : at + count]) if count >= 0 else b""
        if len(text) != count:
            raise _missing(f"{count} characters", count, self._end - at, at)
        self.at = at + count
        return text

    def elements(self, dtype: torch.dtype, count: int) -> Tensor:  # noqa: D102
        stored = torch.int32 if dtype == torch.int64 and self._long_size == 4 else dtype
        at = self._skip(count * stored.itemsize, f"{count} elements")
        if not count:
            return torch.empty(0, dtype=dtype)
        values = torch.frombuffer(self._data, dtype=stored, count=count, offset=at)
        if not _UNALIGNED_ACCESS and at % stored.itemsize:
            values = torch.frombuffer(bytearray(self._data[at : at + count * stored.itemsize]), dtype=stored)
        return values if stored == dtype else values.to(dtype)

    def _skip(self, size: int, what: str) -> int:
        at = self.at
        if not 0 <= size <= self._end - at:
            raise _missing(what, size, self._end - at, at)
        self.at = at + size
        return at


class Ascii:
    """Ascii files. Numbers are parsed at once; `elements` of bytes are views of the data, as `Binary`'s.

    Args:
        data: the file.
    """

    def __init__(self, data: mmap | bytearray) -> None:
        self.at = 0
        self._data, self._end = data, len(data)

    def whole(self) -> int:  # noqa: D102
        return self._whole(32)

    def longs(self, count: int) -> list[int]:  # noqa: D102
        self._check(count * 2, f"{count} sizes")
        return [self._whole(64) for _ in range(count)]

    def double(self) -> float:  # noqa: D102
        at, token = self._token()
        return float(_floats([token], at)[0])

    def characters(self, count: int) -> bytes:  # noqa: D102
        at = self._skip(count, f"{count} characters")
        return bytes(self._data[at : at + count])

    def elements(self, dtype: torch.dtype, count: int) -> Tensor:  # noqa: D102
        if dtype in (torch.uint8, torch.int8):
            at = self._skip(count, f"{count} elements")
            return (
                torch.frombuffer(self._data, dtype=dtype, count=count, offset=at)
                if count
                else torch.empty(0, dtype=dtype)
            )
        self._check(count * 2, f"{count} elements")  # a digit and white space each
        values = torch.empty(count, dtype=dtype)
        filled = 0
        while filled < count:
            at, tokens = self._tokens(count - filled)
            numbers = _floats(tokens, at) if dtype.is_floating_point else _integers(tokens, at, torch.iinfo(dtype))
            values[filled : filled + len(tokens)] = torch.from_numpy(numbers)
            filled += len(tokens)
        return values

    def _whole(self, bits: int) -> int:
        at, token = self._token()
        if not _WHOLE.fullmatch(token):
            raise Unreadable(f"{_shown(token)} where a whole number should be", at)
        value = int(token)
        if not -(1 << bits - 1) <= value < 1 << bits - 1:
            raise Unreadable(f"the number {value}, which has more than {bits} bits", at)
        return value

    def _token(self) -> tuple[int, bytes]:
        """The next number as it is written, and where."""
        found = _TOKEN.match(self._data, self.at)
        if not found:
            raise Unreadable("no number, or one without an end (a file that is cut off?)", self.at)
        self.at = found.end() + (found[2] == b"\n")  # bytes begin behind exactly one newline
        return found.start(1), found[1]

    def _tokens(self, most: int) -> tuple[int, list[bytes]]:
        """The next numbers, as many as a piece of the text holds, as they are written, and where they begin."""
        at = self.at
        piece = bytes(self._data[at : at + _PIECE])
        piece = piece[: max(map(piece.rfind, (b" ", b"\n"))) + 1]  # a number that may go on is for the next piece
        tokens = piece.split(None, most)
        rest = tokens.pop() if len(tokens) > most else b""
        if not tokens or max(map(len, tokens)) > _LONGEST:
            raise Unreadable(f"{most} numbers are missing (a file that is cut off?)", at)
        self.at = at + len(piece) - len(rest)
        return at, tokens

    def _skip(self, size: int, what: str) -> int:
        at = self.at
        if size == 0:  # nothing is written then, no newline either
            return at
        self._check(size if size < 0 else size + 1, what)
        self.at = at + size + 1
        if self._data[at + size] != 0x0A:
            raise Unreadable(f"{what} without a newline after them", at)
        return at

    def _check(self, size: int, what: str) -> None:
        if not 0 <= size <= self._end - self.at:
            raise _missing(what, size, self._end - self.at, self.at)


def _floats(tokens: list[bytes], at: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    try:
        numbers = np.array(list(map(float, tokens)), dtype=np.float64)
    except ValueError:
        numbers = None
    if numbers is None or any(b"_" in token for token in tokens):  # Python's digits may be grouped: 1_000
        raise Unreadable(f"something else than numbers in {_shown(b' '.join(tokens))}", at)
    return numbers


def _integers(tokens: list[bytes], at: int, limits: torch.iinfo) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    if not all(map(_WHOLE.fullmatch, tokens)):
        raise Unreadable(f"something else than whole numbers in {_shown(b' '.join(tokens))}", at)
    numbers = list(map(int, tokens))
    if min(numbers) < limits.min or max(numbers) > limits.max:
        raise Unreadable(f"a number that has more than {limits.bits} bits", at)
    return np.array(numbers, dtype=np.int64)


def _shown(text: bytes) -> str:
    return repr(text[:40].decode("latin-1")) + ("..." if len(text) > 40 else "")


def _missing(what: str, size: int, left: int, at: int) -> Unreadable:
    if size < 0:
        return Unreadable(f"{what}: a size below zero", at)
    return Unreadable(f"{what} of {size} bytes, where {left} are left (a file that is cut off?)", at)

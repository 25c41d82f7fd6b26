"""Torch7 files as Python objects and tensors.

Nothing in a file is run. Objects are read one after the other without recursion, however deep they nest; references to
the same object give the same Python object. The elements of storages stay where they are: binary files are mapped into
memory, copy-on-write, and tensors are views of the map, so that opening a file reads its structure only, and writing to
a tensor changes neither the file nor what another process sees.

Source: torch7's File.lua, and the write functions of torch7's, cutorch's and tds's classes.
"""

from __future__ import annotations

import math
import mmap
import os
import re
import stat
import sys
from collections.abc import Generator
from types import GeneratorType
from typing import Any

import torch

from torch_opencv.t7.classes import COUNTER, GENERATOR, GENERATOR_SIZE, STORAGES, TDS_TABLES, TENSORS, Geometry
from torch_opencv.t7.errors import T7Error
from torch_opencv.t7.layout import Ascii, Binary, Layout, LongSize, Unreadable
from torch_opencv.t7.objects import Function, Object, Table

_NIL, _NUMBER, _STRING, _TABLE, _TORCH, _BOOLEAN, _FUNCTION, _OLD_RECURSIVE_FUNCTION, _RECURSIVE_FUNCTION = range(9)
_KINDS = {_TABLE: "table", _TORCH: "object", _OLD_RECURSIVE_FUNCTION: "function", _RECURSIVE_FUNCTION: "function"}
_VERSION = re.compile(r"V (\d{1,9})")
_LARGEST_EXACT = 2**53
_OTHER_FORMATS = {
    b"PK\x03\x04": "this is a zip archive, or a file of PyTorch's: torch.load opens those",
    b"\x80\x02": "this is a pickle, perhaps of an old PyTorch: torch.load(..., weights_only=True) opens those",
    b"\x1f\x8b": "this is gzip's; unpack it first",
    b"BZh": "this is bzip2's; unpack it first",
}

# An object in the making: it yields the objects in it, in the making too or not, is sent each when it is made, and
# returns what it has made of them.
_Making = Generator[Any, Any, Any]


def load(path: str | os.PathLike[str], *, long_size: LongSize | None = None) -> Any:
    """Read the object in a Torch7 file, as ``torch.save`` wrote it.

    Args:
        path: The file, binary or ascii, which is found out. A regular file, as it is mapped into memory: while its
            tensors are in use, nobody may shorten it, or the process ends with SIGBUS.
        long_size: The bytes of a C long where a binary file was written: 4 on Windows and 32-bit machines, else 8;
            found out if None. In one case that can't be: where a storage without a tensor is all that has a size in
            the file, one that has lost its last 4 bytes looks like a whole one with 4-byte longs, and is taken for it.

    Returns:
        None, a bool, int, float, str, `Table`, `Function`, torch.Tensor (on the CPU, whatever it was; storages are
        1-dim tensors) or, for other classes, an `Object`. Tensors that shared a storage share it, and need not be
        aligned in memory to the size of their elements (numpy's, made of them, say so).

    Raises:
        T7Error: The file isn't what Torch7 writes: where, and why.
        OSError: It can't be opened.
    """
    name = _one_line(os.fspath(path))
    # Not waiting is for named pipes, which would have us wait for somebody to write before they can be refused.
    file = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        kind = os.fstat(file)
        if not stat.S_ISREG(kind.st_mode):
            raise T7Error(f"{name} is no regular file, as it must be to be mapped into memory; copy it to one first")
        if kind.st_size == 0:
            raise T7Error(f"{name} is empty (0 bytes)")
        data = mmap.mmap(file, 0, access=mmap.ACCESS_COPY)
    finally:
        os.close(file)
    return _load(data, name, long_size)


def loads(data: bytes | bytearray | memoryview, *, long_size: LongSize | None = None) -> Any:
    r"""Read an object as ``torch.serialize`` wrote it; like `load`.

    >>> loads(b"\x01\x00\x00\x00" + b"\x00" * 6 + b"\xf0\x3f")
    1

    Args:
        data: What was written, of which tensors share a copy.
        long_size: As for `load`.

    Raises:
        T7Error: It isn't what Torch7 writes: where, and why.
    """
    if not len(data):
        raise T7Error("the data are empty (0 bytes)")
    return _load(bytearray(data), "the data", long_size)


def _load(data: mmap.mmap | bytearray, name: str, long_size: LongSize | None) -> Any:
    if long_size not in (None, 4, 8):
        raise ValueError(f"long_size must be 4, 8 or None, not {long_size!r}")
    if sys.byteorder == "big":
        raise T7Error(f"{name} can't be read on this machine, which is big-endian")
    try:
        return _loaded(data, long_size)
    except Unreadable as problem:
        raise T7Error(f"{name}: {problem.what}, at byte {problem.at} of {len(data)}") from None


def _loaded(data: mmap.mmap | bytearray, long_size: LongSize | None) -> Any:
    head = bytes(data[:8])
    for magic, what in _OTHER_FORMATS.items():
        if head.startswith(magic):
            raise Unreadable(what, 0)
    if head[:3] == b"\0\0\0" and head[3:4] > b"\0":
        raise Unreadable("written in big-endian order, which can't be read", 0)
    if head[0] > _RECURSIVE_FUNCTION:
        if not head.lstrip()[:1].isdigit():
            raise Unreadable(f"this isn't a Torch7 file: it begins with {head!r}", 0)
        return _Reader(Ascii(data)).read()
    if long_size is not None:
        return _Reader(Binary(data, long_size)).read()
    return _found_out(data)


def _found_out(data: mmap.mmap | bytearray) -> Any:
    """Read a binary file with longs of 8 bytes; if that isn't all of it, with 4 if that is.

    A tensor with 8-byte sizes would have a size of 0 if they had 4, and one with 4-byte sizes enormous ones if they had
    8; neither is possible. What follows the object is of no account, as in Torch7, but here it is evidence.
    """
    long, short = Binary(data, 8), Binary(data, 4)
    value: Any = None
    try:
        value, problem = _Reader(long).read(), None
    except Unreadable as error:
        problem = error
    if problem is None and long.at == len(data):
        return value
    try:
        other = _Reader(short).read()
    except Unreadable:
        if problem and short.at > long.at:  # what got further is more likely to be what the file is
            raise
    else:
        if short.at == len(data):
            return other
    if problem:
        raise problem
    return value


class _Reader:
    """Reads one object, and all that it is made of."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._known: dict[int, tuple[str, Any]] = {}  # by number: "table", "object" or "function", and it itself
        self._storages: set[int] = set()  # the ids of those known objects that are storages

    def read(self) -> Any:
        waiting: list[_Making] = []
        value = self._next()
        while True:
            if type(value) is GeneratorType:
                waiting.append(value)
                value = None
            elif not waiting:
                return value
            try:
                value = waiting[-1].send(value)
            except StopIteration as finished:
                waiting.pop()
                value = finished.value

    def _next(self) -> Any:
        """The next object; a `_Making` if there are others in it."""
        layout, at = self._layout, self._layout.at
        tag = layout.whole()
        if tag == _STRING:
            return self._string()
        if tag == _NUMBER:
            return _number(layout.double())
        if tag == _NIL:
            return None
        if tag == _BOOLEAN:
            truth = layout.whole()
            if truth not in (0, 1):
                raise Unreadable(f"a boolean that is {truth}", at)
            return truth == 1
        if tag == _FUNCTION:
            return self._function(None)
        if tag not in _KINDS:
            raise Unreadable(f"an object of type {tag}, where Torch7 has 0 to {_RECURSIVE_FUNCTION}", at)
        number = layout.whole()
        if number < 1:
            raise Unreadable(f"an object with the number {number}, where 1 is the first", at)
        if number in self._known:
            return self._reference(number, _KINDS[tag], at)
        if tag == _TABLE:
            return self._table(number)
        return self._object(number) if tag == _TORCH else self._function(number)

    def _reference(self, number: int, kind: str, at: int) -> Any:
        known, value = self._known[number]
        if kind != known:
            raise Unreadable(f"object {number} again as a {kind}, where it was a {known}", at)
        if value is None:
            raise Unreadable(f"object {number}, a tensor, within itself", at)
        return value

    def _string(self) -> str:
        return self._layout.characters(self._layout.whole()).decode("utf-8", "surrogateescape")

    def _function(self, number: int | None) -> _Making:
        function = Function(self._layout.characters(self._layout.whole()))
        if number is not None:
            self._known[number] = "function", function
        function.upvalues = yield self._next()
        return function

    def _table(self, number: int) -> _Making:
        table = Table()
        self._known[number] = "table", table
        return self._entries(table, self._layout.whole())

    def _entries(self, table: Table, count: int) -> _Making:
        layout, at = self._layout, self._layout.at
        if count < 0:
            raise Unreadable(f"a table of {count} entries", at)
        for _ in range(count):
            at = layout.at
            key = self._next()
            if type(key) is GeneratorType:  # the others, most, needn't take the longer way
                key = yield key
            if key is None or (isinstance(key, float) and math.isnan(key)):
                raise Unreadable(f"a table with the key {'nil' if key is None else 'NaN'}", at)
            if key in table:
                raise Unreadable("a table with the same key twice", at)
            value = self._next()
            if type(value) is GeneratorType:
                value = yield value
            if value is not None:  # in Lua nil is the same as no value
                table[key] = value
        return table

    def _object(self, number: int) -> Any:
        layout, name, version = self._layout, self._string(), 0
        if found := _VERSION.fullmatch(name):  # else it is of before there were versions
            name, version = self._string(), int(found[1])
        if name in TENSORS:
            return self._tensor(number, name)
        if name in STORAGES:
            (count,) = layout.longs(1)
            storage = layout.elements(STORAGES[name], count)
            self._known[number] = "object", storage
            self._storages.add(id(storage))
            return storage
        if name in TDS_TABLES:
            table = Table()
            self._known[number] = "object", table
            (count,) = layout.longs(1)
            return self._entries(table, count) if TDS_TABLES[name] == "hash" else self._values(table, count)
        thing = Object(name, version)
        self._known[number] = "object", thing
        if name == GENERATOR:
            thing.fields = layout.elements(torch.uint8, GENERATOR_SIZE)
            return thing
        if name == COUNTER:
            (thing.fields,) = layout.longs(1)
            return thing
        return self._fields(thing)

    def _fields(self, thing: Object) -> _Making:
        thing.fields = yield self._next()
        return thing

    def _values(self, table: Table, count: int) -> _Making:
        if count < 0:
            raise Unreadable(f"a list of {count} values", self._layout.at)
        for position in range(count):
            value = yield self._next()
            if value is not None:
                table[position + 1] = value
        return table

    def _tensor(self, number: int, name: str) -> _Making:
        self._known[number] = "object", None  # until it is made
        geometry = Geometry(self._layout)
        at = self._layout.at
        storage = yield self._next()
        if storage is not None and (id(storage) not in self._storages or storage.dtype != TENSORS[name]):
            raise Unreadable(f"a {name} on something else than its kind of storage", at)
        tensor = geometry.of(storage, TENSORS[name])
        self._known[number] = "object", tensor
        return tensor


def _number(value: float) -> int | float:
    """A Lua number: an int where that loses nothing, which it would with -0.0."""
    exact = value.is_integer() and abs(value) <= _LARGEST_EXACT and (value != 0 or math.copysign(1, value) > 0)
    return int(value) if exact else value


def _one_line(path: str | bytes) -> str:
    """A path for messages, whatever is in it."""
    name = os.fsdecode(path)
    return name if name.isprintable() else repr(name)

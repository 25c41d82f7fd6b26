"""Torch7 files of any structure, and damage to them, for property tests (test_hostile.py) and for fuzz.py."""

from __future__ import annotations

import random
import struct
from typing import Any

import torch
from torch import Tensor

from torch_opencv import t7
from torch_opencv.t7 import Function, Object, T7Error, Table

from .writer import LAYOUTS, Layout, Writer

_DTYPES = (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16, torch.float32, torch.float64)
_NUMBERS = (
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    255,
    -1,
    1 << 15,
    (1 << 31) - 1,
    -(1 << 31),
    (1 << 63) - 1,
    -(1 << 63),
    1 << 40,
)
_TEXTS = (
    b"nan",
    b"-inf",
    b"1e999",
    b"0x1p3",
    b"1_0",
    b"9" * 50,
    b"\n\n\n",
    b"-",
    b"4 1 3\nV 1\n",
    b"\xff\xfe",
    b"\x1b[2J",
)
_TOUCHED = 1 << 20  # elements; larger tensors repeat their elements


def written(chance: random.Random, layout: Layout) -> bytes:
    """A valid file."""
    return _Structure(chance, layout).file()


class _Structure:
    def __init__(self, chance: random.Random, layout: Layout) -> None:
        self._chance, self._write = chance, Writer(layout)
        self._number, self._left = 0, chance.randrange(1, 40)
        self._known: list[tuple[int, int]] = []  # tags and numbers
        self._storages: list[tuple[int, Tensor]] = []

    def file(self) -> bytes:
        self._write.value(self._value(0))
        return bytes(self._write)

    def _value(self, depth: int) -> Any:
        chance = self._chance
        self._left -= 1
        scalars = [
            None,
            True,
            False,
            chance.randrange(-9, 9),
            chance.gauss(0, 1e3),
            "",
            "weight",
            "ż" * chance.randrange(9),
        ]
        if self._left < 0 or (depth and chance.random() < 0.3):
            return chance.choice(scalars)
        if self._known and chance.random() < 0.2:
            tag, number = chance.choice(self._known)
            return lambda: self._write.reference(tag, number)
        makers = [
            self._table,
            self._table,
            self._object,
            self._tensor,
            self._tensor,
            self._storage,
            self._function,
            self._tds,
        ]
        make = chance.choice(makers)
        return lambda: make(depth + 1)

    def _new(self, tag: int) -> int:
        self._number += 1
        self._known.append((tag, self._number))
        return self._number

    def _table(self, depth: int) -> None:
        keys = [key for key in (1, 2, 3, True, False, 2.5, "a", "b", -1) if self._chance.random() < 0.4]
        self._write.table(self._new(3), [(key, self._later(depth)) for key in keys])

    def _later(self, depth: int) -> Any:
        """What to write is decided when its turn has come, so that what is written before it can be referred to."""
        return lambda: self._write.value(self._value(depth))

    def _object(self, depth: int) -> None:
        name = self._chance.choice(["nn.Linear", "nn.Sequential", "x", "V 1 x"])
        version = self._chance.choice([1, 2, None])
        self._write.thing(self._new(4), name, self._later(depth), version)

    def _function(self, depth: int) -> None:
        self._write.ints(8, self._new(8))
        self._write.string("\x1bLJ\x02")
        self._write.value(self._later(depth))

    def _tds(self, depth: int) -> None:
        count = self._chance.randrange(3)
        self._write.header(self._new(4), "tds.Vec", 0)
        self._write.longs(count)
        for _ in range(count):
            self._write.value(self._later(depth))

    def _storage(self, _: int) -> None:
        values = torch.arange(self._chance.randrange(7)).to(self._chance.choice(_DTYPES))
        number = self._new(4)
        self._storages.append((number, values))
        self._write.storage(number, values)

    def _tensor(self, _: int) -> None:
        chance = self._chance
        self._number += 1
        number = self._number
        if self._storages and chance.random() < 0.5:
            index, values = chance.choice(self._storages)
            tensor = values[chance.randrange(len(values)) :] if len(values) else values
            self._write.tensor(number, tensor, lambda: self._write.reference(4, index))
        else:
            shape = [chance.randrange(1, 4) for _ in range(chance.randrange(1, 4))]
            self._number += 1
            tensor = torch.randn(shape, generator=torch.Generator().manual_seed(number)).to(chance.choice(_DTYPES))
            whole = tensor.flatten()
            self._storages.append((self._number, whole))
            tensor = tensor.mT if tensor.ndim > 1 and chance.random() < 0.3 else tensor
            self._write.tensor(number, tensor)
        self._known.append((4, number))


def damaged(chance: random.Random, data: bytes) -> bytes:
    """The file with one or a few things wrong in it."""
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        data = _damaged_once(chance, data)
    return data


def _damaged_once(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    kind = chance.randrange(7)
    if kind == 0:  # cut off
        return data[:at]
    if kind == 1:  # a byte, often by one bit
        byte = (
            chance.choice((chance.randrange(256), 0, 255))
            if chance.random() < 0.5 or at >= len(data)
            else data[at] ^ (1 << chance.randrange(8))
        )
        return data[:at] + bytes([byte]) + data[at + 1 :]
    if kind == 2:  # a number that matters
        number = struct.pack("<q", chance.choice(_NUMBERS))[: chance.choice((4, 8))]
        return data[:at] + number + data[at + len(number) :]
    if kind == 3:  # a piece taken out
        return data[:at] + data[at + chance.choice((1, 4, 8, 16)) :]
    if kind == 4:  # a piece twice
        size = chance.choice((1, 4, 8, 40))
        return data[:at] + data[at : at + size] + data[at:]
    if kind == 5:  # text
        return data[:at] + chance.choice(_TEXTS) + data[at:]
    number = struct.pack("<i", chance.choice(_NUMBERS[:12]))  # a number put in
    return data[:at] + number + data[at:]


def survives(data: bytes) -> bool:
    """Read it, and every element of every tensor: False if that is a T7Error, the one error there may be."""
    try:
        value = t7.loads(data)
    except T7Error as error:
        assert str(error).isprintable(), error
        assert len(str(error)) < 500, error
        return False
    for thing in walk(value):
        if isinstance(thing, Tensor):
            thing.as_strided((thing.untyped_storage().nbytes() // thing.itemsize,), (1,), 0).double().sum()
            if thing.numel() <= _TOUCHED:
                thing.double().sum()
                if thing.is_contiguous():  # the others may overlap themselves
                    thing += 1
        assert len(repr(thing)) < 5000 or isinstance(thing, str | Tensor)
    return True


def walk(value: Any) -> list[Any]:
    """Everything in it, each thing once."""
    found: dict[int, Any] = {}
    waiting = [value]
    while waiting:
        thing = waiting.pop()
        if id(thing) in found:
            continue
        found[id(thing)] = thing
        if isinstance(thing, Table):
            for item in thing.items():
                waiting.extend(item)
        elif isinstance(thing, Object):
            waiting.append(thing.fields)
        elif isinstance(thing, Function):
            waiting.append(thing.upvalues)
    return list(found.values())


def any_layout(chance: random.Random) -> Layout:
    """One of the three."""
    return chance.choice(LAYOUTS)

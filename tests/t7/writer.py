"""Writes Torch7 files for the tests, as Torch7 does and as it never would.

    write = Writer("binary")
    write.table(1, [("weight", lambda: write.tensor(2, torch.ones(3)))])
    bytes(write)

What is written of an object is what its caller says, so that numbers, sizes and references can be anything.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import torch
from torch import Tensor

Layout = Literal["binary", "b32", "ascii"]
LAYOUTS: tuple[Layout, ...] = ("binary", "b32", "ascii")

_NAMES = {
    torch.uint8: "Byte",
    torch.int8: "Char",
    torch.int16: "Short",
    torch.int32: "Int",
    torch.int64: "Long",
    torch.float16: "Half",
    torch.float32: "Float",
    torch.float64: "Double",
}


class Writer:
    """A file in the making."""

    def __init__(self, layout: Layout = "binary") -> None:
        self.layout = layout
        self._written = bytearray()

    def __bytes__(self) -> bytes:
        return bytes(self._written)

    # --- the basic things ---

    def raw(self, data: bytes) -> None:
        self._written += data

    def characters(self, data: bytes) -> None:
        self.raw(data)
        if self.layout == "ascii" and data:
            self.raw(b"\n")

    def ints(self, *numbers: int) -> None:
        self._numbers(numbers, "i")

    def longs(self, *numbers: int) -> None:
        self._numbers(numbers, "q" if self.layout == "binary" else "i")

    def double(self, number: float) -> None:
        self._numbers([number], "d")

    def _numbers(self, numbers: Sequence[float], code: str) -> None:
        if self.layout == "ascii":
            text = " ".join(f"{n:.17g}" if code in "dfe" else str(n) for n in numbers)
            self.raw(text.encode() + b"\n" if numbers else b"")
        else:
            self.raw(struct.pack(f"<{len(numbers)}{code}", *numbers))

    def string(self, text: str) -> None:
        data = text.encode("utf-8", "surrogateescape")
        self.ints(len(data))
        self.characters(data)

    # --- objects ---

    def value(self, value: Any) -> None:
        """None, a bool, number, string, or a function that writes an object."""
        if callable(value):
            value()
        elif value is None:
            self.ints(0)
        elif isinstance(value, bool):
            self.ints(5, int(value))
        elif isinstance(value, str):
            self.ints(2)
            self.string(value)
        else:
            self.ints(1)
            self.double(value)

    def table(self, number: int, items: Iterable[tuple[Any, Any]], count: int | None = None) -> None:
        items = list(items)
        self.ints(3, number, len(items) if count is None else count)
        for key, value in items:
            self.value(key)
            self.value(value)

    def header(self, number: int, class_name: str, version: int | None = 1) -> None:
        """What precedes what an object of a class has written; no version: as in files from before there were."""
        self.ints(4, number)
        if version is not None:
            self.string(f"V {version}")
        self.string(class_name)

    def reference(self, tag: int, number: int) -> None:
        self.ints(tag, number)

    def thing(self, number: int, class_name: str, fields: Any, version: int | None = 1) -> None:
        self.header(number, class_name, version)
        self.value(fields)

    def storage(self, number: int, values: Tensor, kind: str = "", size: int | None = None) -> None:
        self.header(number, f"torch.{kind or _NAMES[values.dtype]}Storage")
        self.longs(len(values) if size is None else size)
        if values.dtype in (torch.uint8, torch.int8):
            self.characters(values.numpy().tobytes())
        elif self.layout == "ascii":
            self._numbers(values.tolist(), "d" if values.dtype.is_floating_point else "q")
        else:
            narrow = self.layout == "b32" and values.dtype == torch.int64
            self.raw((values.int() if narrow else values).numpy().tobytes())

    def geometry(self, size: Sequence[int], stride: Sequence[int], offset: int = 1) -> None:
        """``offset``: counted from 1, as in the file."""
        self.ints(len(size))
        self.longs(*size)
        self.longs(*stride)
        self.longs(offset)

    def tensor(self, number: int, tensor: Tensor, storage: Callable[[], None] | None = None, kind: str = "") -> None:
        """A tensor, on a storage of its own with the next number, or what ``storage`` writes."""
        self.header(number, f"torch.{kind or _NAMES[tensor.dtype]}Tensor")
        if tensor.numel():
            self.geometry(tensor.shape, tensor.stride(), int(tensor.storage_offset()) + 1)
        else:  # those of Torch7 have no dimensions
            self.geometry([], [])
        if storage is None:
            count = tensor.untyped_storage().nbytes() // tensor.itemsize
            self.storage(number + 1, tensor.as_strided((count,), (1,), 0), kind)
        else:
            storage()

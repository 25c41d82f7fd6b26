"""Writes values as files: tables, objects and tensors as the reader gives them, or as building.py makes them."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from torch_opencv.t7 import Object, Table

from .writer import Layout, Writer


def written(value: Any, layout: Layout = "binary", kind: str = "") -> bytes:
    """The file; what is the same object or storage is written once. kind: what floating-point tensors are ("Cuda")."""
    return _Values(Writer(layout), kind).file(value)


class _Values:
    def __init__(self, write: Writer, kind: str) -> None:
        self._write, self._kind = write, kind
        self._number = 0
        self._known: dict[Any, tuple[int, int, Any]] = {}  # tag, number, and the thing itself, so that its id stays its

    def file(self, value: Any) -> bytes:
        self._value(value)
        return bytes(self._write)

    def _value(self, value: Any) -> None:
        if isinstance(value, Table):
            if not self._again(id(value)):
                number = self._new(id(value), 3, value)
                self._write.table(number, [(self._later(key), self._later(inner)) for key, inner in value.items()])
        elif isinstance(value, Object):
            if not self._again(id(value)):
                number = self._new(id(value), 4, value)
                self._write.thing(number, value.class_name, self._later(value.fields), value.version)
        elif isinstance(value, Tensor):
            self._tensor(value)
        else:
            self._write.value(value)

    def _later(self, value: Any) -> Any:
        return lambda: self._value(value)

    def _tensor(self, tensor: Tensor) -> None:
        if self._again(id(tensor)):
            return
        number = self._new(id(tensor), 4, tensor)
        kind = self._kind if tensor.is_floating_point() else ""
        self._write.tensor(number, tensor, lambda: self._storage(tensor, kind), kind)

    def _storage(self, tensor: Tensor, kind: str) -> None:
        if not tensor.numel():
            self._write.value(None)
            return
        storage = tensor.untyped_storage()
        address = storage.data_ptr(), tensor.dtype
        if not self._again(address):
            values = tensor.as_strided((storage.nbytes() // tensor.itemsize,), (1,), 0)
            self._write.storage(self._new(address, 4, tensor), values, kind)

    def _again(self, key: Any) -> bool:
        if key in self._known:
            self._write.reference(*self._known[key][:2])
        return key in self._known

    def _new(self, key: Any, tag: int, value: Any) -> int:
        self._number += 1
        self._known[key] = tag, self._number, value
        return self._number

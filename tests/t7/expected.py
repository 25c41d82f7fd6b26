"""A comparison of what was read with what types.json says of it (../shared/data/torch7/types)."""

from __future__ import annotations

import math
import struct
from typing import Any

import torch
from torch import Tensor

from torch_opencv.t7 import Function, Object, Table


class Comparison:
    """Follows both, and remembers what its ids stand for, so that shared objects must be the same and others not."""

    def __init__(self) -> None:
        self._known: dict[int, Any] = {}
        self._storages: dict[int, int] = {}  # their addresses

    def check(self, value: Any, expected: dict[str, Any]) -> None:
        kind = expected["t"]
        if kind == "ref":
            if expected["id"] in self._storages:
                assert value.untyped_storage().data_ptr() == self._storages[expected["id"]]
            else:
                assert value is self._known[expected["id"]]
            return
        if "id" in expected and not kind.endswith("Storage"):
            assert not any(value is other for other in self._known.values())
            self._known[expected["id"]] = value
        if kind == "nil":
            assert value is None
        elif kind == "boolean":
            assert value is expected["v"]
        elif kind == "number":
            check_number(value, expected["ieee_hex"])
        elif kind == "string":
            assert isinstance(value, str)
            assert value.encode("utf-8", "surrogateescape").hex() == expected["hex"]
        elif kind == "table":
            self._table(value, expected["items"])
        elif kind == "object":
            assert type(value) is Object
            assert (value.class_name, value.version) == (expected["class"], expected["version"])
            self._table(value.fields, expected["fields"])
        elif kind == "function":
            self._function(value, expected)
        elif kind.endswith("Storage"):
            self._storage(value, expected)
        else:
            self._tensor(value, expected)

    def _table(self, table: Any, items: list[Any]) -> None:
        assert type(table) is Table
        assert len(table) == len(items)
        for expected_key, expected_value in items:  # whose order is that of one of the files
            key = next(key for key in table if _is_key(key, expected_key))
            self.check(key, expected_key)
            self.check(table[key], expected_value)

    def _function(self, function: Any, expected: dict[str, Any]) -> None:
        assert type(function) is Function
        assert function.code.startswith(b"\x1bLJ")
        if "upvalues" in expected:
            for value, wanted in zip(function.upvalues.array, expected["upvalues"], strict=True):
                assert value["name"] == wanted["name"]
                self.check(value["value"], wanted["value"])

    def _storage(self, storage: Any, expected: dict[str, Any]) -> None:
        assert storage.dtype == dtype_of(expected["t"])
        assert storage.shape == (expected["size"],)
        assert storage.untyped_storage().nbytes() == expected["size"] * storage.itemsize
        check_values(storage, expected["values"])
        address = storage.untyped_storage().data_ptr()
        assert address not in self._storages.values() or not expected["size"]
        self._storages[expected["id"]] = address

    def _tensor(self, tensor: Any, expected: dict[str, Any]) -> None:
        assert tensor.dtype == dtype_of(expected["t"])
        if not expected["size"]:
            assert tensor.shape == (0,)
        else:
            assert list(tensor.shape) == expected["size"]
            assert list(tensor.stride()) == expected["stride"]
            assert tensor.storage_offset() == expected["storage_offset0"]
        check_values(tensor.flatten(), expected["values_rowmajor"])
        wanted, address = expected["storage"], tensor.untyped_storage().data_ptr()
        if wanted["t"] == "nil":
            assert tensor.untyped_storage().nbytes() == 0
        elif wanted["t"] == "ref":
            assert address == self._storages[wanted["id"]]
        else:
            self._storage(tensor.as_strided((wanted["size"],), (1,), 0), wanted)


def _is_key(key: Any, expected: dict[str, Any]) -> bool:
    if expected["t"] == "string":
        return isinstance(key, str) and key.encode("utf-8", "surrogateescape").hex() == expected["hex"]
    if expected["t"] == "number":
        return type(key) in (int, float) and key == expected["v"]
    if expected["t"] == "boolean":
        return key is expected["v"]
    return isinstance(key, Table | Object | Function | Tensor)  # there is one in those files


def check_number(value: Any, ieee_hex: str) -> None:
    (expected,) = struct.unpack(">d", bytes.fromhex(ieee_hex))
    assert type(value) in (int, float)
    if math.isnan(expected):
        assert math.isnan(value)
    else:
        assert struct.pack(">d", value).hex() == ieee_hex
        exact = expected.is_integer() and abs(expected) <= 2**53 and (expected, ieee_hex[0]) != (0, "8")
        assert type(value) is (int if exact else float)


def check_values(tensor: Tensor, expected: list[Any]) -> None:
    wanted = torch.tensor(expected, dtype=tensor.dtype) if expected else torch.empty(0, dtype=tensor.dtype)
    torch.testing.assert_close(tensor.clone(), wanted, rtol=0, atol=0, equal_nan=True)


def dtype_of(class_name: str) -> torch.dtype:
    kind = class_name.removeprefix("torch.").removesuffix("Storage").removesuffix("Tensor")
    return {
        "Byte": torch.uint8,
        "Char": torch.int8,
        "Short": torch.int16,
        "Int": torch.int32,
        "Long": torch.int64,
        "Half": torch.float16,
        "Float": torch.float32,
        "Double": torch.float64,
    }[kind]

"""What a Torch7 file holds, as Python has it: Lua's tables and functions, and objects of Lua classes.

nil is None; booleans are bools; numbers, which are doubles, are ints where that loses nothing and floats otherwise;
strings, which are bytes, are decoded as UTF-8, with "surrogateescape" for what isn't. Tensors and storages are
torch.Tensor.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, MutableMapping
from typing import Any


class Table(MutableMapping[Any, Any]):
    """A Lua table, in the file's order.

    As in Lua, 1 and true are different keys (Python has ``1 == True``), tables and objects can be keys and are then
    told apart by identity, 1-based arrays are tables with the keys 1, 2, ... (see `array`), and two tables are equal
    only if they are the same.
    """

    __slots__ = ("_items",)
    __hash__ = object.__hash__

    def __init__(self) -> None:
        self._items: dict[Hashable, tuple[Any, Any]] = {}

    def __getitem__(self, key: Any) -> Any:
        try:
            return self._items[_hashed(key)][1]
        except KeyError:
            raise KeyError(key) from None

    def __setitem__(self, key: Any, value: Any) -> None:
        self._items[_hashed(key)] = key, value

    def __delitem__(self, key: Any) -> None:
        del self._items[_hashed(key)]

    def __iter__(self) -> Iterator[Any]:
        return (key for key, _ in self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __repr__(self) -> str:
        return f"Table({len(self)} items)"

    @property
    def array(self) -> list[Any]:
        """The values of the keys 1, 2, 3, ... up to the first that is missing."""
        values: list[Any] = []
        while (item := self._items.get(len(values) + 1)) is not None:
            values.append(item[1])
        return values


class Object:
    """An object of a Lua class that has no counterpart here, such as nn.Linear: its class's name and what it held."""

    __slots__ = ("class_name", "fields", "version")

    class_name: str
    """As in Lua: "nn.SpatialConvolution"."""
    version: int
    """Of the class's file layout; 0 in files from before there were versions."""
    fields: Any
    """What was written for it: a Table of its fields, unless the class has its own way of writing itself."""

    def __init__(self, class_name: str, version: int) -> None:
        self.class_name, self.version, self.fields = class_name, version, None

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a field, or ``default`` if there is none."""
        return self.fields.get(name, default) if isinstance(self.fields, Table) else default

    def __repr__(self) -> str:
        return f"<{self.class_name}>"


class Function:
    """A Lua function: its byte code, which nothing here runs, and its upvalues."""

    __slots__ = ("code", "upvalues")

    code: bytes
    """What LuaJIT dumped."""
    upvalues: Any
    """A Table or None, as the file has them."""

    def __init__(self, code: bytes) -> None:
        self.code, self.upvalues = code, None

    def __repr__(self) -> str:
        return f"<Lua function of {len(self.code)} bytes>"


def _hashed(key: Any) -> Hashable:
    return ("boolean", key) if isinstance(key, bool) else key  # a tuple is never a key in Lua

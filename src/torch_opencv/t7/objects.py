"""What a Torch7 file holds, as Python has it: Lua's tables and functions, and objects of Lua classes.

nil is None; booleans are bools; numbers, which are doubles, are ints where that loses nothing and floats otherwise;
strings, which are bytes, are decoded as UTF-8, with "surrogateescape" for what isn't. Tensors and storages are
torch.Tensor.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, MutableMapping
from itertools import islice
from typing import Any

from torch import Tensor

_SHOWN = 8  # entries in a repr
_LONGEST = 60  # characters of a string in a repr


class Table(MutableMapping[Any, Any]):
    """A Lua table, in the file's order.

    As in Lua, 1 and true are different keys (Python has ``1 == True``), tables and objects can be keys and are then
    told apart by identity, 1-based arrays are tables with the keys 1, 2, ... (see `array`), and two tables are equal
    only if they are the same.
    """

    __slots__ = ("_items",)
    __hash__ = object.__hash__  # pyright: ignore[reportAssignmentType]  # by identity, unlike other mappings

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

    def __contains__(self, key: object) -> bool:
        return _hashed(key) in self._items

    def __repr__(self) -> str:
        shown = [f"{_brief(key)}: {_brief(value)}" for key, value in islice(self._items.values(), _SHOWN)]
        return f"Table({{{', '.join(shown)}{', ...' if len(self) > _SHOWN else ''}}})"

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
        """The value of a field.

        Args:
            name: The field's.
            default: What to return if there is none.
        """
        return self.fields.get(name, default) if isinstance(self.fields, Table) else default

    def __getitem__(self, name: str) -> Any:
        if name not in self:
            raise KeyError(f"{self.class_name} has no field {name!r}")
        return self.fields[name]

    def __contains__(self, name: object) -> bool:
        return isinstance(self.fields, Table) and name in self.fields

    def __repr__(self) -> str:
        fields = list(islice(self.fields, _SHOWN)) if isinstance(self.fields, Table) else []
        names = ", ".join(map(_brief, fields)) + (", ..." if len(fields) == _SHOWN else "")
        return f"<{_printable(self.class_name)}{': ' if fields else ''}{names}>"


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
    """What stands for a key in a dict: where Python's equality isn't Lua's, a tuple, which no key from Lua is."""
    if isinstance(key, bool):
        return "boolean", key
    return ("tensor", id(key)) if isinstance(key, Tensor) else key


def _brief(value: Any) -> str:
    """A value within another's repr: nothing of what is in it."""
    if isinstance(value, Table):
        return f"Table({len(value)})"
    if isinstance(value, Object):
        return f"<{_printable(value.class_name)}>"
    if isinstance(value, Tensor):
        return f"{str(value.dtype).removeprefix('torch.')}{tuple(value.shape)}"
    if isinstance(value, str) and len(value) > _LONGEST:
        return f"{value[:_LONGEST]!r}..."
    return repr(value)


def _printable(name: str) -> str:
    name = name if len(name) <= _LONGEST else f"{name[:_LONGEST]}..."
    return name if name.isprintable() else repr(name)

"""A Torch7 file as a tree of text, for `torch-opencv models inspect`.

    <nn.Sequential>
    └── modules: table of 2
        ├── 1: <nn.Linear> train=False
        │   ├── weight: float32 (4, 3), storage 1 from 0
        │   └── bias: float32 (4,), storage 1 from 12
        └── 2: <nn.ReLU> inplace=True, threshold=0

What is simple stands in its owner's line; the empty tensors of objects are left out. What was shown before is only
named, with its path; storages that several tensors share have numbers. Everything from the file is escaped, so that a
terminal shows it and does nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from torch import Tensor

from torch_opencv.t7.contents import nodes, parameters, step, view
from torch_opencv.t7.objects import Function, Object, Table

_LONGEST_LINE = 140  # characters that the simple values of an owner may make its line
_LONGEST_TEXT = 40  # characters of a string


def outline(value: Any, *, depth: int = 20, items: int = 30) -> Iterator[str]:
    """What is in a value, as a tree.

    Args:
        value: What `t7.load` gave.
        depth: Levels shown, 1 to 100.
        items: How many of a table's entries are.

    Yields:
        The tree's lines.
    """
    return _Outline(value, depth, items).lines(value)


def summary(value: Any) -> str:
    """How much there is in a value.

    Args:
        value: What `t7.load` gave.

    Returns:
        A line: classes, parameters, tensors, and bytes of storages, shared ones once.
    """
    found = [node.value for node in nodes(value)]
    tensors = [thing for thing in found if isinstance(thing, Tensor)]
    storages = {tensor.untyped_storage().data_ptr(): tensor.untyped_storage().nbytes() for tensor in tensors}
    classes = len({thing.class_name for thing in found if isinstance(thing, Object)})
    weights = parameters(value)
    return (
        f"{sum(tensor.numel() for tensor in weights):,} parameters in {len(weights)} tensors; {classes} classes; "
        f"{len(tensors)} tensors on {sum(map(bool, storages.values()))} storages of {sum(storages.values()):,} bytes"
    )


class _Outline:
    def __init__(self, value: Any, depth: int, items: int) -> None:
        self._depth, self._items = depth, items
        self._shown: dict[int, str] = {}  # the paths of what has been
        self._storages = _shared_storages(value)

    def lines(self, value: Any) -> Iterator[str]:
        yield self._line(value, "")
        yield from self._inside(value, "", "", self._depth)

    def _inside(self, value: Any, path: str, indent: str, depth: int) -> Iterator[str]:
        entries = [(key, inner) for key, inner in _entries(value) if not _is_simple(inner)]
        if not entries:
            return
        if depth <= 0:
            yield f"{indent}└── ... ({len(entries)} more)"
            return
        shown, left = entries[: self._items], len(entries) - self._items
        for index, (key, inner) in enumerate(shown):
            last = index == len(shown) - 1 and left <= 0
            here = f"{path}.{key}" if path else key
            before = self._shown.get(id(inner))
            head = f"{indent}{'└── ' if last else '├── '}{key}: "
            if before is not None:
                yield f"{head}the same as {before}"
                continue
            yield head + self._line(inner, here)
            yield from self._inside(inner, here, indent + ("    " if last else "│   "), depth - 1)
        if left > 0:
            yield f"{indent}└── ... ({left} more)"

    def _line(self, value: Any, path: str) -> str:
        if isinstance(value, Table | Object | Function | Tensor):
            self._shown[id(value)] = path or "the whole"
        if isinstance(value, Tensor):
            storage = self._storages.get(value.untyped_storage().data_ptr())
            return _tensor(value) + (f", storage {storage} from {value.storage_offset()}" if storage else "")
        if isinstance(value, Object):
            kind = f"<{_escaped(value.class_name)}>"
        elif isinstance(value, Table):
            kind = f"table of {len(value)}"
        else:
            return repr(value) if isinstance(value, Function) else _simple(value)
        simple = [
            f"{key}={_simple(inner)}"
            for key, inner in _entries(value)
            if _is_simple(inner) and not (isinstance(value, Object) and isinstance(inner, Tensor))
        ]
        kept, length = [], 0
        for text in simple:
            length += len(text) + 2
            if length > _LONGEST_LINE:
                kept.append("...")
                break
            kept.append(text)
        return f"{kind} {', '.join(kept)}".rstrip()


def _entries(value: Any) -> list[tuple[str, Any]]:
    fields = value.fields if isinstance(value, Object) else value
    if isinstance(fields, Table):
        return [(_escaped(step(key)), inner) for key, inner in fields.items()]
    if isinstance(value, Function):
        return [("upvalues", value.upvalues)] if value.upvalues else []
    return [("content", fields)] if isinstance(value, Object) and fields is not None else []


def _is_simple(value: Any) -> bool:
    if isinstance(value, Tensor):
        return value.numel() == 0
    return not isinstance(value, Object | Function) and not (isinstance(value, Table) and len(value))


def _simple(value: Any) -> str:
    if isinstance(value, Tensor):
        return "empty"
    if isinstance(value, Table):
        return "{}"
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return f"{value[:_LONGEST_TEXT]!r}..."
    return repr(value)


def _tensor(tensor: Tensor) -> str:
    size = f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"
    return size if tensor.is_contiguous() else f"{size}, strides {tensor.stride()}"


def _escaped(text: str) -> str:
    text = text if len(text) <= 2 * _LONGEST_TEXT else f"{text[: 2 * _LONGEST_TEXT]}..."
    return text if text.isprintable() else repr(text)


def _shared_storages(value: Any) -> dict[int, int]:
    """By address: the numbers of the storages that more than one view is of."""
    views: dict[int, set[tuple[Any, ...]]] = {}
    for node in nodes(value):
        if isinstance(node.value, Tensor) and node.value.numel():
            views.setdefault(node.value.untyped_storage().data_ptr(), set()).add((id(node.value), *view(node.value)))
    shared = (address for address, tensors in views.items() if len(tensors) > 1)
    return {address: number for number, address in enumerate(islice(shared, len(views)), 1)}

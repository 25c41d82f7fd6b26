"""What there is in a value that was read from a Torch7 file: each thing in it once, however deep, and by which path.

A path is how one gets there from the root, "model.modules.1.weight"; what is reached by several has the first of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from torch_opencv.t7.errors import T7Error
from torch_opencv.t7.objects import Function, Object, Table

_LONGEST_PATH = 1000  # characters; those of things that are nested a million deep would take terabytes


@dataclass(eq=False)
class Node:
    """Something in a value, and where it is.

    Attributes:
        value: the table, object, function or tensor.
        step: the last part of its path.
        around: the node that it is in; None for the root.
    """

    value: Any
    step: str
    around: Node | None
    """What it is in; None for the root."""

    @property
    def path(self) -> str:
        """From the root, which has the empty path.

        Raises:
            T7Error: it is too long to be one.
        """
        steps: list[str] = []
        node, length = self, 0
        while node.around is not None:
            steps.append(node.step)
            length += len(node.step) + 1
            if length > _LONGEST_PATH:
                raise T7Error("it is nested too deep for its tensors to be named by their paths")
            node = node.around
        return ".".join(reversed(steps))


def nodes(value: Any) -> Iterator[Node]:
    """Go through all that is in a value.

    Args:
        value: what `t7.load` gave.

    Yields:
        Every table, object, function and tensor, once, in the file's order, with the value itself first.
    """
    known: set[int] = set()
    waiting = [Node(value, "", None)]
    while waiting:
        node = waiting.pop()
        if not isinstance(node.value, Table | Object | Function | Tensor) or id(node.value) in known:
            continue
        known.add(id(node.value))
        yield node
        waiting.extend(reversed([Node(inner, step, node) for step, inner in _inside(node.value)]))


def _inside(value: Any) -> Iterator[tuple[str, Any]]:
    fields = value.fields if isinstance(value, Object) else value
    if isinstance(fields, Table):
        for key, inner in fields.items():
            yield step(key), inner
            if isinstance(key, Table | Object | Tensor):
                yield "key", key
    elif isinstance(value, Object):
        yield "content", fields
    elif isinstance(value, Function):
        yield "upvalues", value.upvalues


def step(key: Any) -> str:
    """A key's part of a path: printable, whatever it is.

    >>> step("weight"), step(1), step(True)
    ('weight', '1', 'True')

    Args:
        key: of a table: what Lua takes for one.
    """
    text = f"[{key.class_name}]" if isinstance(key, Object) else key if isinstance(key, str) else repr(key)
    if isinstance(key, Table | Tensor | Function):
        text = f"[{type(key).__name__.lower()}]"
    return text if text.isprintable() else text.encode("unicode_escape", "backslashreplace").decode()


def named_tensors(value: Any) -> dict[str, Tensor]:
    """The tensors in a value, by their paths.

    Args:
        value: what `t7.load` gave.

    Returns:
        In the file's order; a second one with the same path gets "#2" after it, and so on.

    Raises:
        T7Error: something is nested too deep to have a path.
    """
    named: dict[str, Tensor] = {}
    counts: dict[str, int] = {}  # how many have had a path, so that the search for a free name goes on where it was
    for node in nodes(value):
        if isinstance(node.value, Tensor):
            path = node.path or "tensor"
            name = path
            while name in named:
                counts[path] = counts.get(path, 1) + 1
                name = f"{path}#{counts[path]}"
            named[name] = node.value
    return named


def parameters(value: Any) -> list[Tensor]:
    """What Torch7's Module:parameters() gives.

    Args:
        value: what `t7.load` gave.

    Returns:
        Each object's `weight` and `bias`, but the same view once only.
    """
    views: dict[tuple[Any, ...], Tensor] = {}
    for node in nodes(value):
        if isinstance(node.value, Object):
            for tensor in map(node.value.get, ("weight", "bias")):
                if isinstance(tensor, Tensor) and tensor.numel():
                    views[view(tensor)] = tensor
    return list(views.values())


def view(tensor: Tensor) -> tuple[Any, ...]:
    """What makes two tensors the same view of the same memory.

    >>> import torch
    >>> x = torch.zeros(4)
    >>> view(x) == view(x[:]), view(x) == view(x[:2])
    (True, False)

    Args:
        tensor: any.

    Returns:
        Something hashable that is equal for the same views.
    """
    return tensor.data_ptr(), tensor.dtype, tensor.shape, tensor.stride()

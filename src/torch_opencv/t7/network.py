"""Torch7's networks as torch.nn modules.

`load_network(path)` gives a module in evaluation mode that computes what Torch7 computed, over the file's own memory.
Tables are lists of tensors, indices from outside (of nn.LookupTable and nn.Index) stay 1-based, and inputs without a
batch work where they did. Nothing of the file is run: each class that `layers` knows is made anew from its fields, and
any other is an error that says where it sits.
"""

from __future__ import annotations

import os
from typing import Any, Final

from torch import Tensor, nn

from torch_opencv.t7.errors import T7Error
from torch_opencv.t7.layers import BUILDERS, Layer, Parameters
from torch_opencv.t7.objects import Object, Table
from torch_opencv.t7.reader import load

_DEEPEST: Final = 100  # containers in containers; the modules' own methods recurse, several calls a level
_MOST_USES: Final = 100_000  # of modules in one network, one that is used twice counted twice
_DEEPEST_TABLE: Final = 4  # tables in tables in which a network is looked for
_FRESH: Final = (
    nn.modules.conv._ConvNd,
    nn.modules.batchnorm._NormBase,
    nn.modules.pooling._MaxPoolNd,
    nn.modules.pooling._AvgPoolNd,
    nn.modules.padding._CircularPadNd,
    nn.modules.padding._ReflectionPadNd,
    nn.Linear,
)  # layers that never hand on the memory of their input
_NAMES: Final = ("model", "net", "network")  # under which files keep the network that they are about


def load_network(path: str | os.PathLike[str]) -> nn.Module:
    """The network in a Torch7 file, in evaluation mode.

    Parameters have the file's dtype, `.float()` and `.double()` change it; those that share memory in the file are the
    same Parameter. As in Torch7, layers that work in place may overwrite one another's outputs, but not the caller's
    input.

    Args:
        path: the file. Nothing in it is run; but before a network that nobody vouches for is run, see `check_forward`.

    Raises:
        T7Error: the file can't be read, holds no network or several, or a layer can't be made.

    """
    content = load(path)
    try:
        return network(content)
    except T7Error as error:
        raise T7Error(f"{os.fspath(path)}: {error}") from None


def network(value: Any) -> nn.Module:
    """`load_network` for what `t7.load` gave.

    Args:
        value: An object of an nn class, or a table with one of them in it: the network is the one there is, or the one
            called "model", "net" or "network".

    Returns:
        The module, in evaluation mode.

    Raises:
        T7Error: There is no network or several, or a layer can't be made.
    """
    module = _Building().module(_find(value), "")
    module.eval()
    return _KeepsInput(module) if _writes(module, {}) else module


def _find(value: Any) -> Object:
    if isinstance(value, Object):
        return value
    if not isinstance(value, Table):
        raise T7Error(f"there is no network in it, it holds {_kind(value)}")
    found = _networks(value)
    for name in _NAMES:
        if name in found:
            return found[name]
    if len(found) == 1:
        return next(iter(found.values()))
    if not found:
        held = ", ".join(
            f"{_printable(key)} ({_kind(one)})" for key, one in list(value.items())[:10] if isinstance(key, str | int)
        )
        raise T7Error(f"there is no network in it, it holds a table of {held or 'nothing'}")
    held = ", ".join(f"{_printable(path)} ({_kind(one)})" for path, one in list(found.items())[:10])
    raise T7Error(f"there are {len(found)} networks in it: {held}. Give the one you want to t7.network")


def _networks(table: Table) -> dict[str, Object]:
    """The networks in a table and the tables in it, by their paths; each table and network once, at its shortest."""
    found: dict[str, Object] = {}
    known = {id(table)}
    level = [("", table)]
    for _ in range(_DEEPEST_TABLE):
        below: list[tuple[str, Table]] = []
        for prefix, one in level:
            for key, value in one.items():
                if not isinstance(key, str | int) or id(value) in known:
                    continue
                if isinstance(value, Object) and value.class_name.startswith(("nn.", "cudnn.", "inn.")):
                    known.add(id(value))
                    found[f"{prefix}{key}"] = value
                elif isinstance(value, Table):
                    known.add(id(value))
                    below.append((f"{prefix}{key}.", value))
        level = below
    return found


def _kind(value: Any) -> str:
    if isinstance(value, Object):
        return _printable(value.class_name)
    if isinstance(value, Tensor):
        return f"a tensor of {'x'.join(map(str, value.shape))}"
    return {Table: "a table", str: "a string", type(None): "nil", bool: "a boolean"}.get(type(value), "a number")


class _Building:
    """One network being made: an object that occurs twice in the file becomes one module."""

    def __init__(self) -> None:
        self._parameters = Parameters()
        # By the object's id, with the object, so that no other gets its id, and the uses of modules in it.
        self._made: dict[int, tuple[Object, nn.Module, int]] = {}
        self._open: dict[int, int] = {}  # the objects around the present one, with the uses counted so far

    def module(self, obj: Object, where: str) -> nn.Module:
        """The module of an object that sits at `where`: "nn.Sequential[3] > "."""
        if id(obj) in self._made:
            _, module, uses = self._made[id(obj)]
        else:
            module, uses = self._make(obj, where)
            self._made[id(obj)] = obj, module, uses
        if self._open:
            around = next(reversed(self._open))
            self._open[around] += uses
        return module

    def _make(self, obj: Object, where: str) -> tuple[nn.Module, int]:
        path = _short(f"{where}{_printable(obj.class_name)}")
        if id(obj) in self._open:
            raise T7Error(f"{path}: this module contains itself")
        if len(self._open) >= _DEEPEST:
            raise T7Error(f"{path}: modules are nested more than {_DEEPEST} deep")
        builder = BUILDERS.get(obj.class_name)
        if builder is None:
            raise T7Error(f"{path}: layers of this class aren't supported")
        if not isinstance(obj.fields, Table):
            raise T7Error(f"{path}: it has no fields")
        self._open[id(obj)] = 1
        module = builder(Layer(obj, path, self.module, self._parameters))
        uses = self._open.pop(id(obj))
        if uses > _MOST_USES:
            raise T7Error(f"{path}: it uses more than {_MOST_USES} layers")
        return module, uses


def _printable(name: Any) -> str:
    """A name from the file, whatever is in it, for a message of one line."""
    text = str(name)[:100]
    return text if text.isprintable() else ascii(text)


def _short(path: str) -> str:
    return path if len(path) <= 300 else f"{path[:140]} ... {path[-140:]}"


class _KeepsInput(nn.Module):
    """A network that begins with a layer that works in place, given a copy."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, input: Any) -> Any:
        return self.module(_copied(input))


def _copied(value: Any) -> Any:
    return value.clone() if isinstance(value, Tensor) else [_copied(one) for one in value]


def _writes(module: nn.Module, known: dict[int, bool]) -> bool:
    """Whether it may write into its input. False is certain; True may cost a copy that wasn't needed."""
    if id(module) not in known:
        known[id(module)] = getattr(module, "inplace", False)
        for child in module.children():
            if _writes(child, known):
                known[id(module)] = True
                break
            if isinstance(module, nn.Sequential) and isinstance(child, _FRESH):
                break
    return known[id(module)]

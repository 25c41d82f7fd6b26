"""One layer of a Torch7 file on its way to a torch.nn.Module: its fields, checked as they are asked for.

Whatever is wrong with a field is a T7Error that names the layer and where it sits. Nothing is ever allocated by a
number that the file merely states, only for tensors whose elements it has.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import torch
from torch import Tensor, nn

from torch_opencv.t7.errors import T7Error
from torch_opencv.t7.objects import Object, Table

LARGEST: Final = 32_767  # of kernels, strides, paddings, dimensions: what is larger is no image's measure
_EXPANDED: Final = 1 << 20  # elements up to which a tensor that repeats its storage's is written out

_FLOATING: Final = (torch.float16, torch.float32, torch.float64)
_INTEGERS: Final = (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)
_T = TypeVar("_T")


class Parameters:
    """The parameters made so far, so that what shares its memory in the file is one Parameter here too."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], nn.Parameter] = {}

    def of(self, tensor: Tensor) -> nn.Parameter:
        """The Parameter over the tensor's own memory."""
        where = (tensor.data_ptr(), tensor.dtype, tuple(tensor.shape), tensor.stride())
        if where not in self._known:
            self._known[where] = nn.Parameter(tensor)
        return self._known[where]


class Layer:
    """An object of a Torch7 file that is to become a module.

    Fields are asked for by their Lua names. A `default` stands for nil, that is for files from before the field was
    introduced; without one, a missing field is an error. Dimensions and indices are 1-based as in the file.
    """

    def __init__(
        self, obj: Object, where: str, build: Callable[[Object, str], nn.Module], parameters: Parameters
    ) -> None:
        self.object, self.where = obj, where
        self._build, self._parameters = build, parameters

    @property
    def class_name(self) -> str:
        """As in Lua: "nn.SpatialConvolution"."""
        return self.object.class_name

    def error(self, problem: str) -> T7Error:
        """What is wrong with this layer, as the exception to raise."""
        return T7Error(f"{self.where}: {problem}")

    def has(self, name: str) -> bool:
        """Whether there is such a field, and it isn't nil."""
        return self.object.get(name) is not None

    def number(self, name: str, default: float | None = None) -> float:
        """A finite or infinite number; NaN is an error."""
        value = self._value(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
            raise self.error(f"{name} must be a number, not {_shown(value)}")
        return float(value)

    def integer(self, name: str, default: int | None = None, *, least: int, most: int = LARGEST) -> int:
        """A whole number from `least` to `most`."""
        return self._integer(name, self._value(name, default), least, most)

    def optional_integer(self, name: str, *, least: int, most: int = LARGEST) -> int | None:
        """The same, or None for nil."""
        return self.integer(name, least=least, most=most) if self.has(name) else None

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean; nil is the default."""
        value = self._value(name, default)
        if not isinstance(value, bool):
            raise self.error(f"{name} must be true or false, not {_shown(value)}")
        return value

    def integers(self, name: str, *, least: int, most: int = 2**31 - 1) -> list[int]:
        """The elements of a LongStorage, a LongTensor or an array of whole numbers."""
        value = self._value(name, None)
        if isinstance(value, Table):
            value = value.array
        elif isinstance(value, Tensor) and value.ndim <= 1 and value.dtype in _INTEGERS and value.numel() <= 64:
            value = value.tolist()
        if not isinstance(value, list):
            raise self.error(f"{name} must be a list of whole numbers, not {_shown(value)}")
        return [self._integer(f"{name}[{i}]", one, least, most) for i, one in enumerate(value, 1)]

    def _integer(self, name: str, value: Any, least: int, most: int) -> int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.error(f"{name} must be a whole number from {least} to {most}, not {_shown(value)}")
        return value

    def tensor(
        self, name: str, shape: Sequence[int | None] | None = None, *, like: Sequence[int] | None = None
    ) -> Tensor:
        """A tensor of floating-point numbers, over the file's memory.

        Args:
            shape: what it must have, None where anything goes.
            like: the same elements in the same order are viewed so,
                whatever shape the file has them in (old files have 2-dim weights).
        """
        value = self._value(name, None)
        if not isinstance(value, Tensor) or value.dtype not in _FLOATING:
            raise self.error(f"{name} must be a tensor of floating-point numbers, not {_shown(value)}")
        if value.numel() * value.element_size() > value.untyped_storage().nbytes():
            if value.numel() > _EXPANDED:
                raise self.error(f"{name} has {value.numel()} elements, but the file doesn't hold as many")
            value = value.contiguous()
        if like is not None:
            if value.numel() != math.prod(like):
                raise self.error(f"{name} has {_size(value.shape)} elements where {_size(like)} are needed")
            value = value.reshape(tuple(like))
        fits = shape is None or (
            len(shape) == value.ndim and all(n in (None, m) for n, m in zip(shape, value.shape, strict=True))
        )
        if not fits:
            assert shape is not None
            raise self.error(f"{name} is {_size(value.shape)} where {_size(shape)} is needed")
        if value.numel() == 0:
            raise self.error(f"{name} is empty")
        return value

    def parameter(self, tensor: Tensor) -> nn.Parameter:
        """The Parameter over the tensor's memory: the same one wherever the file has the same tensor."""
        return self._parameters.of(tensor)

    def child(self, value: Any, label: str) -> nn.Module:
        """The module of another object, whose path in this layer is the label: "[2]" or ".module"."""
        if not isinstance(value, Object):
            raise self.error(f"{label.strip('.')} must be a layer, not {_shown(value)}")
        return self._build(value, f"{self.where}{label} > ")

    def children(self, *, least: int = 0, most: int | None = None) -> list[nn.Module]:
        """The modules in the field `modules`."""
        table = self._value("modules", None)
        if not isinstance(table, Table):
            raise self.error(f"modules must be a table, not {_shown(table)}")
        array = table.array
        if len(array) < least or (most is not None and len(array) > most):
            raise self.error(
                f"it has {len(array)} modules where {least if most == least else f'{least} or more'} are needed"
            )
        return [self.child(one, f"[{i}]") for i, one in enumerate(array, 1)]

    def only_child(self) -> nn.Module:
        """The module that this one wraps: `modules[1]`, or `module`."""
        table = self.object.get("modules")
        if isinstance(table, Table) and table.array:
            return self.child(table.array[0], "[1]")
        return self.child(self._value("module", None), ".module")

    def _value(self, name: str, default: _T) -> Any | _T:
        value = self.object.get(name)
        if value is None:
            if default is None:
                raise self.error(f"the field {name} is missing")
            return default
        return value


def _shown(value: Any) -> str:
    if value is None:
        return "nil"
    if isinstance(value, Tensor):
        return f"a tensor of {str(value.dtype).removeprefix('torch.')}, {_size(value.shape)}"
    if isinstance(value, int | float | bool):
        return repr(value)[:40]
    return {Table: "a table", str: "a string", list: "a list", Object: "an object"}.get(type(value), "something else")


def _size(shape: Sequence[int | None]) -> str:
    return "x".join("any" if n is None else str(n) for n in shape) or "nothing"

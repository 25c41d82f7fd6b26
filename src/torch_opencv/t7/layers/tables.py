"""Layers of tables, which are lists or tuples of tensors here, possibly of tables again."""

# ruff: noqa: D102 (each class says what its forward does)

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import torch
from torch import Tensor, nn

from torch_opencv.t7.layers.layer import Layer
from torch_opencv.t7.layers.reductions import axis_of, dimension_of, index_in, index_of, without_batch_of
from torch_opencv.t7.layers.registry import builds


class Combination(nn.Module):
    """Combines the tensors of a table element by element, from left to right."""

    def __init__(self, name: str, function: Callable[[Tensor, Tensor], Tensor], inplace: bool = False) -> None:
        super().__init__()
        self.name, self.function, self.inplace = name, function, inplace

    def forward(self, input: Sequence[Tensor]) -> Tensor:
        return reduce(self.function, input)

    def extra_repr(self) -> str:
        return self.name


_FUNCTIONS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "nn.CAddTable": torch.add,
    "nn.CSubTable": torch.sub,
    "nn.CMulTable": torch.mul,
    "nn.CDivTable": torch.div,
    "nn.CMaxTable": torch.maximum,
    "nn.CMinTable": torch.minimum,
}


@builds(*_FUNCTIONS)
def _combination(layer: Layer) -> nn.Module:
    name = layer.class_name.removeprefix("nn.C").removesuffix("Table").lower()
    if name == "add" and layer.flag("inplace"):
        return Combination("add in place", Tensor.add_, inplace=True)
    return Combination(name, _FUNCTIONS[layer.class_name])


class JoinTable(nn.Module):
    """Concatenates tensors; without_batch: dimensions of one that isn't a batch."""

    def __init__(self, dimension: int, without_batch: int | None) -> None:
        super().__init__()
        self.dimension, self.without_batch = dimension, without_batch

    def forward(self, input: Sequence[Tensor]) -> Tensor:
        return torch.cat(list(input), axis_of(self.dimension, input[0].ndim, self.without_batch))


@builds("nn.JoinTable")
def _join_table(layer: Layer) -> nn.Module:
    return JoinTable(dimension_of(layer), without_batch_of(layer))


class SplitTable(nn.Module):
    """The slices of a dimension."""

    def __init__(self, dimension: int, without_batch: int | None) -> None:
        super().__init__()
        self.dimension, self.without_batch = dimension, without_batch

    def forward(self, input: Tensor) -> list[Tensor]:
        slices = input.unbind(axis_of(self.dimension, input.ndim, self.without_batch))
        return [one if one.ndim else one[None] for one in slices]


@builds("nn.SplitTable")
def _split_table(layer: Layer) -> nn.Module:
    return SplitTable(dimension_of(layer), without_batch_of(layer))


class SelectTable(nn.Module):
    """One of a table's values; index from 1, or negative from the end."""

    def __init__(self, index: int) -> None:
        super().__init__()
        self.index = index

    def forward(self, input: Sequence[Any]) -> Any:
        return input[index_of(self.index)]


@builds("nn.SelectTable")
def _select_table(layer: Layer) -> nn.Module:
    return SelectTable(index_in(layer))


class NarrowTable(nn.Module):
    """A stretch of a table's values."""

    def __init__(self, offset: int, length: int) -> None:
        super().__init__()
        self.offset, self.length = offset, length

    def forward(self, input: Sequence[Any]) -> list[Any]:
        return list(input[self.offset - 1 : self.offset - 1 + self.length])


@builds("nn.NarrowTable")
def _narrow_table(layer: Layer) -> nn.Module:
    return NarrowTable(layer.integer("offset", least=1), layer.integer("length", 1, least=1))


class FlattenTable(nn.Module):
    """All tensors of a table of tables as one table."""

    def forward(self, input: Sequence[Any]) -> list[Tensor]:
        output: list[Tensor] = []
        for one in input:
            output.extend([one] if isinstance(one, Tensor) else self.forward(one))
        return output


@builds("nn.FlattenTable")
def _flatten_table(layer: Layer) -> nn.Module:
    return FlattenTable()


class ZipTable(nn.Module):
    """{{a1, a2}, {b1, b2}} to {{a1, b1}, {a2, b2}}."""

    def forward(self, input: Sequence[Sequence[Any]]) -> list[list[Any]]:
        return [list(one) for one in zip(*input, strict=True)]


@builds("nn.ZipTable")
def _zip_table(layer: Layer) -> nn.Module:
    return ZipTable()


class ZipTableOneToMany(nn.Module):
    """{a, {b1, b2}} to {{a, b1}, {a, b2}}."""

    def forward(self, input: Sequence[Any]) -> list[list[Any]]:
        one, many = input
        return [[one, each] for each in many]


@builds("nn.ZipTableOneToMany")
def _zip_table_one_to_many(layer: Layer) -> nn.Module:
    return ZipTableOneToMany()


class MixtureTable(nn.Module):
    """Of {weights (N, experts), what the experts say}: the weighted sum, for each of the batch.

    The experts are a table, or, if there is a dimension, the slices of that dimension of one tensor.
    """

    def __init__(self, dimension: int | None) -> None:
        super().__init__()
        self.dimension = dimension

    def forward(self, input: Sequence[Any]) -> Tensor:
        weights, experts = input
        if self.dimension is None:
            experts = torch.stack(list(experts), 1)
        axis = 1 if self.dimension is None else self.dimension - 1
        shape = [1] * experts.ndim
        shape[0], shape[axis] = weights.shape
        output: Tensor = (experts * weights.reshape(shape)).sum(axis)
        return output


@builds("nn.MixtureTable")
def _mixture_table(layer: Layer) -> nn.Module:
    return MixtureTable(layer.optional_integer("dim", least=2, most=64))

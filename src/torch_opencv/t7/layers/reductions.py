"""Layers that take one dimension away: sums, means, extremes and single slices."""

# ruff: noqa: D102 (each class says what its forward does)

from __future__ import annotations

import torch
from torch import Tensor, nn

from torch_opencv.t7.layers.layer import Layer
from torch_opencv.t7.layers.registry import builds


def axis_of(dimension: int, ndim: int, without_batch: int | None) -> int:
    """The 0-based axis of a Torch7 dimension, which is 1-based, or negative from the end.

    Args:
        without_batch: how many dimensions an input has that isn't a batch; a batch shifts positive dimensions by one.
    """
    if dimension < 0:
        return ndim + dimension
    return dimension if without_batch is not None and ndim == without_batch + 1 else dimension - 1


def dimension_of(layer: Layer, name: str = "dimension", default: int | None = None) -> int:
    """A dimension from the file, which is never 0."""
    dimension = layer.integer(name, default, least=-64, most=64)
    if dimension == 0:
        raise layer.error(f"{name} is 0, but dimensions are counted from 1")
    return dimension


def without_batch_of(layer: Layer, name: str = "nInputDims") -> int | None:
    """How many dimensions an input has that isn't a batch; None if the file doesn't say."""
    return layer.optional_integer(name, least=0, most=64)


class Reduction(nn.Module):
    """The "sum", "mean", "max" or "min" of one dimension, which goes, unless it is the only one."""

    def __init__(self, kind: str, dimension: int, without_batch: int | None, squeeze: bool) -> None:
        super().__init__()
        self.kind, self.dimension, self.without_batch, self.squeeze = kind, dimension, without_batch, squeeze

    def forward(self, input: Tensor) -> Tensor:
        axis = axis_of(self.dimension, input.ndim, self.without_batch)
        keep = not self.squeeze or input.ndim == 1  # Torch7 has no 0-dim tensors
        if self.kind == "sum":
            return input.sum(axis, keep)
        if self.kind == "mean":
            return input.mean(axis, keep)
        return input.amax(axis, keep) if self.kind == "max" else input.amin(axis, keep)

    def extra_repr(self) -> str:
        return f"{self.kind}, dimension {self.dimension}"


@builds("nn.Sum", "nn.Mean", "nn.Max", "nn.Min")
def _reduction(layer: Layer) -> nn.Module:
    kind = layer.class_name.removeprefix("nn.").lower()
    if kind == "sum" and layer.flag("sizeAverage"):
        kind = "mean"
    squeeze = layer.flag("squeeze", True)
    return Reduction(kind, dimension_of(layer, default=1), without_batch_of(layer), squeeze)


class Select(nn.Module):
    """One slice of a dimension; index from 1, or negative from the end."""

    def __init__(self, dimension: int, index: int) -> None:
        super().__init__()
        self.dimension, self.index = dimension, index

    def forward(self, input: Tensor) -> Tensor:
        output = input.select(axis_of(self.dimension, input.ndim, None), index_of(self.index))
        return output if output.ndim else output[None]


def index_of(index: int) -> int:
    """The 0-based index, or the negative one as it is."""
    return index - 1 if index > 0 else index


@builds("nn.Select")
def _select(layer: Layer) -> nn.Module:
    return Select(dimension_of(layer), index_in(layer))


def index_in(layer: Layer, name: str = "index") -> int:
    """An index from the file, which is never 0."""
    index = layer.integer(name, least=-(2**31), most=2**31)
    if index == 0:
        raise layer.error(f"{name} is 0, but elements are counted from 1")
    return index


class Narrow(nn.Module):
    """A stretch of a dimension: from the 1-based index, so long, or up to an element counted from the end (-1: all)."""

    def __init__(self, dimension: int, index: int, length: int) -> None:
        super().__init__()
        self.dimension, self.index, self.length = dimension, index, length

    def forward(self, input: Tensor) -> Tensor:
        axis = axis_of(self.dimension, input.ndim, None)
        start = self.index - 1 if self.index > 0 else input.shape[axis] + self.index
        length = self.length if self.length > 0 else input.shape[axis] - start + self.length + 1
        return input.narrow(axis, start, length)


@builds("nn.Narrow")
def _narrow(layer: Layer) -> nn.Module:
    length = layer.integer("length", 1, least=-(2**31), most=2**31)
    if length == 0:
        raise layer.error("length is 0")
    return Narrow(dimension_of(layer), index_in(layer), length)


class Index(nn.Module):
    """Of a table {tensor, 1-based indices}: the slices of a dimension that the indices name."""

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.dimension = dimension

    def forward(self, input: list[Tensor]) -> Tensor:
        tensor, indices = input
        return torch.index_select(tensor, self.dimension - 1, indices.long() - 1)


@builds("nn.Index")
def _index(layer: Layer) -> nn.Module:
    return Index(layer.integer("dimension", least=1, most=64))

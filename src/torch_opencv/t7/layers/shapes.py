"""Layers that only give a tensor another shape."""

# ruff: noqa: D102 (each class says what its forward does)

from __future__ import annotations

import math

from torch import Tensor, nn

from torch_opencv.t7.layers.layer import Layer
from torch_opencv.t7.layers.registry import builds
from torch_opencv.t7.objects import Table


class View(nn.Module):
    """The elements as `size`, with a batch in front where there are more of them.

    Args:
        without_batch: how many dimensions of an input aren't the batch's; None: what the size leaves over is the batch.
    """

    def __init__(self, size: list[int], without_batch: int | None) -> None:
        super().__init__()
        self.size, self.without_batch = size, without_batch

    def forward(self, input: Tensor) -> Tensor:
        own = input.shape if self.without_batch is None else input.shape[max(input.ndim - self.without_batch, 0) :]
        outer = input.shape[: input.ndim - len(own)]
        known = math.prod(n for n in self.size if n >= 0)
        elements = math.prod(own)
        if known == 0 or elements % known:
            raise ValueError(f"an input of {tuple(input.shape)} can't be viewed as {self.size}")
        batch = math.prod(outer) * (1 if -1 in self.size else elements // known)
        if batch == 1 and (self.without_batch is None or input.ndim <= self.without_batch):
            return input.reshape(self.size)
        return input.reshape(batch, *self.size)

    def extra_repr(self) -> str:
        return f"{self.size}"


@builds("nn.View")
def _view(layer: Layer) -> nn.Module:
    size = layer.integers("size", least=-1)
    if size.count(-1) > 1:
        raise layer.error(f"size is {size}, but only one of its numbers can be -1")
    return View(size, layer.optional_integer("numInputDims", least=0, most=64))


class Reshape(nn.Module):
    """The elements as `size`; batch: whether the first dimension stays, None if that depends on what fits."""

    def __init__(self, size: list[int], batch: bool | None) -> None:
        super().__init__()
        self.size, self.batch = size, batch

    def forward(self, input: Tensor) -> Tensor:
        batch = self.batch
        if batch is None:
            batch = input.numel() != math.prod(self.size) or input.shape[0] == 1
        return input.reshape(input.shape[0], *self.size) if batch else input.reshape(self.size)

    def extra_repr(self) -> str:
        return f"{self.size}"


@builds("nn.Reshape")
def _reshape(layer: Layer) -> nn.Module:
    batch = layer.flag("batchMode") if layer.has("batchMode") else None
    return Reshape(layer.integers("size", least=-1), batch)


class Transpose(nn.Module):
    """Swaps pairs of 1-based dimensions, one after the other."""

    def __init__(self, pairs: list[tuple[int, int]]) -> None:
        super().__init__()
        self.pairs = pairs

    def forward(self, input: Tensor) -> Tensor:
        for first, second in self.pairs:
            input = input.transpose(first - 1 if first > 0 else first, second - 1 if second > 0 else second)
        return input.contiguous()


@builds("nn.Transpose")
def _transpose(layer: Layer) -> nn.Module:
    pairs = layer.object.get("permutations")
    if not isinstance(pairs, Table):
        raise layer.error("permutations must be a table of pairs of dimensions")
    result: list[tuple[int, int]] = []
    for pair in pairs.array:
        both = pair.array if isinstance(pair, Table) else []
        if len(both) != 2 or not all(isinstance(n, int) and 0 < abs(n) <= 64 for n in both):
            raise layer.error("permutations must be a table of pairs of dimensions")
        result.append((both[0], both[1]))
    return Transpose(result)


class Squeeze(nn.Module):
    """Without the dimensions of size 1, or without one of them."""

    def __init__(self, dimension: int | None, without_batch: int | None) -> None:
        super().__init__()
        self.dimension, self.without_batch = dimension, without_batch

    def forward(self, input: Tensor) -> Tensor:
        batch = self.without_batch is not None and input.ndim == self.without_batch + 1
        if self.dimension is not None:
            return input.squeeze(self.dimension - 1 + batch)
        shape = [n for n in input.shape[1 if batch else 0 :] if n != 1]
        if batch:
            shape.insert(0, input.shape[0])
        return input.reshape(shape or [1])


@builds("nn.Squeeze")
def _squeeze(layer: Layer) -> nn.Module:
    return Squeeze(
        layer.optional_integer("dim", least=1, most=64), layer.optional_integer("numInputDims", least=1, most=64)
    )


class Unsqueeze(nn.Module):
    """With a new dimension of size 1."""

    def __init__(self, position: int, without_batch: int | None) -> None:
        super().__init__()
        self.position, self.without_batch = position, without_batch

    def forward(self, input: Tensor) -> Tensor:
        outer = 0 if self.without_batch is None else input.ndim - self.without_batch
        return input.unsqueeze(self.position - 1 + outer)


@builds("nn.Unsqueeze")
def _unsqueeze(layer: Layer) -> nn.Module:
    position = layer.integer("pos", least=1, most=64)
    return Unsqueeze(position, layer.optional_integer("numInputDims", least=0, most=64))


class Replicate(nn.Module):
    """Repeated so often along a new dimension, without copying."""

    def __init__(self, times: int, dimension: int, without_batch: int | None) -> None:
        super().__init__()
        self.times, self.dimension, self.without_batch = times, dimension, without_batch

    def forward(self, input: Tensor) -> Tensor:
        batch = self.without_batch is not None and input.ndim > self.without_batch
        axis = self.dimension - 1 + batch
        return input.unsqueeze(axis).expand(*input.shape[:axis], self.times, *input.shape[axis:])


@builds("nn.Replicate")
def _replicate(layer: Layer) -> nn.Module:
    times, without_batch = layer.integer("nfeatures", least=1), layer.optional_integer("ndim", least=0, most=64)
    return Replicate(times, layer.integer("dim", 1, least=1, most=64), without_batch)


class Contiguous(nn.Module):
    """The same elements, one after the other in memory."""

    def forward(self, input: Tensor) -> Tensor:
        return input.contiguous()


@builds("nn.Contiguous")
def _contiguous(layer: Layer) -> nn.Module:
    return Contiguous()


class Collapse(nn.Module):
    """All dimensions but the batch's as one (dpnn)."""

    def __init__(self, without_batch: int) -> None:
        super().__init__()
        self.without_batch = without_batch

    def forward(self, input: Tensor) -> Tensor:
        return input.flatten(1) if input.ndim > self.without_batch else input.flatten()


@builds("nn.Collapse")
def _collapse(layer: Layer) -> nn.Module:
    return Collapse(layer.integer("nInputDim", least=1, most=64))

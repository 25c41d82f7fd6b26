"""Modules of modules."""

# ruff: noqa: D102 (each class says what its forward does)

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 (PyTorch's own name for it)
from torch import Tensor, nn

from torch_opencv.t7.layers.layer import Layer
from torch_opencv.t7.layers.reductions import axis_of, dimension_of
from torch_opencv.t7.layers.registry import builds
from torch_opencv.t7.objects import Object, Table


@builds("nn.Sequential", "nn.SpatialLPPooling", "nn.LayerNormalization", "nn.CReLU")
def _sequential(layer: Layer) -> nn.Module:  # the others are sequences that their constructors make
    return nn.Sequential(*layer.children())


@builds(
    "nn.DataParallelTable", "nn.Decorator", "nn.DontCast", "nn.GPU", "nn.NaN", "nn.Profile", "nn.Serial", "nn.Inception"
)
def _wrapper(layer: Layer) -> nn.Module:
    module = layer.only_child()
    return Batched(module) if layer.class_name == "nn.Inception" else module


class Batched(nn.Module):
    """A module of batches of images, which also takes an image alone."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, input: Tensor) -> Tensor:
        output: Tensor = self.module(input[None])[0] if input.ndim == 3 else self.module(input)
        return output


class _Branches(nn.ModuleList):
    """Several modules side by side."""

    def __init__(self, modules: Iterable[nn.Module]) -> None:
        super().__init__(modules)


class Concat(_Branches):
    """The outputs of all modules for the same input, concatenated along a dimension."""

    def __init__(self, modules: Iterable[nn.Module], dimension: int) -> None:
        super().__init__(modules)
        self.dimension = dimension

    def forward(self, input: Any) -> Tensor:
        outputs = [module(input) for module in self]
        return torch.cat(outputs, axis_of(self.dimension, outputs[0].ndim, None))


@builds("nn.Concat")
def _concat(layer: Layer) -> nn.Module:
    return Concat(layer.children(least=1), dimension_of(layer))


class DepthConcat(Concat):
    """Concat whose outputs may differ in size: the smaller ones are set into the middle of zeros."""

    def forward(self, input: Any) -> Tensor:
        outputs = [module(input) for module in self]
        ndim = outputs[0].ndim
        axis = axis_of(self.dimension, ndim, None)
        largest = [max(output.shape[i] for output in outputs) for i in range(ndim)]
        padded: list[Tensor] = []
        for output in outputs:
            border: list[int] = []  # of the last dimension first, as F.pad has it
            for i in reversed(range(ndim)):
                missing = 0 if i == axis else largest[i] - output.shape[i]
                border += [missing // 2, missing - missing // 2]
            padded.append(F.pad(output, border) if any(border) else output)
        return torch.cat(padded, axis)


@builds("nn.DepthConcat")
def _depth_concat(layer: Layer) -> nn.Module:
    return DepthConcat(layer.children(least=1), dimension_of(layer))


class ConcatTable(_Branches):
    """The outputs of all modules for the same input, as a table."""

    def forward(self, input: Any) -> list[Any]:
        return [module(input) for module in self]


@builds("nn.ConcatTable")
def _concat_table(layer: Layer) -> nn.Module:
    return ConcatTable(layer.children())


class ParallelTable(_Branches):
    """Each module for its own value of the table."""

    def forward(self, input: Sequence[Any]) -> list[Any]:
        return [module(one) for module, one in zip(self, input, strict=False)]


@builds("nn.ParallelTable")
def _parallel_table(layer: Layer) -> nn.Module:
    return ParallelTable(layer.children())


class MapTable(nn.Module):
    """One module for each value of the table."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, input: Sequence[Any]) -> list[Any]:
        return [self.module(one) for one in input]


@builds("nn.MapTable")
def _map_table(layer: Layer) -> nn.Module:
    return MapTable(layer.only_child())


class Parallel(_Branches):
    """Each module for its own slice of a dimension, the outputs concatenated along another."""

    def __init__(self, modules: Iterable[nn.Module], source: int, target: int) -> None:
        super().__init__(modules)
        self.source, self.target = source, target

    def forward(self, input: Tensor) -> Tensor:
        slices = input.unbind(axis_of(self.source, input.ndim, None))
        outputs = [module(one) for module, one in zip(self, slices, strict=False)]
        return torch.cat(outputs, axis_of(self.target, outputs[0].ndim, None))


@builds("nn.Parallel")
def _parallel(layer: Layer) -> nn.Module:
    return Parallel(
        layer.children(least=1), dimension_of(layer, "inputDimension"), dimension_of(layer, "outputDimension")
    )


class Bottle(nn.Module):
    """A module of inputs with so many dimensions, the first of them a batch, for inputs with more: those become it."""

    def __init__(self, module: nn.Module, dimensions: int) -> None:
        super().__init__()
        self.module, self.dimensions = module, dimensions

    def forward(self, input: Tensor) -> Tensor:
        extra = input.ndim - self.dimensions + 1
        if extra <= 1:
            output: Tensor = self.module(input)
            return output
        output = self.module(input.flatten(0, extra - 1))
        return output.reshape(*input.shape[:extra], *output.shape[1:])


@builds("nn.Bottle")
def _bottle(layer: Layer) -> nn.Module:
    return Bottle(layer.only_child(), layer.integer("nInputDim", 2, least=1, most=64))


@builds("nn.WeightNorm")
def _weight_norm(layer: Layer) -> nn.Module:
    """The module inside with the weights that v and g stand for: g v / sqrt(|v|^2 + 1e-4), row by row."""
    table = layer.object.get("modules")
    inner = table.array[0] if isinstance(table, Table) and table.array else None
    if not isinstance(inner, Object) or not isinstance(inner.fields, Table):
        raise layer.error("modules[1] must be a layer")
    v = layer.tensor("v", (None, None))
    g = layer.tensor("g", like=(v.shape[0], 1))
    shape = layer.integers("viewOut", least=1)
    position = layer.integer("outputDim", 1, least=1, most=max(len(shape), 1))
    rows = v * (g / ((v * v).sum(1, keepdim=True) + 1e-4).sqrt())
    if rows.numel() != torch.Size(shape).numel():
        raise layer.error(f"v has {rows.numel()} elements, which don't make {shape}")
    plain = Object(inner.class_name, inner.version)
    plain.fields = Table()
    plain.fields.update(inner.fields)
    plain.fields["weight"] = rows.reshape(shape).movedim(0, position - 1).contiguous()
    return layer.child(plain, "[1]")

"""Layers with weights but no geometry: linear ones, lookup tables, learnt factors and offsets."""

# ruff: noqa: D102 (each class says what its forward does)

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 (PyTorch's own name for it)
from torch import Tensor, nn

from torch_opencv.t7.layers.layer import Layer
from torch_opencv.t7.layers.registry import builds


@builds("nn.Linear", "nn.LinearNoBias")
def _linear(layer: Layer) -> nn.Module:
    return _linear_of(layer, layer.tensor("weight", (None, None)))


@builds("nn.LinearWeightNorm")
def _linear_weight_norm(layer: Layer) -> nn.Module:
    v = layer.tensor("v", (None, None))
    g = layer.tensor("g", like=(v.shape[0], 1))
    return _linear_of(layer, v * (g / v.norm(dim=1, keepdim=True)))


def _linear_of(layer: Layer, weight: Tensor) -> nn.Module:
    outputs, inputs = weight.shape
    module = nn.Linear(inputs, outputs, bias=layer.has("bias"), device="meta")
    module.weight = layer.parameter(weight)
    if layer.has("bias"):
        module.bias = layer.parameter(layer.tensor("bias", (outputs,)))
    return module


class Bilinear(nn.Bilinear):
    """nn.Bilinear of a table of two tensors."""

    def forward(self, input: list[Tensor]) -> Tensor:  # type: ignore[override]
        return F.bilinear(input[0], input[1], self.weight, self.bias)


@builds("nn.Bilinear")
def _bilinear(layer: Layer) -> nn.Module:
    weight = layer.tensor("weight", (None, None, None))
    outputs, first, second = weight.shape
    module = Bilinear(first, second, outputs, bias=layer.has("bias"), device="meta")
    module.weight = layer.parameter(weight)
    if layer.has("bias"):
        module.bias = layer.parameter(layer.tensor("bias", (outputs,)))
    return module


class LookupTable(nn.Module):
    """Rows of the weights by 1-based number: integers of any shape to that shape plus the rows'."""

    def __init__(self, weight: nn.Parameter) -> None:
        super().__init__()
        self.weight = weight

    def forward(self, input: Tensor) -> Tensor:
        index = input.long() - 1
        return F.embedding(index, self.weight) if self.weight.ndim == 2 else self.weight[index]

    def extra_repr(self) -> str:
        return "x".join(map(str, self.weight.shape))


@builds("nn.LookupTable")
def _lookup_table(layer: Layer) -> nn.Module:
    weight = layer.tensor("weight")
    if weight.ndim < 2:
        raise layer.error("weight must have 2 dimensions or more")
    if layer.has("maxNorm"):  # Torch7 shortens the rows that it uses, before it uses them
        norm = torch.linalg.vector_norm(
            weight, layer.number("normType", 2), dim=tuple(range(1, weight.ndim)), keepdim=True
        )
        weight = weight * (layer.number("maxNorm") / (norm + 1e-7)).clamp(max=1)
    return LookupTable(layer.parameter(weight))


class Scale(nn.Module):
    """Each element times (nn.CMul), or plus (nn.CAdd), a learnt number of its own or of its row, column, channel...

    Weights as large as the input go element by element, others with as many dimensions are expanded, and others still
    stand for one row of a batch.
    """

    def __init__(self, weight: nn.Parameter, *, add: bool) -> None:
        super().__init__()
        self.weight, self.add = weight, add

    def forward(self, input: Tensor) -> Tensor:
        if self.weight.numel() == input.numel():
            weight = self.weight.reshape(input.shape)
        elif self.weight.ndim == input.ndim:
            weight = self.weight
        else:
            rows = input.reshape(input.shape[0], -1)
            weight = self.weight.reshape(1, -1)
            return (rows + weight if self.add else rows * weight).reshape(input.shape)
        return input + weight if self.add else input * weight


@builds("nn.CMul")
def _cmul(layer: Layer) -> nn.Module:
    return Scale(layer.parameter(layer.tensor("weight")), add=False)


@builds("nn.CAdd")
def _cadd(layer: Layer) -> nn.Module:
    return Scale(layer.parameter(layer.tensor("bias")), add=True)


class Mul(nn.Module):
    """Times one learnt number."""

    def __init__(self, weight: nn.Parameter) -> None:
        super().__init__()
        self.weight = weight

    def forward(self, input: Tensor) -> Tensor:
        return input * self.weight


@builds("nn.Mul")
def _mul(layer: Layer) -> nn.Module:
    return Mul(layer.parameter(layer.tensor("weight", (1,))))


class Add(nn.Module):
    """Plus a learnt vector: one number, the size of the input, or of each of a batch."""

    def __init__(self, bias: nn.Parameter) -> None:
        super().__init__()
        self.bias = bias

    def forward(self, input: Tensor) -> Tensor:
        if self.bias.numel() == 1 or self.bias.shape == input.shape:
            return input + self.bias
        return (input.reshape(input.shape[0], -1) + self.bias.reshape(-1)).reshape(input.shape)


@builds("nn.Add")
def _add(layer: Layer) -> nn.Module:
    return Add(layer.parameter(layer.tensor("bias")))


class ConstAffine(nn.Module):
    """Times a number and plus another, per channel (inn)."""

    def __init__(self, factor: nn.Parameter, offset: nn.Parameter) -> None:
        super().__init__()
        self.factor, self.offset = factor, offset

    def forward(self, input: Tensor) -> Tensor:
        return input * self.factor[:, None, None] + self.offset[:, None, None]


@builds("inn.ConstAffine")
def _const_affine(layer: Layer) -> nn.Module:
    factor = layer.tensor("a", (None,))
    return ConstAffine(layer.parameter(factor), layer.parameter(layer.tensor("b", (factor.shape[0],))))


class Constant(nn.Module):
    """A tensor whatever the input, repeated for each of a batch (dpnn)."""

    value: Tensor

    def __init__(self, value: Tensor, dimensions: int | None) -> None:
        super().__init__()
        self.register_buffer("value", value)
        self.dimensions = dimensions

    def forward(self, input: Tensor) -> Tensor:
        if self.dimensions is not None and input.ndim > self.dimensions:
            return self.value.expand(input.shape[0], *self.value.shape)
        return self.value


@builds("nn.Constant")
def _constant(layer: Layer) -> nn.Module:
    return Constant(layer.tensor("value"), layer.optional_integer("nInputDim", least=1, most=64))

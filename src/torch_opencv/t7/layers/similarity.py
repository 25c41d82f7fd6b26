"""Layers of two tensors, or of a tensor and learnt points, that say how alike they are."""

# ruff: noqa: D102 (each class says what its forward does)

from __future__ import annotations

import torch
from torch import Tensor, nn

from torch_opencv.t7.layers.layer import Layer
from torch_opencv.t7.layers.registry import builds


class DotProduct(nn.Module):
    """Of a table of two tensors, (D,) or (N, D): (1,) or (N,)."""

    def forward(self, input: list[Tensor]) -> Tensor:
        first, second = (_rows(one) for one in input)
        output: Tensor = (first * second).sum(1)
        return output


@builds("nn.DotProduct")
def _dot_product(layer: Layer) -> nn.Module:
    return DotProduct()


class CosineDistance(nn.Module):
    """The cosine of the angle between two vectors, (D,) or (N, D): (1,) or (N,)."""

    def forward(self, input: list[Tensor]) -> Tensor:
        first, second = (_rows(one) for one in input)
        squares = ((first * first).sum(1) + 1e-12) * ((second * second).sum(1) + 1e-12)
        output: Tensor = (first * second).sum(1) / squares.sqrt()
        return output


@builds("nn.CosineDistance")
def _cosine_distance(layer: Layer) -> nn.Module:
    return CosineDistance()


class PairwiseDistance(nn.Module):
    """The p-norm of the difference of two vectors, (D,) or (N, D): (1,) or (N,)."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, input: list[Tensor]) -> Tensor:
        first, second = (_rows(one) for one in input)
        output: Tensor = torch.linalg.vector_norm(first - second, self.p, dim=1)
        return output


@builds("nn.PairwiseDistance")
def _pairwise_distance(layer: Layer) -> nn.Module:
    p = layer.number("norm", 2)
    if p <= 0:
        raise layer.error(f"norm is {p:g}, but must be more than 0")
    return PairwiseDistance(p)


class Euclidean(nn.Module):
    """The distances to learnt points, the columns of the weights: (D,) or (N, D) to (points,) or (N, points)."""

    def __init__(self, weight: nn.Parameter) -> None:
        super().__init__()
        self.weight = weight

    def forward(self, input: Tensor) -> Tensor:
        output: Tensor = torch.linalg.vector_norm(input[..., :, None] - self.weight, dim=-2)
        return output


@builds("nn.Euclidean")
def _euclidean(layer: Layer) -> nn.Module:
    return Euclidean(layer.parameter(layer.tensor("weight", (None, None))))


class Cosine(nn.Module):
    """The cosines of the angles to learnt directions, the weights' rows: (D,) or (N, D) to (rows,) or (N, rows)."""

    def __init__(self, weight: nn.Parameter) -> None:
        super().__init__()
        self.weight = weight

    def forward(self, input: Tensor) -> Tensor:
        own, learnt = (torch.linalg.vector_norm(one, dim=-1) + 1e-12 for one in (input, self.weight))
        output: Tensor = input @ self.weight.t() / learnt / own[..., None]
        return output


@builds("nn.Cosine")
def _cosine(layer: Layer) -> nn.Module:
    return Cosine(layer.parameter(layer.tensor("weight", (None, None))))


class MatrixProduct(nn.Module):
    """The product of two matrices, or of batches of them, each transposed first if so said."""

    def __init__(self, transpose_first: bool, transpose_second: bool) -> None:
        super().__init__()
        self.transpose_first, self.transpose_second = transpose_first, transpose_second

    def forward(self, input: list[Tensor]) -> Tensor:
        first, second = input
        first = first.transpose(-1, -2) if self.transpose_first else first
        return first @ (second.transpose(-1, -2) if self.transpose_second else second)


@builds("nn.MM")
def _matrix_product(layer: Layer) -> nn.Module:
    return MatrixProduct(layer.flag("transA"), layer.flag("transB"))


class MatrixVectorProduct(nn.Module):
    """The product of a matrix and a vector, or of batches of them, the matrix transposed first if so said."""

    def __init__(self, transpose: bool) -> None:
        super().__init__()
        self.transpose = transpose

    def forward(self, input: list[Tensor]) -> Tensor:
        matrix, vector = input
        matrix = matrix.transpose(-1, -2) if self.transpose else matrix
        return (matrix @ vector[..., None])[..., 0]


@builds("nn.MV")
def _matrix_vector_product(layer: Layer) -> nn.Module:
    return MatrixVectorProduct(layer.flag("trans"))


def _rows(vectors: Tensor) -> Tensor:
    """(D,) as (1, D)."""
    return vectors if vectors.ndim > 1 else vectors[None]

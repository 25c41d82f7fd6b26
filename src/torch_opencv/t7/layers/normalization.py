"""Normalization: by batch statistics, by instance, across channels, and of vectors."""

# ruff: noqa: D102 (each class says what its forward does)

from __future__ import annotations

import math

import torch
import torch.nn.functional as F  # noqa: N812 (PyTorch's own name for it)
from torch import Tensor, nn

from torch_opencv.t7.layers.layer import Layer
from torch_opencv.t7.layers.registry import builds


class BatchNorm1d(nn.BatchNorm1d):
    """As nn.BatchNorm1d; an input without a batch comes out as a batch of one, as in Torch7."""

    def forward(self, input: Tensor) -> Tensor:
        return super().forward(input[None] if input.ndim == 1 else input)


class BatchNorm2d(nn.BatchNorm2d):
    """As nn.BatchNorm2d; an input without a batch comes out as a batch of one, as in Torch7."""

    def forward(self, input: Tensor) -> Tensor:
        return super().forward(input[None] if input.ndim == 3 else input)


class BatchNorm3d(nn.BatchNorm3d):
    """As nn.BatchNorm3d; an input without a batch comes out as a batch of one, as in Torch7."""

    def forward(self, input: Tensor) -> Tensor:
        return super().forward(input[None] if input.ndim == 4 else input)


@builds("nn.BatchNormalization", "cudnn.BatchNormalization")
def _batch_norm_1d(layer: Layer) -> nn.Module:
    return _batch_norm(layer, BatchNorm1d)


@builds("nn.SpatialBatchNormalization", "cudnn.SpatialBatchNormalization")
def _batch_norm_2d(layer: Layer) -> nn.Module:
    return _batch_norm(layer, BatchNorm2d)


@builds("nn.VolumetricBatchNormalization", "cudnn.VolumetricBatchNormalization")
def _batch_norm_3d(layer: Layer) -> nn.Module:
    return _batch_norm(layer, BatchNorm3d)


def _batch_norm(layer: Layer, kind: type[BatchNorm1d] | type[BatchNorm2d] | type[BatchNorm3d]) -> nn.Module:
    mean = layer.tensor("running_mean", (None,))
    features, eps = mean.shape[0], layer.number("eps", 1e-5)
    affine = layer.has("weight")
    module = kind(features, eps=eps, momentum=layer.number("momentum", 0.1), affine=affine, device="meta")
    module.running_mean = mean
    if layer.has("running_var"):
        module.running_var = layer.tensor("running_var", (features,))
    else:  # in files from before version 2, which hold 1 / sqrt(variance + eps) under the name running_std
        module.running_var = layer.tensor("running_std", (features,)).pow(-2) - eps
    module.num_batches_tracked = torch.tensor(0)
    if affine:
        module.weight = layer.parameter(layer.tensor("weight", (features,)))
        module.bias = layer.parameter(layer.tensor("bias", (features,)))
    return module


@builds("nn.InstanceNormalization")
def _instance_norm(layer: Layer) -> nn.Module:
    features = layer.integer("nOutput", least=1)
    if layer.flag("disabled"):
        return nn.Identity()
    affine = layer.has("weight")
    module = nn.InstanceNorm2d(features, eps=layer.number("eps", 1e-5), affine=affine, device="meta")
    if affine:
        module.weight = layer.parameter(layer.tensor("weight", (features,)))
        module.bias = layer.parameter(layer.tensor("bias", (features,)))
    return module


class LocalResponseNorm(nn.LocalResponseNorm):
    """As nn.LocalResponseNorm, also of images without a batch."""

    def forward(self, input: Tensor) -> Tensor:
        if input.ndim == 3:
            return super().forward(input[None])[0]
        return super().forward(input)


@builds("nn.SpatialCrossMapLRN", "cudnn.SpatialCrossMapLRN", "inn.SpatialCrossResponseNormalization")
def _local_response_norm(layer: Layer) -> nn.Module:
    size = layer.integer("size", 5, least=1)
    if size % 2 == 0:
        raise layer.error(f"size is {size}, but must be odd")
    k = layer.number("K" if layer.class_name.startswith("cudnn.") else "k", 1)
    return LocalResponseNorm(size, layer.number("alpha", 1e-4), layer.number("beta", 0.75), k)


class Normalize(nn.Module):
    """Divides vectors, (D,) or (N, D), by (the sum of |x|^p, plus eps)^(1/p)."""

    def __init__(self, p: float, eps: float) -> None:
        super().__init__()
        self.p, self.eps = p, eps

    def forward(self, input: Tensor) -> Tensor:
        if math.isinf(self.p):
            return input / (input.abs().amax(-1, keepdim=True) + self.eps)
        powers = input * input if self.p == 2 else input.abs().pow(self.p)
        return input / (powers.sum(-1, keepdim=True) + self.eps).pow(1 / self.p)

    def extra_repr(self) -> str:
        return f"p={self.p:g}, eps={self.eps:g}"


@builds("nn.Normalize")
def _normalize(layer: Layer) -> nn.Module:
    p = layer.number("p")
    if p <= 0:
        raise layer.error(f"p is {p:g}, but must be more than 0")
    return Normalize(p, layer.number("eps", 1e-10))


class SubtractiveNormalization(nn.Module):
    """Minus the weighted mean of all channels around each pixel, corrected for what lies outside."""

    def __init__(self, mean: nn.Module) -> None:
        super().__init__()
        self.mean = mean

    def forward(self, input: Tensor) -> Tensor:
        mean = self.mean(input).reshape(input.shape)
        inside = self.mean(torch.ones_like(input)).reshape(input.shape)
        output: Tensor = input - mean / inside
        return output


@builds("nn.SpatialSubtractiveNormalization")
def _subtractive_normalization(layer: Layer) -> nn.Module:
    return SubtractiveNormalization(layer.child(layer.object.get("meanestimator"), ".meanestimator"))


class DivisiveNormalization(nn.Module):
    """Divided by the weighted root mean square of all channels around each pixel, unless that is very small."""

    def __init__(self, mean: nn.Module, deviation: nn.Module, threshold: float, value: float) -> None:
        super().__init__()
        self.mean, self.deviation, self.threshold, self.value = mean, deviation, threshold, value

    def forward(self, input: Tensor) -> Tensor:
        deviation = self.deviation(input).reshape(input.shape)
        inside = self.mean(torch.ones_like(input)).reshape(input.shape)
        return input / F.threshold(deviation / inside, self.threshold, self.value)


@builds("nn.SpatialDivisiveNormalization")
def _divisive_normalization(layer: Layer) -> nn.Module:
    return DivisiveNormalization(
        layer.child(layer.object.get("meanestimator"), ".meanestimator"),
        layer.child(layer.object.get("stdestimator"), ".stdestimator"),
        layer.number("threshold", 1e-4),
        layer.number("thresval", 1e-4),
    )


@builds("nn.SpatialContrastiveNormalization")
def _contrastive_normalization(layer: Layer) -> nn.Module:
    return layer.child(layer.object.get("normalizer"), ".normalizer")

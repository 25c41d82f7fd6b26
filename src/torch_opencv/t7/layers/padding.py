"""Layers that add or remove a border, or channels of noise."""

# ruff: noqa: D102 (each class says what its forward does)

from __future__ import annotations

import torch
from torch import Tensor, nn

from torch_opencv.t7.layers.layer import Layer
from torch_opencv.t7.layers.registry import builds

_MOST = 4096  # of a border's width in pixels


def _border(layer: Layer, *, least: int) -> tuple[int, int, int, int]:
    left, right, top, bottom = (layer.integer(f"pad_{side}", least=least, most=_MOST) for side in ("l", "r", "t", "b"))
    return left, right, top, bottom


@builds("nn.SpatialZeroPadding")
def _zero_padding(layer: Layer) -> nn.Module:
    return nn.ZeroPad2d(_border(layer, least=-_MOST))  # a negative border is cut off


@builds("nn.SpatialReflectionPadding")
def _reflection_padding(layer: Layer) -> nn.Module:
    return nn.ReflectionPad2d(_border(layer, least=0))


@builds("nn.SpatialReplicationPadding")
def _replication_padding(layer: Layer) -> nn.Module:
    return nn.ReplicationPad2d(_border(layer, least=0))


@builds("nn.SpatialCircularPadding")
def _circular_padding(layer: Layer) -> nn.Module:
    return nn.CircularPad2d(_border(layer, least=0))


@builds("nn.VolumetricReplicationPadding")
def _volumetric_replication_padding(layer: Layer) -> nn.Module:
    left, right, top, bottom, front, back = (
        layer.integer(f"p{side}", least=0, most=_MOST) for side in ("left", "right", "top", "bottom", "front", "back")
    )
    return nn.ReplicationPad3d((left, right, top, bottom, front, back))


@builds("nn.ShaveImage")
def _shave_image(layer: Layer) -> nn.Module:
    return nn.ZeroPad2d(-layer.integer("size", least=0, most=_MOST))


class Padding(nn.Module):
    """Inserts `count` values into a dimension, `index` elements from its start or end.

    Args:
        dimensions: how many an input without a batch has; None if there is never a batch.
    """

    def __init__(self, dimension: int, count: int, dimensions: int | None, value: float, index: int) -> None:
        super().__init__()
        self.dimension, self.count, self.dimensions = dimension, count, dimensions
        self.value, self.index = value, index

    def forward(self, input: Tensor) -> Tensor:
        batch = self.dimensions is not None and input.ndim != self.dimensions
        axis = self.dimension - 1 + batch
        before = self.index - 1
        if self.count > 0:
            before = input.shape[axis] - before
        shape = list(input.shape)
        shape[axis] = abs(self.count)
        first, second = torch.split(input, [before, input.shape[axis] - before], axis)
        return torch.cat([first, input.new_full(shape, self.value), second], axis)


@builds("nn.Padding")
def _padding(layer: Layer) -> nn.Module:
    return Padding(
        layer.integer("dim", least=1, most=64),
        layer.integer("pad", least=-_MOST, most=_MOST),
        layer.optional_integer("nInputDim", least=1, most=64),
        layer.number("value", 0),
        layer.integer("index", 1, least=1),
    )


class NoiseFill(nn.Module):
    """Fills the last channels with noise, uniform from 0 to the amplitude (texture_nets)."""

    def __init__(self, channels: int, amplitude: float) -> None:
        super().__init__()
        self.channels, self.amplitude = channels, amplitude

    def forward(self, input: Tensor) -> Tensor:
        kept, filled = torch.split(input, [input.shape[1] - self.channels, self.channels], 1)
        return torch.cat([kept, torch.rand_like(filled) * self.amplitude], 1)


@builds("nn.NoiseFill")
def _noise_fill(layer: Layer) -> nn.Module:
    channels = layer.integer("num_noise_channels", least=0)
    return NoiseFill(channels, layer.number("mult", 1)) if channels else nn.Identity()

"""Pooling, of images and sequences, and growing images again."""

# ruff: noqa: D102 (each class says what its forward does)

from __future__ import annotations

from typing import Any

import torch.nn.functional as F  # noqa: N812 (PyTorch's own name for it)
from torch import Tensor, nn

from torch_opencv.t7.layers.convolution import TimeFirst
from torch_opencv.t7.layers.layer import Layer
from torch_opencv.t7.layers.registry import builds
from torch_opencv.t7.layers.transfer import MulConstant


def geometry(layer: Layer, axes: str) -> dict[str, Any]:
    """kernel_size, stride, padding and ceil_mode for the axes, such as "HW"; old files have no padding."""
    kernel = tuple(layer.integer(f"k{axis}", least=1) for axis in axes)
    padding = tuple(layer.integer(f"pad{axis}", 0, least=0) for axis in axes)
    if any(2 * pad > size for pad, size in zip(padding, kernel, strict=True)):
        raise layer.error(f"its padding, {padding}, is more than half of its windows, {kernel}")
    return {
        "kernel_size": kernel,
        "stride": tuple(layer.integer(f"d{axis}", size, least=1) for axis, size in zip(axes, kernel, strict=True)),
        "padding": padding,
        "ceil_mode": layer.flag("ceil_mode", layer.class_name.startswith("inn.")),  # whose layers are Caffe's
    }


@builds("nn.SpatialMaxPooling", "cudnn.SpatialMaxPooling", "inn.SpatialMaxPooling", "nn.SpatialDilatedMaxPooling")
def _max_pooling(layer: Layer) -> nn.Module:
    dilation = layer.integer("dilationH", 1, least=1), layer.integer("dilationW", 1, least=1)
    return nn.MaxPool2d(**geometry(layer, "HW"), dilation=dilation)


@builds("nn.SpatialAveragePooling", "cudnn.SpatialAveragePooling", "inn.SpatialAveragePooling")
def _average_pooling(layer: Layer) -> nn.Module:
    shape = geometry(layer, "HW")
    module = nn.AvgPool2d(**shape, count_include_pad=counts_padding(layer))
    # nn's files from before the field `divide` are of layers that gave sums; those of other packages always divide.
    if not layer.class_name.startswith("nn.") or layer.flag("divide"):
        return module
    height, width = shape["kernel_size"]
    return nn.Sequential(module, MulConstant(height * width))


def counts_padding(layer: Layer) -> bool:
    """Whether the padding counts as zeros: in files from before there was padding, and unless the file says not."""
    return layer.flag("count_include_pad", not layer.has("ceil_mode") or not layer.class_name.startswith("nn."))


@builds("nn.SpatialAdaptiveMaxPooling")
def _adaptive_max_pooling(layer: Layer) -> nn.Module:
    return nn.AdaptiveMaxPool2d((layer.integer("H", least=1), layer.integer("W", least=1)))


@builds("nn.SpatialAdaptiveAveragePooling")
def _adaptive_average_pooling(layer: Layer) -> nn.Module:
    return nn.AdaptiveAvgPool2d((layer.integer("H", least=1), layer.integer("W", least=1)))


@builds("nn.TemporalMaxPooling")
def _temporal_max_pooling(layer: Layer) -> nn.Module:
    kernel = layer.integer("kW", least=1)
    return TimeFirst(nn.MaxPool1d(kernel, layer.integer("dW", kernel, least=1)))


class UpSampling(nn.Module):
    """Grows images by a whole factor or to a size: "nearest", or "linear" with aligned corners.

    Input: (N, C, H, W), (C, H, W) or, volumetric, (N, C, T, H, W).
    """

    def __init__(self, mode: str, *, factor: float | None = None, size: tuple[int, ...] | None = None) -> None:
        super().__init__()
        self.mode, self.factor, self.size = mode, factor, size

    def forward(self, input: Tensor) -> Tensor:
        batch = input[None] if input.ndim == 3 else input
        if self.mode == "nearest":
            output = F.interpolate(batch, self.size, self.factor, "nearest")
        else:
            mode = "trilinear" if batch.ndim == 5 else "bilinear"
            output = F.interpolate(batch, self.size, self.factor, mode, align_corners=True)
        return output[0] if input.ndim == 3 else output

    def extra_repr(self) -> str:
        return f"{self.mode}, {self.size or self.factor}"


@builds("nn.SpatialUpSamplingNearest", "nn.SpatialUpSamplingBilinear", "nn.UpSampling")
def _up_sampling(layer: Layer) -> nn.Module:
    mode = "linear" if layer.class_name.endswith("Bilinear") or layer.object.get("mode") == "linear" else "nearest"
    if layer.has("oheight"):
        axes = ("odepth", "oheight", "owidth") if layer.has("odepth") else ("oheight", "owidth")
        return UpSampling(mode, size=tuple(layer.integer(axis, least=1) for axis in axes))
    return UpSampling(mode, factor=layer.integer("scale_factor", least=1))


@builds("nn.PixelShuffle")
def _pixel_shuffle(layer: Layer) -> nn.Module:
    return nn.PixelShuffle(layer.integer("upscaleFactor", least=1))

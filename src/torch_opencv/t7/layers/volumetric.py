"""Layers of volumes, (N, C, T, H, W) or (C, T, H, W)."""

from __future__ import annotations

import math

from torch import nn

from torch_opencv.t7.layers.convolution import channels, with_weights
from torch_opencv.t7.layers.layer import Layer
from torch_opencv.t7.layers.pooling import counts_padding, geometry
from torch_opencv.t7.layers.registry import builds
from torch_opencv.t7.layers.transfer import MulConstant


def _triple(layer: Layer, name: str, default: int | None = None, *, least: int) -> tuple[int, int, int]:
    time, height, width = (layer.integer(f"{name}{axis}", default, least=least) for axis in "THW")
    return time, height, width


@builds(
    "nn.VolumetricConvolution",
    "nn.VolumetricConvolutionMM",
    "nn.VolumetricDilatedConvolution",
    "cudnn.VolumetricConvolution",
)
def _convolution(layer: Layer) -> nn.Module:
    inputs, outputs = channels(layer)
    groups = layer.integer("groups", 1, least=1)
    if inputs % groups or outputs % groups:
        raise layer.error(f"{inputs} to {outputs} channels don't make {groups} groups")
    kernel = _triple(layer, "k", least=1)
    weight = layer.tensor("weight", like=(outputs, inputs // groups, *kernel))
    module = nn.Conv3d(
        inputs,
        outputs,
        kernel,
        stride=_triple(layer, "d", 1, least=1),
        padding=_triple(layer, "pad", 0, least=0),
        dilation=_triple(layer, "dilation", 1, least=1),
        groups=groups,
        bias=layer.has("bias"),
        device="meta",
    )
    return with_weights(module, layer, weight)


@builds("nn.VolumetricFullConvolution", "cudnn.VolumetricFullConvolution")
def _full_convolution(layer: Layer) -> nn.Module:
    inputs, outputs = channels(layer)
    kernel, stride = _triple(layer, "k", least=1), _triple(layer, "d", 1, least=1)
    extra = _triple(layer, "adj", 0, least=0)
    if any(one >= step for one, step in zip(extra, stride, strict=True)):
        raise layer.error(f"adjT, adjH and adjW, {extra}, must be less than the stride, {stride}")
    if layer.has("adjW") or layer.class_name.startswith("cudnn."):
        weight = layer.tensor("weight", like=(inputs, outputs, *kernel))
        padding = _triple(layer, "pad", 0, least=0)
    else:  # old files have the outputs first, and the padding under other names
        weight = layer.tensor("weight", like=(outputs, inputs, *kernel)).transpose(0, 1)
        padding = _triple(layer, "pad" if layer.has("padT") else "p", 0, least=0)
    module = nn.ConvTranspose3d(
        inputs,
        outputs,
        kernel,
        stride=stride,
        padding=padding,
        output_padding=extra,
        bias=layer.has("bias"),
        device="meta",
    )
    return with_weights(module, layer, weight)


@builds("nn.VolumetricMaxPooling", "cudnn.VolumetricMaxPooling", "nn.VolumetricDilatedMaxPooling")
def _max_pooling(layer: Layer) -> nn.Module:
    return nn.MaxPool3d(**geometry(layer, "THW"), dilation=_triple(layer, "dilation", 1, least=1))


@builds("nn.VolumetricAveragePooling", "cudnn.VolumetricAveragePooling")
def _average_pooling(layer: Layer) -> nn.Module:
    shape = geometry(layer, "THW")
    module = nn.AvgPool3d(**shape, count_include_pad=counts_padding(layer))
    if layer.flag("divide", True):
        return module
    return nn.Sequential(module, MulConstant(math.prod(shape["kernel_size"])))

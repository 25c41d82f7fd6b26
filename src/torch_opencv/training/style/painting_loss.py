"""How far images are from a painting's style and from the scenes they should show.

The usual measure, Gram matrices of VGG's activations (Gatys, Ecker and Bethge, 2015, https://arxiv.org/abs/1508.06576),
needs 500 MB of weights. Here the activations are EfficientNet-Lite0's, of which the first half suffices. A residual
network's few very large activations would decide everything, so they are softened first, as Wang, Li and Vasconcelos
found necessary ("Rethinking and Improving the Robustness of Image Style Transfer", 2021, https://arxiv.org/abs/2104.05623).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812 (PyTorch's own name for it)
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

from torch_opencv import weights
from torch_opencv.nets.efficientnet_lite0 import EfficientNetLite0

_STYLE_BLOCKS: Final = (0, 2, 4, 7)  # besides the stem
_WEIGHTS: Final = (0.5, 1.0, 1.0, 1.5, 2.0)  # of the levels: the coarse ones have the strokes, the fine ones the grain
_SCENE_LEVEL: Final = 3  # block 4, as a position in what Activations gives
_LUMINANCE: Final = (0.299, 0.587, 0.114)


class Terms(NamedTuple):
    """The parts of the loss, each a scalar: style and scene in shares of what there is to match, light in 0..1."""

    style: Tensor
    scene: Tensor
    light: Tensor


class Activations(nn.Module):
    """What EfficientNet-Lite0 sees in images: softened activations after the stem and blocks 0, 2, 4 and 7.

    Input: (N, 3, H, W) RGB in 0..1. Output: five tensors of 32, 16, 24, 40 and 80 channels at 1/2 to 1/16 of the size.
    Padding is symmetric, unlike the classifier's, and batch normalisation is folded into the convolutions.

    Raises:
        WeightsError: the weights can't be had.
    """

    def __init__(self) -> None:
        super().__init__()
        network = EfficientNetLite0()
        network.load_published(torch.load(weights.path("efficientnet-lite0"), map_location="cpu", weights_only=True))
        self.stem = _folded(network.conv_stem, network.bn0)
        self.blocks = nn.ModuleList(_Block(block) for block in list(network.blocks)[: _STYLE_BLOCKS[-1] + 1])
        self.eval().requires_grad_(False)

    def forward(self, images: Tensor) -> list[Tensor]:
        """What the network sees.

        Args:
            images: (N, 3, H, W), RGB in 0..1.

        Returns:
            The activations, finest first.
        """
        x = F.relu6(self.stem((images * 255 - 127) / 128))
        levels = [x]
        for index, block in enumerate(self.blocks):
            x = block(x)
            if index in _STYLE_BLOCKS:
                levels.append(x)
        return [3 * torch.tanh(level / 3) for level in levels]


class _Block(nn.Module):
    def __init__(self, block: Any) -> None:  # EfficientNetLite0's
        super().__init__()
        self.expand = _folded(block.expand_conv, block.bn0) if block.expands else None
        self.depthwise = _folded(block.depthwise_conv, block.bn1)
        self.project = _folded(block.project_conv, block.bn2)
        self.adds_input = bool(block.adds_input)

    def forward(self, x: Tensor) -> Tensor:
        y = x if self.expand is None else F.relu6(self.expand(x))
        y = self.project(F.relu6(self.depthwise(y)))
        result: Tensor = x + y if self.adds_input else y
        return result


class PaintingLoss(nn.Module):
    """The distance between what a network painted and what it should have.

    Args:
        paintings: the painting at one or several sizes, each (3, H, W) RGB in 0..1; their Gram matrices are averaged,
            so that strokes of all those sizes count.
    """

    def __init__(self, paintings: Sequence[Tensor]) -> None:
        super().__init__()
        self.activations = Activations()
        scales = [[_gram(level)[0] for level in self.activations(painting[None])] for painting in paintings]
        for index, grams in enumerate(zip(*scales, strict=True)):
            self.register_buffer(f"gram{index}", torch.stack(grams).mean(0))
        self.register_buffer("luminance", torch.tensor(_LUMINANCE).reshape(1, 3, 1, 1))

    def forward(self, painted: Tensor, photographs: Tensor) -> Terms:
        """How far images are from the style, and from their scenes.

        Args:
            painted: (N, 3, H, W), RGB in 0..1.
            photographs: what they were made of, of the same shape.

        Returns:
            The terms, a scalar each.
        """
        seen = self.activations(painted)
        with torch.no_grad():
            scene = self.activations(photographs)[_SCENE_LEVEL]
        style = sum(
            weight
            * (_gram(level) - self.get_buffer(f"gram{index}")).square().sum((1, 2)).mean()
            / self.get_buffer(f"gram{index}").square().sum()
            for index, (level, weight) in enumerate(zip(seen, _WEIGHTS, strict=True))
        )
        return Terms(
            style=torch.as_tensor(style),
            scene=(seen[_SCENE_LEVEL] - scene).square().mean() / scene.square().mean(),
            light=(self._light(painted) - self._light(photographs)).square().mean(),
        )

    def _light(self, images: Tensor) -> Tensor:
        luminance = (images * self.get_buffer("luminance")).sum(1, keepdim=True)
        return F.avg_pool2d(luminance, 8, 4)


def _gram(level: Tensor) -> Tensor:
    """(N, C, H, W) to (N, C+1, C+1): how often channels are active together, and, with the constant one, at all."""
    x = level.flatten(2)
    x = torch.cat([x, torch.ones_like(x[:, :1])], 1)
    return x @ x.transpose(1, 2) / x.shape[2]


def _folded(conv: nn.Module, norm: nn.Module) -> nn.Conv2d:
    """One convolution that does what the two do in evaluation mode, but for the padding, which is symmetric."""
    assert isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d)
    assert norm.running_mean is not None and norm.running_var is not None
    kernel, stride = conv.kernel_size[0], conv.stride[0]
    plain = nn.Conv2d(conv.in_channels, conv.out_channels, kernel, stride, kernel // 2, groups=conv.groups)
    weight, bias = fuse_conv_bn_weights(
        conv.weight, None, norm.running_mean, norm.running_var, norm.eps, norm.weight, norm.bias
    )
    plain.weight, plain.bias = weight, bias
    return plain

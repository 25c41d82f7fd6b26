"""The frozen network that sees: EfficientNet-Lite0, as features for the captioner."""

from __future__ import annotations

from typing import Final

import torch
import torch.nn.functional as F  # noqa: N812 (PyTorch's own name for it)
from torch import Tensor, nn

import torch_opencv as cv
from torch_opencv import weights
from torch_opencv.nets.efficientnet_lite0 import EfficientNetLite0

NAME: Final = "efficientnet-lite0"
SIZE: Final = 224
CHANNELS: Final = 1280
MEAN: Final = (127.0, 127.0, 127.0)
STD: Final = (128.0, 128.0, 128.0)


class Backbone(nn.Module):
    """Images to features.

    Input: float (N, 3, 224, 224), RGB, (value - 127) / 128 with values in 0..255.
    Output: float (N, 50, 1280): first the mean over the image, then the 7x7 positions, row by row.
    """

    def __init__(self, network: EfficientNetLite0) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> Tensor:
        """(N, 3, 224, 224) images to (N, 50, 1280) features."""
        network = self.network
        x = network.blocks(F.relu6(network.bn0(network.conv_stem(images))))
        x = F.relu6(network.bn1(network.conv_head(x)))
        mean = x.mean((2, 3))
        return torch.cat([mean[:, None], x.flatten(2).transpose(1, 2)], dim=1)


def preprocess(frame: Tensor) -> Tensor:
    """See `AttentionCaptioner.preprocess`."""
    if frame.dtype != torch.uint8 or frame.ndim != 3 or frame.shape[2] != 3 or not frame.numel():
        raise ValueError(f"a frame must be uint8 (H, W, 3), BGR, not {frame.dtype} {tuple(frame.shape)}")
    # As vision.frames does it: OpenCV's other ways to shrink skip pixels.
    shrinks = min(frame.shape[:2]) >= SIZE
    scaled = cv.resize(frame, (SIZE, SIZE), interpolation=cv.INTER_AREA if shrinks else cv.INTER_CUBIC)
    rgb = scaled.flip(2).permute(2, 0, 1).float()
    mean, std = (torch.tensor(one, device=frame.device).view(3, 1, 1) for one in (MEAN, STD))
    return (rgb - mean) / std


def load() -> Backbone:
    """The published network, in evaluation mode, without gradients.

    Raises:
        WeightsError: its weights can't be had.
    """
    network = EfficientNetLite0()
    network.load_published(torch.load(weights.path(NAME), map_location="cpu", weights_only=True))
    return Backbone(network).eval().requires_grad_(False)

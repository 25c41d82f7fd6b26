"""A face detector, after face-api's SsdMobilenetv1: SSD (Liu et al. 2016) on MobileNet (Howard et al. 2017)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import torch
import torch.nn.functional as F  # noqa: N812 (PyTorch's own name for it)
from torch import Tensor, nn

from torch_opencv.nets.faceapi.blocks import Normalise, SameConv2d

_BATCH_NORM_EPS: Final = 0.0010000000474974513  # as published; some variances are next to nothing, so it matters
_CHANNELS: Final = (32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
_STRIDED: Final = (2, 4, 6, 12)  # those of the 13 pairs that halve the size
# Inputs, outputs and kernel of the convolutions after the last pair; those of 3x3 halve the size.
_HEAD: Final = (
    (1024, 256, 1),
    (256, 512, 3),
    (512, 128, 1),
    (128, 256, 3),
    (256, 128, 1),
    (128, 256, 3),
    (256, 64, 1),
    (64, 128, 3),
)
# Channels of the six maps that faces are found on, and anchors in each of their cells.
_PREDICTORS: Final = ((512, 3), (1024, 6), (512, 6), (256, 6), (256, 6), (128, 6))
_CLASSES: Final = 3  # background, face, and one that is not used
_FACE: Final = 1
SIZE: Final = 512


class SsdMobilenet(nn.Module):
    """Images to candidates for faces; 5.6 million parameters.

    Input: float (N, 3, 512, 512), RGB, values in 0..255: the image, padded below or at the right.
    Output: float (N, 5118, 4) and (N, 5118), how far boxes are from the anchors, and whether there is a face in them;
    `decode` makes boxes and scores of them.
    """

    anchors: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.normalise = Normalise((127.5, 127.5, 127.5), 127.5)
        self.conv0 = SameConv2d(3, 32, 3, 2)
        self.pairs = nn.ModuleList(
            _Pair(_CHANNELS[i - 1], _CHANNELS[i], stride=2 if i in _STRIDED else 1) for i in range(1, 14)
        )
        self.head = nn.ModuleList(SameConv2d(i, o, kernel, 2 if kernel == 3 else 1) for i, o, kernel in _HEAD)
        self.box_predictors = nn.ModuleList(nn.Conv2d(channels, 4 * count, 1) for channels, count in _PREDICTORS)
        self.class_predictors = nn.ModuleList(
            nn.Conv2d(channels, _CLASSES * count, 1) for channels, count in _PREDICTORS
        )
        self.register_buffer("anchors", torch.zeros(5118, 4))  # top, left, bottom, right

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 3, 512, 512) images to (N, 5118, 4) offsets and (N, 5118) logits."""
        maps = self._maps(self.normalise(images))
        offsets = torch.cat([_per_anchor(p(x), 4) for p, x in zip(self.box_predictors, maps, strict=True)], dim=1)
        logits = torch.cat(
            [_per_anchor(p(x), _CLASSES) for p, x in zip(self.class_predictors, maps, strict=True)], dim=1
        )
        return offsets, logits[..., _FACE]

    def decode(self, offsets: Tensor, logits: Tensor) -> tuple[Tensor, Tensor]:
        """The network's output as candidates.

        Returns:
            Boxes (N, 5118, 4), left, top, width and height, as parts of the square's side, beyond which they may go;
            scores (N, 5118) in 0..1.

        """
        start, end = self.anchors[:, :2], self.anchors[:, 2:]
        size, centre = end - start, (start + end) / 2
        centre = offsets[..., :2] / 10 * size + centre
        size = torch.exp(offsets[..., 2:] / 5) * size
        boxes = torch.cat(((centre - size / 2).flip(-1), size.flip(-1)), dim=-1)
        return boxes, torch.sigmoid(logits)

    def _maps(self, x: Tensor) -> list[Tensor]:
        x = F.relu6(self.conv0(x))
        maps = []
        for index, pair in enumerate(self.pairs, start=1):
            x = pair(x)
            if index in (11, 13):
                maps.append(x)
        for index, conv in enumerate(self.head):
            x = F.relu6(conv(x))
            if index % 2:
                maps.append(x)
        return maps

    def load_published(self, tensors: Mapping[str, Tensor]) -> None:
        """Take the published weights, as `formats.tfjs.load` reads them.

        The depthwise convolutions' batch norms become part of them.

        Raises:
            RuntimeError: the weights don't fit.
        """
        try:
            self.load_state_dict(_state(tensors))
        except KeyError as error:
            raise RuntimeError(f"there is no {error.args[0]} among the weights") from None


class _Pair(nn.Module):
    def __init__(self, inputs: int, outputs: int, *, stride: int) -> None:
        super().__init__()
        self.depthwise = SameConv2d(inputs, inputs, 3, stride, groups=inputs)
        self.pointwise = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu6(self.pointwise(F.relu6(self.depthwise(x))))


def _per_anchor(x: Tensor, numbers: int) -> Tensor:
    """(N, anchors * numbers, H, W) to (N, H * W * anchors, numbers)."""
    anchors = x.shape[1] // numbers * x.shape[2] * x.shape[3]
    return x.permute(0, 2, 3, 1).reshape(-1, anchors, numbers)


def _state(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    state = {"anchors": tensors["Output/extra_dim"][0]}

    def conv(name: str, weights: str, bias: str) -> None:
        state[f"{name}.weight"] = tensors[weights].permute(3, 2, 0, 1).contiguous()
        state[f"{name}.bias"] = tensors[bias]

    def pointwise(name: str, published: str) -> None:
        conv(name, f"{published}/weights", f"{published}/convolution_bn_offset")

    pointwise("conv0", "MobilenetV1/Conv2d_0_pointwise")
    for index in range(1, 14):
        published = f"MobilenetV1/Conv2d_{index}"
        depthwise = _folded(tensors, f"{published}_depthwise")
        state[f"pairs.{index - 1}.depthwise.weight"], state[f"pairs.{index - 1}.depthwise.bias"] = depthwise
        pointwise(f"pairs.{index - 1}.pointwise", f"{published}_pointwise")
    for index in range(len(_HEAD)):
        pointwise(f"head.{index}", f"Prediction/Conv2d_{index}_pointwise")
    for index in range(len(_PREDICTORS)):
        for name, published in (("box", "BoxEncodingPredictor"), ("class", "ClassPredictor")):
            layer = f"Prediction/BoxPredictor_{index}/{published}"
            conv(f"{name}_predictors.{index}", f"{layer}/weights", f"{layer}/biases")
    return state


def _folded(tensors: Mapping[str, Tensor], layer: str) -> tuple[Tensor, Tensor]:
    """Weight and bias of a depthwise convolution and its batch norm in one."""
    gamma, beta, mean, variance = (
        tensors[f"{layer}/BatchNorm/{part}"].double() for part in ("gamma", "beta", "moving_mean", "moving_variance")
    )
    scale = gamma / torch.sqrt(variance + _BATCH_NORM_EPS)
    weight = tensors[f"{layer}/depthwise_weights"].permute(2, 3, 0, 1) * scale[:, None, None, None]
    return weight.float().contiguous(), (beta - mean * scale).float()

"""A small face detector, after face-api's TinyFaceDetector, itself after YOLO (Redmon and Farhadi 2017)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import torch
import torch.nn.functional as F  # noqa: N812 (PyTorch's own name for it)
from torch import Tensor, nn

from torch_opencv.nets.faceapi.blocks import max_pool_same, published_state, with_normalisation

_MEAN, _SCALE = (117.001, 114.697, 97.404), 255.0  # by which images are normalised
_SLOPE: Final = 0.10000000149  # of the leaky ReLU, as published
# Width and height of the five shapes that a face is looked for in, in cells of the grid.
_ANCHORS: Final = (
    (1.603231, 2.094468),
    (6.041143, 7.080126),
    (2.882459, 3.518061),
    (4.266906, 5.178857),
    (9.041765, 10.66308),
)


class TinyFaceDetector(nn.Module):
    """Images to candidates for faces; 193 thousand parameters.

    Input: float (N, 3, S, S), RGB, values in 0..255, S a multiple of 32: the image, padded below or at the right.
    Output: float (N, 25, S / 32, S / 32), of which `decode` makes boxes.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv0 = nn.Conv2d(3, 16, 3)
        self.convs = nn.ModuleList(_PaddedSeparable(16 << index, 32 << index) for index in range(5))
        self.conv8 = nn.Conv2d(512, 5 * len(_ANCHORS), 1)

    def forward(self, images: Tensor) -> Tensor:
        """(N, 3, S, S) images to a grid (N, 25, S / 32, S / 32)."""
        x = F.leaky_relu(self.conv0(images.to(self.conv0.weight.dtype)), _SLOPE)
        for conv in self.convs:
            x = F.leaky_relu(conv(max_pool_same(x, 2, 2)), _SLOPE)
        y: Tensor = self.conv8(max_pool_same(x, 2, 1))
        return y

    @staticmethod
    def decode(grid: Tensor) -> tuple[Tensor, Tensor]:
        """The network's output as candidates.

        Args:
            grid: (N, 25, cells, cells): per anchor x and y of the centre within the cell, width, height, and whether
                there is a face, all of them before their non-linearity.

        Returns:
            Boxes (N, K, 4), left, top, width and height, as parts of the square's side; scores (N, K) in 0..1; K is
            5 * cells * cells.

        """
        cells = grid.shape[-1]
        x = grid.reshape(-1, len(_ANCHORS), 5, cells, cells)
        x = x.permute(0, 3, 4, 1, 2)  # N, row, column, anchor, the five numbers
        index = torch.arange(cells, device=grid.device, dtype=grid.dtype)
        corner = torch.stack((index[None, :].expand(cells, cells), index[:, None].expand(cells, cells)), dim=-1)
        centre = (corner[:, :, None] + torch.sigmoid(x[..., :2])) / cells
        size = torch.exp(x[..., 2:4]) * torch.tensor(_ANCHORS, device=grid.device) / cells
        boxes = torch.cat((centre - size / 2, size), dim=-1)
        return boxes.flatten(1, 3), torch.sigmoid(x[..., 4]).flatten(1, 3)

    def load_published(self, tensors: Mapping[str, Tensor]) -> None:
        """Take the published weights, as `formats.tfjs.load` reads them; RuntimeError if they don't fit.

        The images' normalisation becomes part of the first convolution.
        """
        state = published_state(tensors, {f"conv{index + 1}/": f"convs/{index}/" for index in range(5)})
        first = {"conv0.weight", "conv0.bias"}
        if first <= state.keys():
            state["conv0.weight"], state["conv0.bias"] = with_normalisation(
                state["conv0.weight"], state["conv0.bias"], _MEAN, _SCALE
            )
        self.load_state_dict(state)


class _PaddedSeparable(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs, bias=False)
        self.pointwise = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.pointwise(self.depthwise(x))
        return y

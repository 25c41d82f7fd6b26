"""A face's age and gender, after face-api's AgeGenderNet, a small Xception (Chollet 2017)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import torch.nn.functional as F  # noqa: N812 (PyTorch's own name for it)
from torch import Tensor, nn

from torch_opencv.nets.faceapi.blocks import Normalise, SameConv2d, SeparableConv2d, max_pool_same, published_state

GENDERS: Final = ("male", "female")


class AgeGender(nn.Module):
    """Faces to age and gender; 422 thousand parameters.

    Input: float (N, 3, 112, 112), RGB, values in 0..255: a face's aligned box, padded to a square in the middle.
    Output: age in years, float (N,), which isn't bounded; gender, float (N, 2), before softmax, as in `GENDERS`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.normalise = Normalise((122.782, 117.001, 104.298), 255)
        self.conv_in = SameConv2d(3, 32, 3, 2)
        self.reductions = nn.ModuleList([_Reduction(32, 64), _Reduction(64, 128), _Reduction(128, 256)])
        self.middle = nn.Sequential(_Residual(128), _Residual(128))
        self.separable_conv = SeparableConv2d(256, 512)
        self.age = nn.Linear(512, 1)
        self.gender = nn.Linear(512, 2)

    def forward(self, faces: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 3, 112, 112) faces to (N,) years and (N, 2) logits."""
        x = F.relu(self.conv_in(self.normalise(faces)))
        x = self.reductions[0](x, x)
        x = self.reductions[1](F.relu(x), x)
        x = self.middle(x)
        x = self.reductions[2](F.relu(x), x)
        features = F.relu(self.separable_conv(x)).mean(dim=(2, 3))
        return self.age(features).flatten(), self.gender(features)

    def load_published(self, tensors: Mapping[str, Tensor]) -> None:
        """Take the published weights, as `formats.tfjs.load` reads them.

        Raises:
            RuntimeError: they don't fit.
        """
        names = {
            "entry_flow/reduction_block_": "reductions/",
            "exit_flow/reduction_block/": "reductions/2/",
            "middle_flow/main_block_": "middle/",
            "entry_flow/": "",
            "exit_flow/": "",
            "fc/": "",
        }
        self.load_state_dict(published_state(tensors, names))


class _Reduction(nn.Module):
    """Halves the size. The convolutions may see another (rectified) input than the shortcut."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.separable_conv0 = SeparableConv2d(inputs, outputs)
        self.separable_conv1 = SeparableConv2d(outputs, outputs)
        self.expansion_conv = SameConv2d(inputs, outputs, 1, 2)

    def forward(self, x: Tensor, shortcut: Tensor) -> Tensor:
        x = self.separable_conv1(F.relu(self.separable_conv0(x)))
        y: Tensor = max_pool_same(x, 3, 2) + self.expansion_conv(shortcut)
        return y


class _Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        for index in range(3):
            self.add_module(f"separable_conv{index}", SeparableConv2d(channels, channels))

    def forward(self, x: Tensor) -> Tensor:
        y = x
        for conv in self.children():
            y = conv(F.relu(y))
        return x + y

"""128 numbers that tell faces apart, after face-api's FaceRecognitionNet, which has dlib's ResNet (Davis King 2017)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import torch
import torch.nn.functional as F  # noqa: N812 (PyTorch's own name for it)
from torch import Tensor, nn

from torch_opencv.nets.faceapi.blocks import Normalise, published_state

# Names, inputs and outputs of the blocks, in order; those called down halve the size.
_BLOCKS: Final = (
    ("conv32_1", 32, 32),
    ("conv32_2", 32, 32),
    ("conv32_3", 32, 32),
    ("conv64_down", 32, 64),
    ("conv64_1", 64, 64),
    ("conv64_2", 64, 64),
    ("conv64_3", 64, 64),
    ("conv128_down", 64, 128),
    ("conv128_1", 128, 128),
    ("conv128_2", 128, 128),
    ("conv256_down", 128, 256),
    ("conv256_1", 256, 256),
    ("conv256_2", 256, 256),
    ("conv256_down_out", 256, 256),
)


class Descriptor(nn.Module):
    """Faces to descriptors; 5.6 million parameters.

    Input: float (N, 3, 150, 150), RGB, values in 0..255: `boxes.descriptor_box`, padded to a square in the middle.
    Output: float (N, 128). Faces whose descriptors are less than 0.6 apart (Euclidean) are taken for one person's. They
    are not normalised, and must not be for that threshold.
    """

    def __init__(self) -> None:
        super().__init__()
        self.normalise = Normalise((122.782, 117.001, 104.298), 255)
        self.conv32_down = nn.Conv2d(3, 32, 7, 2)
        self.blocks = nn.Sequential()
        for name, inputs, outputs in _BLOCKS:
            self.blocks.add_module(name, (_Down if "down" in name else _Residual)(inputs, outputs))
        self.fc = nn.Linear(256, 128, bias=False)

    def forward(self, faces: Tensor) -> Tensor:
        """(N, 3, 150, 150) faces to (N, 128) descriptors."""
        x = F.relu(self.conv32_down(self.normalise(faces)))
        x = self.blocks(F.max_pool2d(x, 3, 2))
        y: Tensor = self.fc(x.mean(dim=(2, 3)))
        return y

    def load_published(self, tensors: Mapping[str, Tensor]) -> None:
        """Take the published weights, as `formats.tfjs.load` reads them.

        After each convolution they have a scale and a shift per channel (a batch norm without its statistics), which
        become part of it here.

        Raises:
            RuntimeError: they don't fit.
        """
        folded = {name: tensor for name, tensor in tensors.items() if "/" not in name}
        for name, filters in tensors.items():
            unit, found, _ = name.rpartition("/conv/filters")
            if not found:
                continue
            try:
                bias, scale, shift = (
                    tensors[f"{unit}/{part}"].double() for part in ("conv/bias", "scale/weights", "scale/biases")
                )
            except KeyError as error:
                raise RuntimeError(f"there is no {error.args[0]} among the weights") from None
            folded[f"{unit}/filters"] = (filters * scale).float()  # the last dimension is that of output channels
            folded[f"{unit}/bias"] = (bias * scale + shift).float()
        names = {f"{name}/": f"blocks/{name}/" for name, *_ in _BLOCKS}
        state = published_state(folded, names)
        state["fc.weight"] = state.pop("fc").T if "fc" in state else torch.empty(0)
        self.load_state_dict(state)


class _Residual(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.conv2(F.relu(self.conv1(x))) + x)


class _Down(nn.Module):
    """Halves the size; what one path lacks in rows, columns or channels is zero."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, 2)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv2(F.relu(self.conv1(x)))
        shortcut = F.avg_pool2d(x, 2, 2)
        below, right = shortcut.shape[2] - y.shape[2], shortcut.shape[3] - y.shape[3]
        if below or right:
            y = F.pad(y, (0, right, 0, below))
        channels = y.shape[1] - shortcut.shape[1]
        if channels:
            shortcut = F.pad(shortcut, (0, 0, 0, 0, 0, channels))
        return F.relu(y + shortcut)

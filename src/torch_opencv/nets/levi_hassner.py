"""Age and gender after Levi and Hassner, "Age and gender classification using convolutional neural networks" (2015).

https://talhassner.github.io/home/publication/2015_CVPR. Two networks of the same shape, trained on Adience: the age as
one of eight groups, and the gender. Their weights are Caffe's (`formats.caffemodel`), with a mean image.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import torch
import torch.nn.functional as F  # noqa: N812 (PyTorch's own name for it)
from torch import Tensor, nn

AGE_GROUPS: Final = ((0, 2), (4, 6), (8, 13), (15, 20), (25, 32), (38, 43), (48, 53), (60, 100))
GENDERS: Final = ("male", "female")
MEAN_SIZE: Final = 256  # of the mean image, and of the faces before they are cropped
SIZE: Final = 227


class LeviHassner(nn.Module):
    """Faces to classes; 11.4 million parameters.

    Input: float (N, 3, 227, 227), BGR, values in 0..255 less the mean image's central part.
    Output: float (N, classes), before softmax: 8 in the order of `AGE_GROUPS`, or 2 in that of `GENDERS`.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 96, 7, 4)
        self.conv2 = nn.Conv2d(96, 256, 5, padding=2)
        self.conv3 = nn.Conv2d(256, 384, 3, padding=1)
        self.fc6 = nn.Linear(384 * 7 * 7, 512)
        self.fc7 = nn.Linear(512, 512)
        self.fc8 = nn.Linear(512, classes)

    def forward(self, faces: Tensor) -> Tensor:
        """(N, 3, 227, 227) faces to (N, classes) logits. (Dropout is only for training, and left out.)"""
        x = _normalised(_pooled(F.relu(self.conv1(faces.to(self.fc8.weight.dtype)))))
        x = _normalised(_pooled(F.relu(self.conv2(x))))
        x = _pooled(F.relu(self.conv3(x)))
        x = F.relu(self.fc6(x.flatten(1)))
        y: Tensor = self.fc8(F.relu(self.fc7(x)))
        return y

    def load_published(self, layers: Mapping[str, Sequence[Tensor]]) -> None:
        """Take weights by layer, kernel and bias, as Caffe has them.

        Matrices may have leading dimensions of one, and so may biases, as Caffe wrote them until 2014.

        Raises:
            RuntimeError: a layer is missing or has other sizes.
        """
        state = {}
        for name, layer in self.named_children():
            blobs = layers.get(name, ())
            if len(blobs) != 2:
                raise RuntimeError(f"the layer {name} must have a kernel and a bias, not {len(blobs)} blobs")
            for kind, blob in zip(("weight", "bias"), blobs, strict=True):
                wanted: Tensor = getattr(layer, kind)
                if blob.numel() != wanted.numel() or _without_ones(blob) != _without_ones(wanted):
                    raise RuntimeError(f"{kind} of {name} is {tuple(blob.shape)} instead of {tuple(wanted.shape)}")
                state[f"{name}.{kind}"] = blob.reshape(wanted.shape)
        self.load_state_dict(state)


def central(image: Tensor) -> Tensor:
    """The central part of a mean image (..., 256, 256) that belongs to what the network is given: (..., 227, 227)."""
    start = (MEAN_SIZE - SIZE) // 2
    return image[..., start : start + SIZE, start : start + SIZE]


def _without_ones(tensor: Tensor) -> list[int]:
    return [size for size in tensor.shape if size != 1]


def _pooled(x: Tensor) -> Tensor:
    # Caffe rounds the size up: the last windows hang over the edge.
    return F.max_pool2d(x, 3, 2, ceil_mode=True)


def _normalised(x: Tensor) -> Tensor:
    """Local response normalisation over five neighbouring channels (Krizhevsky et al. 2012, section 3.3).

    As PyTorch's local_response_norm with its default numbers, but by a sum of slices: ten times as fast when compiled.
    """
    channels = x.shape[1]
    squares = F.pad(x * x, (0, 0, 0, 0, 2, 2))
    total = squares[:, :channels]
    for offset in range(1, 5):
        total = total + squares[:, offset : offset + channels]
    return x / torch.pow(1 + 1e-4 / 5 * total, 0.75)

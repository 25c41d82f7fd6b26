"""The detector: ridge regression from an image's mean features to how many of its captions say each word.

It is solved at once and exactly. On few images that is better than gradient descent: in a first comparison its mean
average precision for 400 words was 0.28 against 0.24.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

_RIDGE: Final = 10.0
_FOLDS: Final = 5
_LEAST_DEVIATION: Final = 1e-2


@dataclass(frozen=True)
class Ridge:
    """A linear function: `inputs @ weight + bias`."""

    weight: Tensor
    bias: Tensor

    def __call__(self, inputs: Tensor) -> Tensor:
        """(..., D) inputs to (..., concepts), not limited to 0..1."""
        return inputs @ self.weight + self.bias


def fit(views: Tensor, targets: Tensor) -> Ridge:
    """The regression for images.

    Args:
        views: (V, N, D), the mean features of V views of N images.
        targets: (N, concepts), shares of 1.
    """
    inputs = views.flatten(0, 1).double()
    middle, deviation = inputs.mean(0), inputs.std(0, correction=0) + _LEAST_DEVIATION
    inputs = (inputs - middle) / deviation
    wanted = targets.double().repeat(len(views), 1)
    usual = wanted.mean(0)
    # In the smaller of the two spaces, features' or images'; the results are the same.
    count, channels = inputs.shape
    ridge = _RIDGE * channels
    if count < channels:
        kernel = inputs @ inputs.T
        weight = inputs.T @ torch.linalg.solve(kernel + ridge * torch.eye(count, dtype=kernel.dtype), wanted - usual)
    else:
        kernel = inputs.T @ inputs
        weight = torch.linalg.solve(
            kernel + ridge * torch.eye(channels, dtype=kernel.dtype), inputs.T @ (wanted - usual)
        )
    weight = weight / deviation[:, None]
    return Ridge(weight.float(), (usual - middle @ weight).float())


def out_of_fold(views: Tensor, targets: Tensor) -> Tensor:
    """What the detector says of images that it wasn't fitted to: each fifth by one that was fitted to the others.

    What it says of its own images is nearly the truth; who learns from that to trust it will be misled by it later.

    Args:
        views, targets: see `fit`; of two images at least.

    Returns:
        (V, N, concepts), not limited to 0..1.
    """
    count = views.shape[1]
    said = torch.empty(*views.shape[:2], targets.shape[1])
    folds = torch.arange(count) % min(_FOLDS, count)
    for fold in range(min(_FOLDS, count)):
        inside, others = folds == fold, folds != fold
        said[:, inside] = fit(views[:, others], targets[others])(views[:, inside])
    return said

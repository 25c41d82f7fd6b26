"""A classifier of the user's own, given as a torch.nn.Module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor, nn

import torch_opencv as cv
from torch_opencv.errors import first_line
from torch_opencv.vision.classify.model import ClassificationModel
from torch_opencv.vision.errors import ModelError

# What torchvision's ImageNet networks, and most that were made after them, are trained with.
_SIZE: Final = (224, 224)
_CROP: Final = 0.875
_MEAN: Final = (123.675, 116.28, 103.53)
_STD: Final = (58.395, 57.12, 57.375)


def load(module: nn.Module, names: Sequence[str] | None) -> ClassificationModel:
    """The model for a module that takes what torchvision's ImageNet classifiers take.

    Args:
        module: (N, 3, 224, 224) float32 RGB inputs, (value / 255 - mean) / std with ImageNet's mean and std, to
            (N, classes) logits. It stays as it is.
        names: those of the classes, in the order of the outputs; None: "class 0" and so on.

    Raises:
        ModelError: the module isn't such a one, or there aren't as many labels as outputs.

    """
    count = _outputs(module)
    if names is not None and len(names) != count:
        raise ModelError(f"there are {len(names)} labels, but {type(module).__name__} has {count} outputs")
    names = names if names is not None else [f"class {i}" for i in range(count)]
    return ClassificationModel(
        network=module,
        classes=[(None, name) for name in names],
        size=_SIZE,
        crop=_CROP,
        mean=_MEAN,
        std=_STD,
        upsampling=cv.INTER_LINEAR,
    )


def _outputs(module: nn.Module) -> int:
    """How many classes it tells apart, found out with two blank images."""
    name = type(module).__name__
    parameter = next(module.parameters(), torch.zeros(()))
    modes = {one: one.training for one in module.modules()}
    module.eval()
    try:
        with torch.no_grad():
            output = module(torch.zeros(2, 3, *_SIZE, device=parameter.device))
    except Exception as error:  # whatever a module for something else makes of them
        raise ModelError(f"{name} doesn't take float32 inputs of (N, 3, 224, 224): {first_line(error)}") from None
    finally:
        for one, training in modes.items():
            one.training = training
    if not isinstance(output, Tensor) or output.ndim != 2 or output.shape[0] != 2:
        what = f"a tensor of {tuple(output.shape)}" if isinstance(output, Tensor) else type(output).__name__
        raise ModelError(f"{name} must give (N, classes) logits, but gives {what} for two images")
    return output.shape[1]

"""Classifiers in Torch7 files: the original demo's Network in Network, and others like it.

As in the demo, the whole center crop is taken and made 224x224, RGB, (value / 255 - mean) / std. Mean and
std are the file's: the field `transform`, `{mean = ..., std = ...}`, of the network or beside it, as tables or tensors.
Without it, they are those that Torch7's ImageNet networks were trained with, as fb.resnet.torch's
(https://github.com/facebookarchive/fb.resnet.torch). The names of the classes are those of a `synset.t7` beside the
file, or, of a network with 1,000 outputs, ImageNet's, which are the same as in the demo's `synset.t7`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn

import torch_opencv as cv
from torch_opencv import t7
from torch_opencv.errors import first_line
from torch_opencv.t7.layers.transfer import SoftMax
from torch_opencv.vision.classify import imagenet
from torch_opencv.vision.classify.model import ClassificationModel
from torch_opencv.vision.errors import ModelError

_SIZE: Final = 224
_MEAN: Final = (0.485, 0.456, 0.406)
_STD: Final = (0.229, 0.224, 0.225)
_NAMES: Final = "synset.t7"


def load(path: Path) -> ClassificationModel:
    """The model for a classifier in a Torch7 file.

    Args:
        path: the file.

    Raises:
        ModelError: there is none in it.
    """
    try:
        content = t7.load(path)
        t7.check_forward(path, (2, 3, _SIZE, _SIZE))
        network = t7.fold_batch_norms(t7.network(content)).float()
    except t7.T7Error as error:
        text = str(error)
        raise ModelError(text if str(path) in text else f"{path}: {text}") from None
    except OSError as error:
        raise ModelError(f"{path} can't be read: {error.strerror or error}") from None
    if isinstance(network, nn.Sequential) and len(network) and isinstance(network[-1], SoftMax):
        # Its own last layer would come before the classifier's. Without it, and the logarithm's, there are logits.
        network = network[:-1]
    network = nn.Sequential(network, nn.Flatten())
    mean, std = _transform(content, path)
    return ClassificationModel(
        network=network,
        classes=_classes(path, _outputs(network, path)),
        size=(_SIZE, _SIZE),
        crop=1.0,
        mean=mean,
        std=std,
        upsampling=cv.INTER_LINEAR,
    )


def _outputs(network: nn.Module, path: Path) -> int:
    """How many classes it tells apart, found out with two images."""
    problem = f"{path} holds a network that is no classifier of {_SIZE}x{_SIZE} images"
    try:
        with torch.inference_mode():
            output = network(torch.zeros(2, 3, _SIZE, _SIZE))
    except Exception as error:  # whatever a network for something else makes of them
        raise ModelError(f"{problem}: {first_line(error)}") from None
    if not isinstance(output, Tensor) or output.ndim != 2 or output.shape[0] != 2 or not 2 <= output.shape[1] <= 50_000:
        raise ModelError(f"{problem}: it gives {_shape(output)} for two of them")
    return output.shape[1]


def _shape(output: Any) -> str:
    return "x".join(map(str, output.shape)) + " numbers" if isinstance(output, Tensor) else "a table"


def _transform(content: Any, path: Path) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    candidates = [content]
    if isinstance(content, t7.Table):
        candidates += [value for value in content.values() if isinstance(value, t7.Object)]
    transforms = [place.get("transform") for place in candidates if isinstance(place, t7.Table | t7.Object)]
    for transform in transforms:
        if isinstance(transform, t7.Table) and "mean" in transform:
            mean, std = (_three(transform.get(name)) for name in ("mean", "std"))
            if mean is None or std is None or min(std) <= 0:
                raise ModelError(f"{path}: its transform must have a mean and a std of three numbers each")
            return _bytes(mean), _bytes(std)
    return _bytes(_MEAN), _bytes(_STD)


def _three(value: Any) -> tuple[float, float, float] | None:
    numbers = value.array if isinstance(value, t7.Table) else value
    if isinstance(numbers, Tensor):
        numbers = numbers.flatten().tolist() if numbers.numel() == 3 else []
    if not isinstance(numbers, list) or len(numbers) != 3:
        return None
    if not all(isinstance(one, int | float) and math.isfinite(one) for one in numbers):
        return None
    return float(numbers[0]), float(numbers[1]), float(numbers[2])


def _bytes(values: tuple[float, float, float]) -> tuple[float, float, float]:
    """From 0..1 to 0..255."""
    return 255 * values[0], 255 * values[1], 255 * values[2]


def _classes(path: Path, count: int) -> Sequence[tuple[str | None, str]]:
    known = imagenet.classes()
    beside = path.with_name(_NAMES)
    if beside.is_file():
        try:
            content = t7.load(beside)
        except (t7.T7Error, OSError) as error:
            raise ModelError(str(error)) from None
        names = content.array if isinstance(content, t7.Table) else []
        if len(names) != count or not all(isinstance(name, str) for name in names):
            raise ModelError(f"{beside} must be a table of {count} names, as {path.name} has as many classes")
        if names != [one.label for one in known]:
            return [(None, name) for name in names]
    return known if count == len(known) else [(None, f"class {i}") for i in range(1, count + 1)]

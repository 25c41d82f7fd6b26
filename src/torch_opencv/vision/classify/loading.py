"""Networks that a Classifier can be made with, by name, each with what its images must be like."""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import torch
from torch import nn

import torch_opencv as cv
from torch_opencv import weights
from torch_opencv._system.paths import offline
from torch_opencv.errors import first_line
from torch_opencv.nets.efficientnet_lite0 import EfficientNetLite0
from torch_opencv.vision.classify import exported_files, imagenet, own_module, torch7
from torch_opencv.vision.classify.labels import read as read_labels
from torch_opencv.vision.classify.model import ClassificationModel
from torch_opencv.vision.errors import ModelError
from torch_opencv.vision.naming import guess, is_path

NAMES: Final = ("efficientnet-lite0",)  # besides timm:NAME and paths
_TIMM: Final = "timm:"
_INTERPOLATIONS: Final = {
    "nearest": cv.INTER_NEAREST,
    "bilinear": cv.INTER_LINEAR,
    "bicubic": cv.INTER_CUBIC,
    "lanczos": cv.INTER_LANCZOS4,
}


def load(model: str | Path | nn.Module, labels: str | Path | Sequence[str] | None = None) -> ClassificationModel:
    """The model for a name in `NAMES`, "timm:NAME", a path, or a module of the user's own.

    Args:
        model: a name or path, with the published weights in the network; or a module.
        labels: the names of the classes of a module, or of an .onnx or .pt2 file: a list, or a text file.

    Raises:
        ModelError: there is no such model, or it can't be loaded.
        WeightsError: its weights can't be had.

    """
    names = None if labels is None else read_labels(labels)
    if isinstance(model, nn.Module):
        return own_module.load(model, names)
    name = str(model)
    if Path(name).suffix in exported_files.SUFFIXES:
        return exported_files.load(Path(name), names)
    if names is not None:
        raise ModelError(f"{name} has its own labels: labels are for .onnx and .pt2 files and for modules")
    if name == "efficientnet-lite0":
        return _efficientnet_lite0()
    if name.startswith(_TIMM):
        return _timm(name.removeprefix(_TIMM))
    if is_path(model):
        return _torch7(name)
    if name == "nin":
        raise ModelError(
            "the original demo's Network in Network has no address to fetch it from any more: give its file, "
            "as path/to/nin_nobn_final.t7"
        )
    raise ModelError(
        f"there is no model {name!r}: {guess(name, NAMES, cutoff=0.4)}There are {', '.join(NAMES)}, timm:NAME, "
        "or the path of a .t7, .onnx or .pt2 file"
    )


def _efficientnet_lite0() -> ClassificationModel:
    path = weights.path("efficientnet-lite0")
    with torch.device("meta"):  # no random weights, only to be written over
        network = EfficientNetLite0()
    network.load_published(torch.load(path, map_location="cpu", weights_only=True))
    return ClassificationModel(
        network=network,
        classes=imagenet.classes(),
        size=(224, 224),
        crop=0.875,
        mean=(127, 127, 127),
        std=(128, 128, 128),
        upsampling=cv.INTER_CUBIC,
    )


def _torch7(name: str) -> ClassificationModel:
    """A classifier from its .t7 file, such as the original demo's Network in Network."""
    path = Path(name)
    if not path.is_file():
        raise ModelError(f"there is no model file {name}")
    if path.suffix != ".t7":
        raise ModelError(
            f"{name} can't be used as a model: give a .t7, .onnx or .pt2 file, or one of {', '.join(NAMES)}"
        )
    return torch7.load(path)


def _timm(name: str) -> ClassificationModel:
    if offline():
        os.environ["HF_HUB_OFFLINE"] = "1"  # the switch of the client that timm fetches with, read at import
    try:
        import timm  # type: ignore[import-not-found,unused-ignore]
        import timm.data  # type: ignore[import-not-found,unused-ignore]
    except (ImportError, RuntimeError) as error:  # RuntimeError: a torchvision made for another PyTorch
        raise ModelError(f"{_TIMM}{name} needs timm: pip install 'torch-opencv[timm]' ({first_line(error)})") from None
    known = [*timm.list_models(), *timm.list_models(pretrained=True)]
    if name not in known:
        nearest = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
        guess = f"did you mean {', '.join(_TIMM + one for one in nearest)}?" if nearest else "see timm.list_models()"
        raise ModelError(f"timm has no model {name!r}: {guess}")
    try:
        network: nn.Module = timm.create_model(name, pretrained=True)
    except Exception as error:  # the hub's client raises dozens of kinds, from no network to no pretrained weights
        raise ModelError(f"{_TIMM}{name} can't be loaded: {first_line(error)}") from error
    return timm_model(network)


def timm_model(network: Any) -> ClassificationModel:
    """The model that timm's own data configuration gives for one of its networks.

    Images are cropped to their central square, as timm does for its usual crop mode, "center".
    """
    import timm.data

    config = timm.data.resolve_data_config(model=network)
    _, height, width = config["input_size"]
    subset = timm.data.infer_imagenet_subset(network)
    classes: Sequence[tuple[str | None, str]]
    if subset == "imagenet-1k":
        classes = imagenet.classes()
    elif subset:
        info = timm.data.ImageNetInfo(subset)
        classes = [(info.index_to_label_name(i), info.index_to_description(i)) for i in range(network.num_classes)]
    else:
        classes = [(None, f"class {i}") for i in range(network.num_classes)]
    red, green, blue = (255 * value for value in config["mean"])
    red_std, green_std, blue_std = (255 * value for value in config["std"])
    return ClassificationModel(
        network=network,
        classes=classes,
        size=(height, width),
        crop=config["crop_pct"],
        mean=(red, green, blue),
        std=(red_std, green_std, blue_std),
        upsampling=_INTERPOLATIONS.get(config["interpolation"], cv.INTER_CUBIC),
    )

"""The 1,000 classes of ILSVRC-2012, ImageNet's classification challenge."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple


class ImageNetClass(NamedTuple):
    """A WordNet id, as "n01443537", and its names, as "goldfish, Carassius auratus"."""

    wnid: str
    label: str


@cache
def classes() -> tuple[ImageNetClass, ...]:
    """All of them in the order of networks' outputs, which is that of their ids."""
    lines = files("torch_opencv.vision.classify").joinpath("imagenet_classes.txt").read_text("utf-8").splitlines()
    return tuple(ImageNetClass(*line.split(" ", 1)) for line in lines if not line.startswith("#"))

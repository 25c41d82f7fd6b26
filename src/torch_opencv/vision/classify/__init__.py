"""What is in a frame: its most probable classes, by a network of the user's choice."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch_opencv.vision.classify.classifier import Classifier
    from torch_opencv.vision.classify.prediction import Prediction

__all__ = ["Classifier", "Prediction"]

_MODULES = {"Classifier": "classifier", "Prediction": "prediction"}


def __getattr__(name: str) -> object:
    """A class, from the module that has it: `without_torch` needs no PyTorch."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)

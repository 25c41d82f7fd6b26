"""What a model says about a frame.

    from torch_opencv.vision import Classifier

    classifier = Classifier()
    for prediction in classifier(frame):      # five best of 1,000 classes
        print(prediction.label, prediction.score)

    stylizer = Stylizer("the-scream")
    painted = stylizer(frame).image           # a frame again

    analyzer = FaceAnalyzer()
    for face in analyzer(frame):              # how old, of which gender, with what expression
        print(face.box, face.gender, face.age)

    captioner = Captioner()
    print(captioner(frame).text)              # "a dog runs through the grass"

A frame is a torch.uint8 tensor (H, W, 3), BGR, as OpenCV has it, of any size and stride.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch_opencv.vision.caption.captioner import Caption, Captioner
    from torch_opencv.vision.classify.classifier import Classifier
    from torch_opencv.vision.classify.prediction import Prediction
    from torch_opencv.vision.errors import FrameError, ModelError
    from torch_opencv.vision.faces.analyzer import FaceAnalyzer
    from torch_opencv.vision.faces.tracking import FaceTracker
    from torch_opencv.vision.stylize.stylizer import Painting, Stylizer

__all__ = [
    "Caption",
    "Captioner",
    "Classifier",
    "FaceAnalyzer",
    "FaceTracker",
    "FrameError",
    "ModelError",
    "Painting",
    "Prediction",
    "Stylizer",
]

_MODULES = {
    "Caption": "caption.captioner",
    "Captioner": "caption.captioner",
    "Classifier": "classify.classifier",
    "FaceAnalyzer": "faces.analyzer",
    "FaceTracker": "faces.tracking",
    "FrameError": "errors",
    "ModelError": "errors",
    "Painting": "stylize.stylizer",
    "Prediction": "classify.prediction",
    "Stylizer": "stylize.stylizer",
}


def __getattr__(name: str) -> object:
    """A class, from the module that has it: whoever classifies doesn't wait for what paints to be imported."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)

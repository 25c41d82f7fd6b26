"""What is in a frame: its most probable classes, by a network of the user's choice."""

from torch_opencv.vision.classify.classifier import Classifier, Prediction

__all__ = ["Classifier", "Prediction"]

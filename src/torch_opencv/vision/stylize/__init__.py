"""A frame in the style of a painting, by a feed-forward network."""

from torch_opencv.vision.stylize.stylizer import Painting, Stylizer

__all__ = ["Painting", "Stylizer"]

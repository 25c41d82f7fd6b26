"""How a style is trained: a network that paints any photograph as a painting is painted."""

from torch_opencv.training.style.trainer import train

__all__ = ["train"]

"""What `torch_opencv.vision` raises for a model that can't be had."""

from torch_opencv.errors import TorchOpencvError


class ModelError(TorchOpencvError, ValueError):
    """A model that doesn't exist or can't be loaded. The message is one line that says what to do."""

"""What `torch_opencv.vision` raises. Every message is one line that says what to do."""

from torch_opencv.errors import TorchOpencvError


class ModelError(TorchOpencvError, ValueError):
    """A model that doesn't exist or can't be loaded."""


class FrameError(TorchOpencvError, ValueError, TypeError):
    """What was given as a frame is none. It is what Python's own functions raise for a wrong type and a wrong value."""

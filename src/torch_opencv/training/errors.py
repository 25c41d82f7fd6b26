"""What `torch_opencv.training` raises."""

from torch_opencv.errors import TorchOpencvError


class TrainingError(TorchOpencvError, ValueError):
    """A training that can't start or go on. The message is one line that says what to do."""

"""What `torch_opencv.training` raises."""


class TrainingError(ValueError):
    """A training that can't start or go on. The message is one line that says what to do."""

"""What `torch_opencv.nets.attention_captioner` raises."""

from torch_opencv.errors import TorchOpencvError


class CaptionerFileError(TorchOpencvError, ValueError):
    """A file that isn't a captioner's. The message is one line that says what to do."""

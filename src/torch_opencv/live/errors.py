"""What `torch_opencv.live` raises for something that the user named and that can't be used.

The message is one line that says what is wrong and what to do, meant to be shown as it is.
"""

from torch_opencv.errors import TorchOpencvError


class LiveError(TorchOpencvError):
    """Something that the user named can't be used."""


class SourceError(LiveError):
    """A source can't be opened, or nothing in it can be read."""


class OutputError(LiveError):
    """A recording or a results file can't be written."""


class ViewError(LiveError):
    """Frames can't be shown in the way that was asked for."""

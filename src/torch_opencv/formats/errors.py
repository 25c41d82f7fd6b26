"""What `torch_opencv.formats` raises."""

from __future__ import annotations

from torch_opencv.errors import TorchOpencvError


class FormatError(TorchOpencvError, ValueError):
    """A file that isn't what its format says. The message is one line: which file, what is wrong, what to do."""

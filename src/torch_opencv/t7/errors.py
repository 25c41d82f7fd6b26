"""What can be wrong with a Torch7 file."""

from __future__ import annotations

from torch_opencv.errors import TorchOpencvError


class T7Error(TorchOpencvError, ValueError):
    """A file that can't be read, or a network that can't be made of it; one line, with the file's name."""

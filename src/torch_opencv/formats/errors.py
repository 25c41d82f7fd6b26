"""What `torch_opencv.formats` raises."""

from __future__ import annotations


class FormatError(ValueError):
    """A file that isn't what its format says. The message is one line: which file, what is wrong, what to do."""

"""What can be wrong with a Torch7 file."""

from __future__ import annotations


class T7Error(ValueError):
    """A file that can't be read, or a network that can't be made of it; one line, with the file's name."""

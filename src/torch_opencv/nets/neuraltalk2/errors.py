"""What can be wrong with a NeuralTalk2 checkpoint."""

from __future__ import annotations

from torch_opencv.t7 import T7Error


class CheckpointError(T7Error):
    """A file that holds no NeuralTalk2 network, or none that can be used; one line, with the file's name."""

"""The one exception of `torch_opencv.weights`."""

from torch_opencv.errors import TorchOpencvError


class WeightsError(TorchOpencvError):
    """Weights that can't be had. The message says what is wrong and what to do, and is meant to be shown as it is.

    It is one line, except where it lists the mirrors that were tried.
    """


class MirrorFailedError(Exception):
    """One mirror doesn't have the file; the next one is tried. Never leaves the package."""

"""What `torch_opencv.weights` raises: a `WeightsError`."""

from collections.abc import Sequence

from torch_opencv.errors import TorchOpencvError


class WeightsError(TorchOpencvError):
    """Weights that can't be had. The message says what is wrong and what to do, and is meant to be shown as it is.

    It is one line, except where it lists the mirrors that were tried.
    """


class MirrorFailedError(Exception):
    """One mirror doesn't have the file; the next one is tried. Never leaves the package."""


class MissingWeightsError(WeightsError):
    """Weights are not on this machine, and no mirror gives them.

    Attributes:
        names: which, as in the catalogue.
    """

    def __init__(self, message: str, names: Sequence[str]) -> None:
        super().__init__(message)
        self.names = tuple(names)

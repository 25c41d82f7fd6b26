"""What `torch_opencv.runtime` raises. Every message is one line that says what to do."""

from torch_opencv.errors import TorchOpencvError


class DeviceError(TorchOpencvError, ValueError):
    """A device that this machine doesn't have."""


class AccelerateError(TorchOpencvError, ValueError):
    """What `accelerate`, or the network that it made, was given can't be used."""


class CompilationCancelledError(TorchOpencvError):
    """Compiling was given up, since somebody asked for that (see `runtime.compilation`)."""

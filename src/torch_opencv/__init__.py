"""OpenCV that speaks PyTorch tensors.

Everything public in the installed ``cv2`` is here under the same name, with the same arguments; arrays are tensors::

    import torch_opencv as cv

    frame = cv.imread("street.jpg")            # torch.uint8, (H, W, 3), BGR
    small = cv.resize(frame, (256, 256))       # a tensor again; nothing was copied on the way
    cv.rectangle(small, (8, 8), (64, 64), (0, 255, 0))      # draws into the tensor

See docs/bindings.md for the contract, and https://docs.opencv.org for the functions.

Torch and cv2 are imported when the first name is looked up, so that importing this package alone costs nothing.
"""

import os as _os

from torch_opencv._binding import submodules as _submodules

__version__ = "0.1.0"

_submodules.install()


def __getattr__(name: str) -> object:
    if name.startswith("__") and name != "__all__":  # the import system asks for __path__ and the like
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    if name not in ("cuda", "cudacodec") and _is_ours(
        name
    ):  # as Python asks for `from torch_opencv import live`, before it imports that
        raise AttributeError(f"module '{__name__}' has no attribute '{name}' before `import {__name__}.{name}`")
    from torch_opencv._binding import namespace

    value = globals()[name] = namespace.member(name)
    return value


def _is_ours(name: str) -> bool:
    path = _os.path.join(_os.path.dirname(__file__), name)  # noqa: PTH118, PTH120 (pathlib takes a while to import)
    return _os.path.isdir(path) or _os.path.isfile(path + ".py")  # noqa: PTH112, PTH113


def __dir__() -> list[str]:
    from torch_opencv._binding import namespace

    return sorted({*globals(), *namespace.names()})

"""OpenCV that speaks PyTorch tensors.

Everything public in the installed ``cv2`` is here under the same name, with the same arguments; arrays are tensors::

    import torch_opencv as cv

    frame = cv.imread("street.jpg")            # torch.uint8, (H, W, 3), BGR
    small = cv.resize(frame, (256, 256))       # a tensor again; nothing was copied on the way
    cv.rectangle(small, (8, 8), (64, 64), (0, 255, 0))      # draws into the tensor

See docs/bindings.md for the contract, and https://docs.opencv.org for the functions.
"""

from __future__ import annotations

from typing import Any

from torch_opencv._opencv import require_opencv

require_opencv()

import cv2 as _cv2  # noqa: E402

from torch_opencv import binding as _binding  # noqa: E402

__version__ = "0.1.0"

from torch_opencv import cuda as cuda  # noqa: E402  # ours, not cv2's

for _module in _binding.submodules(_cv2):
    _binding.bind_module(_module)


def __getattr__(name: str) -> Any:
    if name == "__all__":
        return _binding.public_names(_cv2)
    value = globals()[name] = _binding.counterpart(_cv2, name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_binding.public_names(_cv2)})

"""Where Triton's kernels take over from torch's operations: on CUDA devices, if triton can be imported.

They give the same bits, so that nothing but the time depends on it. A kernel that can't be compiled or started on a
machine is reported once, and torch's operations serve from then on.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import warnings
from collections.abc import Callable
from typing import Any

from torch import Tensor

_failed: set[str] = set()


def serves(image: Tensor) -> bool:
    """Whether Triton's kernels are for a tensor: one on a CUDA device, of NVIDIA's or AMD's."""
    return image.is_cuda and _has_triton()


@functools.cache
def _has_triton() -> bool:
    return importlib.util.find_spec("triton") is not None


def attempt(name: str, image: Tensor, call: Callable[[Any], Tensor]) -> Tensor | None:
    """What a kernel makes, or None where torch's operations are to do it.

    Args:
        name: of the kernel, for the warning.
        image: what it is about.
        call: is given the module of kernels.
    """
    if name in _failed or not serves(image):
        return None
    try:
        return call(importlib.import_module("torch_opencv.cuda.kernels.fused"))
    except Exception as error:  # of whatever compilers and drivers raise
        if type(error).__name__ == "OutOfMemoryError":
            raise
        _failed.add(name)
        warnings.warn(
            f"cv.cuda: Triton's kernel for {name} is not used, torch's operations are: "
            f"{type(error).__name__}: {str(error)[:200]}",
            RuntimeWarning,
            stacklevel=2,
        )
        return None

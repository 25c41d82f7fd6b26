"""What a function takes for an array: a tensor, a ``GpuMat``, a numpy array, or anything that shares device memory.

Objects with ``__cuda_array_interface__`` or DLPack (CuPy, CV-CUDA, numba) become tensors over the same memory.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.utils.dlpack
from torch import Tensor

from torch_opencv.cuda._numbers import CODES
from torch_opencv.cuda.gpumat import GpuMat


def is_array(value: object) -> bool:
    """Whether a value is something that :func:`tensor` takes, and not a number or a list of numbers."""
    if isinstance(value, Tensor):
        return value.ndim > 0
    kinds = (GpuMat, np.ndarray)
    return isinstance(value, kinds) or hasattr(value, "__cuda_array_interface__") or hasattr(value, "__dlpack__")


def tensor(value: Any, function: str, argument: str) -> Tensor:
    """The tensor over an argument's memory; nothing is copied.

    Raises:
        TypeError: for something else, and for tensors that OpenCV's functions can't be computed of; it names function,
            argument, reason and remedy.
    """
    place = f"cv.cuda.{function}: argument '{argument}'"
    found = _shared(value)
    if found is None:
        raise TypeError(f"{place} is {type(value).__name__}: pass a tensor, a GpuMat, or an array that shares memory")
    if found.layout != torch.strided or found.is_nested:
        raise TypeError(f"{place} is not a dense tensor: pass .to_dense()")
    if found.is_quantized:
        raise TypeError(f"{place} is a quantised tensor: pass .int_repr() or .dequantize()")
    if found.requires_grad:
        raise TypeError(f"{place} requires grad, and this can't be differentiated: pass .detach()")
    if found.is_complex():
        raise TypeError(f"{place} is {found.dtype}: pass torch.view_as_real(...), which has two channels")
    if found.dtype == torch.bool:  # OpenCV's masks are uint8, zero or not
        return found.view(torch.uint8)
    if found.dtype not in CODES:
        closest = "float()" if found.dtype.is_floating_point else "to(torch.int32)"
        raise TypeError(f"{place} is {found.dtype}, which OpenCV has no type for: pass .{closest}")
    return found


def image(value: Tensor, function: str, argument: str) -> Tensor:
    """See that a tensor is an image (H, W), (H, W, C) or a batch (N, H, W, C), and not empty.

    Raises:
        ValueError: if it is not.
    """
    if not 2 <= value.ndim <= 4:
        raise ValueError(
            f"cv.cuda.{function}: argument '{argument}' has the shape {tuple(value.shape)}: "
            "pass an image (H, W) or (H, W, C), or a batch (N, H, W, C)"
        )
    if value.numel() == 0:
        raise ValueError(f"cv.cuda.{function}: argument '{argument}' is empty: {tuple(value.shape)}")
    return value


def _shared(value: Any) -> Tensor | None:
    if isinstance(value, Tensor):
        return value
    if isinstance(value, GpuMat):
        return value.tensor
    if isinstance(value, np.ndarray):
        return torch.from_numpy(value)
    if hasattr(value, "__cuda_array_interface__"):
        return torch.as_tensor(value, device="cuda")
    if hasattr(value, "__dlpack__"):
        return torch.utils.dlpack.from_dlpack(value)
    return None

"""OpenCV's numbers: depths and types, rounding, saturation, scalars. Written once, for every function here.

Rounding is to the nearest, halves to even (OpenCV's ``cvRound``); a conversion to integers saturates
(``saturate_cast``). Out-of-range floats saturate too, on every device; the CPU functions of OpenCV give the least
integer for floats beyond 32 bits on x86.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import torch
from torch import Tensor

DEPTHS = {
    cv2.CV_8U: torch.uint8,
    cv2.CV_8S: torch.int8,
    cv2.CV_16U: torch.uint16,
    cv2.CV_16S: torch.int16,
    cv2.CV_32S: torch.int32,
    cv2.CV_32F: torch.float32,
    cv2.CV_64F: torch.float64,
    cv2.CV_16F: torch.float16,
}
"""The dtype of each of OpenCV's depths."""

CODES = {dtype: depth for depth, dtype in DEPTHS.items()}

_CHANNEL_SHIFT = (cv2.CV_8UC2 - cv2.CV_8UC1).bit_length() - 1  # 3 bits of depth in OpenCV 4, 5 in OpenCV 5

Scalar = float | Sequence[float]
"""What OpenCV calls a Scalar: up to four numbers, the rest of them 0; a number alone is the first of them."""


def type_code(dtype: torch.dtype, channels: int) -> int:
    """OpenCV's code of a type, such as ``cv.CV_8UC3``."""
    return CODES[dtype] + ((channels - 1) << _CHANNEL_SHIFT)


def dtype_and_channels(code: int) -> tuple[torch.dtype, int]:
    """What OpenCV's code of a type stands for.

    Raises:
        ValueError: for a number that is no such code.
    """
    depth = code & ((1 << _CHANNEL_SHIFT) - 1)
    if code < 0 or depth not in DEPTHS:
        raise ValueError(f"{code} is no type of OpenCV's: give one such as cv.CV_8UC3")
    return DEPTHS[depth], (code >> _CHANNEL_SHIFT) + 1


def type_name(code: int) -> str:
    """A type's name in OpenCV, such as ``CV_8UC3``."""
    dtype, channels = dtype_and_channels(code)
    kind = "F" if dtype.is_floating_point else ("U" if dtype in (torch.uint8, torch.uint16) else "S")
    return f"CV_{dtype.itemsize * 8}{kind}C{channels}"


def depth(code: int, otherwise: torch.dtype) -> torch.dtype:
    """The dtype that a ``dtype`` argument asks for; -1 asks for ``otherwise``."""
    return otherwise if code < 0 else dtype_and_channels(code)[0]


def is_integer(dtype: torch.dtype) -> bool:
    """Whether a dtype is one of whole numbers."""
    return not dtype.is_floating_point


def saturate(values: Tensor, dtype: torch.dtype) -> Tensor:
    """``values`` in another dtype: rounded, halves to even, and clamped to what it can hold (``saturate_cast``)."""
    if values.dtype == dtype:
        return values
    if dtype.is_floating_point:
        return values.to(dtype)
    least, most = torch.iinfo(dtype).min, torch.iinfo(dtype).max
    if values.dtype.is_floating_point:
        if dtype == torch.int32 and values.dtype != torch.float64:
            values = values.double()  # float32 has no 2^31 - 1
        values = values.round().nan_to_num(nan=least)
    elif values.dtype in (torch.uint8, torch.uint16, torch.int8, torch.int16):  # which can't hold all limits
        values = values.to(torch.int32)
    return values.clamp(least, most).to(dtype)


def wrap(values: Tensor, dtype: torch.dtype) -> Tensor:
    """Whole numbers in a narrower dtype, the bits that don't fit cut off."""
    return values.to(dtype)


def rounded(value: float, dtype: torch.dtype) -> float:
    """A number as an array of that dtype would hold it: rounded and saturated where the dtype is one of integers."""
    if dtype.is_floating_point:
        return float(value)
    info = torch.iinfo(dtype)
    return float(min(max(round(value), info.min), info.max))


def four(scalar: Scalar) -> tuple[float, float, float, float]:
    """A scalar's four numbers.

    Raises:
        ValueError: for more than four.
    """
    numbers = [float(x) for x in scalar] if isinstance(scalar, Sequence) else [float(scalar)]
    if not 1 <= len(numbers) <= 4:
        raise ValueError(f"has {len(numbers)} numbers, and a scalar has 1 to 4")
    numbers += [0.0] * (4 - len(numbers))
    return numbers[0], numbers[1], numbers[2], numbers[3]


def per_channel(numbers: Sequence[float], channels: int, dtype: torch.dtype, device: torch.device) -> Tensor | float:
    """A scalar as something that broadcasts against (..., C): a number where all channels have the same.

    Numbers reach the device as arguments of kernels (``torch.full``), so that the host waits for no copy.

    Raises:
        ValueError: for more channels than a scalar has numbers.
    """
    if channels > len(numbers):
        raise ValueError(f"has {len(numbers)} numbers, and the image has {channels} channels")
    used = numbers[:channels]
    if all(x == used[0] for x in used):
        return used[0]
    return torch.stack([torch.full((), x, dtype=dtype, device=device) for x in used])

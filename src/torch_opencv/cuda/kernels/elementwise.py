"""Arithmetic of elements, with the intermediate precision that OpenCV's CPU functions use (core/src/arithm.cpp)."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from torch_opencv.cuda._images import computable
from torch_opencv.cuda._numbers import is_integer, saturate, wrap
from torch_opencv.cuda.kernels.accelerated import attempt

Operand = Tensor | float
Arithmetic = Literal["add", "subtract", "absdiff", "multiply", "divide"]

_SMALL = (torch.uint8, torch.int8, torch.uint16, torch.int16)


def arithmetic(
    kind: Arithmetic,
    a: Operand,
    b: Operand,
    depths: tuple[torch.dtype, torch.dtype],
    dtype: torch.dtype,
    scale: float = 1,
) -> Tensor:
    """``a + b``, ``a - b``, ``|a - b|``, ``a * b * scale`` or ``a * scale / b`` in another dtype.

    Args:
        kind: which of them.
        a: a tensor, or a scalar as a number or a tensor (C,).
        b: the same.
        depths: the dtypes of both; that of a scalar is the least one that holds it (:func:`scalar_depth`).
        dtype: the result's dtype.
        scale: a factor, for ``multiply`` and ``divide``.
    """
    if kind in ("multiply", "divide"):
        return _product(kind, a, b, depths, dtype, scale)
    wide = _sum_depth(depths, dtype)
    x, y = _widened(a, wide), _widened(b, wide)
    result = x + y if kind == "add" else x - y
    if kind == "absdiff":
        result = result.abs()
    if dtype == torch.int32 and depths == (dtype, dtype):
        return wrap(result, dtype)  # OpenCV's int32 sums wrap around
    return saturate(result, dtype)


def scalar_depth(numbers: tuple[float, ...], image: torch.dtype) -> torch.dtype:
    """The dtype that a scalar counts as beside an image: the least one that holds it exactly; float32 for fractions."""
    if all(float(x).is_integer() for x in numbers):
        for candidate in (torch.uint8, torch.int8, torch.uint16, torch.int16, torch.int32):
            info = torch.iinfo(candidate)
            if all(info.min <= x <= info.max for x in numbers):
                return candidate
    return torch.float64 if image in (torch.int32, torch.float64) else torch.float32


def _sum_depth(depths: tuple[torch.dtype, torch.dtype], dtype: torch.dtype) -> torch.dtype:
    """What sums and differences are computed in."""
    involved = {*depths, dtype}
    if is_integer(dtype) and any(is_integer(depth) for depth in depths):
        return torch.int64 if torch.int32 in involved else torch.int32  # a float beside it is rounded first
    if all(is_integer(depth) for depth in involved):
        return torch.int64 if torch.int32 in involved else torch.int32
    return _float_depth(involved)


def _float_depth(involved: set[torch.dtype]) -> torch.dtype:
    return torch.float64 if torch.float64 in involved or torch.int32 in involved else torch.float32


def _widened(x: Operand, wide: torch.dtype) -> Any:
    if isinstance(x, Tensor):
        return saturate(x, wide) if wide == torch.int32 else (x.round().to(wide) if _rounds(x, wide) else x.to(wide))
    return round(x) if is_integer(wide) else x


def _rounds(x: Tensor, wide: torch.dtype) -> bool:
    return x.dtype.is_floating_point and is_integer(wide)


def _product(
    kind: str, a: Operand, b: Operand, depths: tuple[torch.dtype, torch.dtype], dtype: torch.dtype, scale: float
) -> Tensor:
    involved = {*depths, dtype}
    has_scalar = not (isinstance(a, Tensor) and isinstance(b, Tensor)) or a.ndim != b.ndim
    if kind == "multiply" and scale == 1 and len(involved) == 1 and is_integer(dtype) and not has_scalar:
        product = _widened(a, torch.int64) * _widened(b, torch.int64)
        return wrap(product, dtype) if dtype == torch.int32 else saturate(product, dtype)
    wide = torch.float64 if has_scalar and dtype != torch.float32 else _float_depth(involved)
    x, y = _widened(a, wide), _widened(b, wide)
    if kind == "multiply":
        return saturate(x * y if scale == 1 else x * scale * y, dtype)
    result = x / y if scale == 1 else x * scale / y
    if is_integer(dtype):  # OpenCV: what is divided by 0 is 0 among integers
        zero = torch.zeros((), dtype=wide, device=result.device)
        result = (
            torch.where(y == 0, zero, result) if isinstance(y, Tensor) else (result if y else torch.zeros_like(result))
        )
    return saturate(result, dtype)


def weighted_sum(a: Tensor, alpha: float, b: Tensor, beta: float, gamma: float, dtype: torch.dtype) -> Tensor:
    """``a * alpha + b * beta + gamma``: in float32; in float64 where int32 or float64 is involved."""
    wide = _float_depth({a.dtype, b.dtype, dtype})
    return saturate(a.to(wide) * alpha + (b.to(wide) * beta + gamma), dtype)


def power(x: Tensor, exponent: float) -> Tensor:
    """``x ** exponent``; of ``|x|`` for integers and exponents that aren't whole; saturated."""
    if x.dtype.is_floating_point:
        return x**exponent
    wide = x.double()
    return saturate((wide if float(exponent).is_integer() else wide.abs()) ** exponent, x.dtype)


def of_floats(function: Any, x: Tensor) -> Tensor:
    """A function of floats; small integers and float16 go through float32, int32 through float64, and saturate."""
    if x.dtype in (torch.float32, torch.float64):
        return function(x)  # type: ignore[no-any-return]
    return saturate(function(x.to(torch.float64 if x.dtype == torch.int32 else torch.float32)), x.dtype)


def extreme(largest: bool, a: Tensor, b: Operand) -> Tensor:
    """The larger or smaller of each pair; a scalar is one of the dtype of ``a`` already."""
    x = computable(a)
    if isinstance(b, Tensor):
        y = computable(b).to(x.dtype)
        result = torch.maximum(x, y) if largest else torch.minimum(x, y)
    else:
        bound = b if x.dtype.is_floating_point else int(b)
        result = x.clamp(min=bound) if largest else x.clamp(max=bound)
    return wrap(result, a.dtype)


_BITS = {torch.uint16: torch.int16, torch.float16: torch.int16, torch.float32: torch.int32, torch.float64: torch.int64}


def bits(x: Tensor) -> Tensor:
    """The bits of a tensor as integers."""
    return x.contiguous().view(_BITS[x.dtype]) if x.dtype in _BITS else x


def shifted(x: Tensor, amount: Operand, left: bool) -> Tensor:
    """Integers shifted by a scalar, one amount for each channel; what doesn't fit is cut off."""
    wide = x.to(torch.int64)
    by = amount.to(torch.int64) if isinstance(amount, Tensor) else int(amount)
    return wrap(wide << by if left else wide >> by, x.dtype)


def thresholded(x: Tensor, threshold: Operand, maximum: float, kind: int) -> Tensor:
    """One of OpenCV's five thresholds, ``THRESH_BINARY`` (0) to ``THRESH_TOZERO_INV`` (4)."""
    if x.dtype == torch.uint8 and not isinstance(threshold, Tensor):
        bounds = [int(min(max(value, -1), 256)) for value in (threshold, maximum)]
        made = attempt("threshold", x, lambda fused: fused.thresholded(x, *bounds, kind))
        if made is not None:
            return made
    wide = computable(x)
    above = wide > threshold
    zero = torch.zeros((), dtype=wide.dtype, device=wide.device)
    if kind <= 1:
        most = torch.full((), maximum, dtype=wide.dtype, device=wide.device)
        result = torch.where(above, most, zero) if kind == 0 else torch.where(above, zero, most)
    elif kind == 2:
        limit = threshold.to(wide.dtype) if isinstance(threshold, Tensor) else torch.full_like(zero, threshold)
        result = torch.where(above, limit, wide)
    else:
        result = torch.where(above, wide, zero) if kind == 3 else torch.where(above, zero, wide)
    return saturate(result, x.dtype)


# The polynomial that OpenCV's fastAtan2 uses, in degrees; its coefficients are products of float32.
_P1, _P3, _P5, _P7 = (
    float(np.float32(p) * np.float32(180 / math.pi))
    for p in (0.9997878412794807, -0.3258083974640975, 0.1555786518463281, -0.04432655554792128)
)


def angle(x: Tensor, y: Tensor, in_degrees: bool) -> Tensor:
    """The angle of vectors, 0 to 360 degrees or 2 pi, by OpenCV's polynomial: within 0.02 degrees of the true one."""
    dtype = x.dtype
    x, y = x.to(torch.float32), y.to(torch.float32)
    ax, ay = x.abs(), y.abs()
    c = torch.minimum(ax, ay) / (torch.maximum(ax, ay) + 2.220446049250313e-16)
    c2 = c * c
    a = (((_P7 * c2 + _P5) * c2 + _P3) * c2 + _P1) * c
    a = torch.where(ax >= ay, a, 90.0 - a)
    a = torch.where(x < 0, 180.0 - a, a)
    a = torch.where(y < 0, 360.0 - a, a)
    return (a if in_degrees else a * (3.141592653589793 / 180)).to(dtype)

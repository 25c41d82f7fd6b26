"""OpenCV's module ``cudaimgproc``: moments of images. They follow the CPU function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from torch_opencv.cuda import _numbers
from torch_opencv.cuda._calls import Image, Out, native, refuse
from torch_opencv.cuda._images import batched, channels, computable, like
from torch_opencv.cuda._routing import register
from torch_opencv.cuda.streams import Stream

FIRST_ORDER_MOMENTS, SECOND_ORDER_MOMENTS, THIRD_ORDER_MOMENTS = 1, 2, 3
for _name in ("FIRST_ORDER_MOMENTS", "SECOND_ORDER_MOMENTS", "THIRD_ORDER_MOMENTS"):
    register(_name, "cudaimgproc", globals()[_name])

_POWERS = ((0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2), (3, 0), (2, 1), (1, 2), (0, 3))
"""The exponents of x and y of each moment."""


@native("cudaimgproc")
def numMoments(order: int) -> int:  # noqa: N802
    """How many moments there are up to an order: 3, 6 or 10."""
    if order not in (1, 2, 3):
        raise refuse("order", f"is {order}: pass 1, 2 or 3")
    return (3, 6, 10)[order - 1]


@native("cudaimgproc")
def spatialMoments(  # noqa: N802
    src: Image,
    moments: Out = None,
    binaryImage: bool = False,  # noqa: N803
    order: int = THIRD_ORDER_MOMENTS,
    momentsType: int = cv2.CV_64F,  # noqa: N803
    stream: Stream | None = None,
) -> Tensor:
    """The moments m00, m10, m01, m20, m11, m02, m30, m21, m12, m03 of an image, left on the device.

    Args:
        src: an image (H, W) or batch (N, H, W, 1).
        moments: where to write the result.
        binaryImage: whether all that is not 0 counts as 1.
        order: the highest sum of exponents, 1 to 3.
        momentsType: ``cv.CV_64F`` or ``cv.CV_32F``; they are computed in float64.
        stream: the stream to work on.

    Returns:
        (1, 3), (1, 6) or (1, 10).
    """
    if channels(src) != 1:
        raise refuse("src", f"has {channels(src)} channels: pass one")
    if momentsType not in (cv2.CV_32F, cv2.CV_64F):
        raise refuse("momentsType", f"is {momentsType}: pass cv.CV_64F or cv.CV_32F")
    x = computable(batched(src))[..., 0]
    x = (x != 0).double() if binaryImage else x.double()
    down, across = (torch.arange(n, dtype=torch.float64, device=x.device) for n in x.shape[1:])
    rows = torch.stack([(x * across**p).sum(2) for p in range(order + 1)], 1)  # (N, order + 1, H)
    values = [(rows[:, p] * down**q).sum(1) for p, q in _POWERS[: numMoments(order)]]
    return like(src, torch.stack(values, 1)[:, None, :, None].to(_numbers.depth(momentsType, x.dtype)))


@native("cudaimgproc")
def convertSpatialMoments(spatialMoments: Any, order: int, momentsType: int) -> dict[str, float]:  # noqa: N802, N803
    """OpenCV's moments, with the central and normalised ones, of the result of :func:`spatialMoments`.

    Args:
        spatialMoments: that result, on the host: ``result.cpu()``.
        order: its order.
        momentsType: its depth.
    """
    numbers = np.asarray(spatialMoments, dtype=np.float64).ravel().tolist()
    if len(numbers) < numMoments(order):
        raise refuse("spatialMoments", f"has {len(numbers)} numbers: pass {numMoments(order)}")
    return _all_moments([*numbers[: numMoments(order)], *[0.0] * (10 - numMoments(order))], order)


@native("cudaimgproc")
def moments(
    src: Image,
    binaryImage: bool = False,  # noqa: N803
    order: int = THIRD_ORDER_MOMENTS,
    momentsType: int = cv2.CV_64F,  # noqa: N803
) -> dict[str, float]:
    """The moments of an image, as ``cv.moments``; the host waits for them. Arguments as :func:`spatialMoments`'s."""
    if batched(src).shape[0] != 1:
        raise refuse("src", "is a batch: pass one image, or call cv.cuda.spatialMoments")
    found = spatialMoments(src, None, binaryImage, order, momentsType)
    return _all_moments([*found.reshape(-1).tolist(), *[0.0] * (10 - numMoments(order))], order)


def _all_moments(m: Sequence[float], order: int) -> dict[str, float]:
    m00, m10, m01, m20, m11, m02, m30, m21, m12, m03 = m
    found = {f"m{p}{q}": value for (p, q), value in zip(_POWERS, m, strict=True)}
    x, y = (m10 / m00, m01 / m00) if abs(m00) > 2.220446049250313e-16 else (0.0, 0.0)
    mu20, mu11, mu02 = m20 - m10 * x, m11 - m10 * y, m02 - m01 * y
    central = {
        "mu20": mu20,
        "mu11": mu11,
        "mu02": mu02,
        "mu30": m30 - x * (3 * mu20 + x * m10),
        "mu21": m21 - x * (2 * mu11 + x * m01) - y * mu20,
        "mu12": m12 - y * (2 * mu11 + y * m10) - x * mu02,
        "mu03": m03 - y * (3 * mu02 + y * m01),
    }
    kept = {name: value if int(name[2]) + int(name[3]) <= order else 0.0 for name, value in central.items()}
    inverse = 1 / m00 if abs(m00) > 2.220446049250313e-16 else 0.0
    normalised = {
        f"nu{name[2:]}": value * inverse ** (1 + (int(name[2]) + int(name[3])) / 2) if inverse > 0 else 0.0
        for name, value in kept.items()
    }
    return {**found, **kept, **normalised}

"""OpenCV's module ``cudawarping``: resizing and warping. They follow the CPU functions of the same names.

So they sample as ``cv.resize`` and ``cv.warpAffine`` do, half a pixel and the fixed-point rounding of 8-bit images
included, where cv2.cuda has its own ways; an image that is moved to the GPU looks the same to a model.

Every function takes images (H, W), (H, W, C) or batches (N, H, W, C) of uint8, uint16, int16, float32 or float64.
"""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from torch_opencv.cuda import _borders, _numbers
from torch_opencv.cuda._calls import Image, Out, native, refuse
from torch_opencv.cuda._images import batched, channels, like
from torch_opencv.cuda._numbers import Scalar
from torch_opencv.cuda.devices import home
from torch_opencv.cuda.kernels import resampling, sampling
from torch_opencv.cuda.kernels.accelerated import attempt
from torch_opencv.cuda.streams import Stream

_INTERPOLATIONS = {
    cv2.INTER_NEAREST: "INTER_NEAREST",
    cv2.INTER_LINEAR: "INTER_LINEAR",
    cv2.INTER_CUBIC: "INTER_CUBIC",
    cv2.INTER_AREA: "INTER_AREA",
    cv2.INTER_LANCZOS4: "INTER_LANCZOS4",
}
SAMPLED = (torch.uint8, torch.uint16, torch.int16, torch.float32, torch.float64)
"""The dtypes that can be looked at between pixels."""


def _checked(src: Tensor, interpolation: int, argument: str = "interpolation") -> int:
    if interpolation not in _INTERPOLATIONS:
        raise refuse(argument, f"is {interpolation}: pass one of cv.{', cv.'.join(_INTERPOLATIONS.values())}")
    if interpolation != cv2.INTER_NEAREST and src.dtype not in SAMPLED:
        raise refuse("src", f"is {src.dtype}, which OpenCV doesn't interpolate: pass float32, or INTER_NEAREST")
    return interpolation


def size_of(dsize: Any) -> tuple[int, int]:
    """Width and height of a result."""
    try:
        width, height = (int(x) for x in dsize)
    except (TypeError, ValueError):
        raise refuse("dsize", f"is {dsize}: pass (width, height)") from None
    if width <= 0 or height <= 0:
        raise refuse("dsize", f"is {(width, height)}: pass a width and a height above 0")
    return width, height


# --- resize -----------------------------------------------------------------------------------------------------------


@native("cudawarping")
def resize(
    src: Image,
    dsize: tuple[int, int] | None,
    dst: Out = None,
    fx: float = 0,
    fy: float = 0,
    interpolation: int = cv2.INTER_LINEAR,
    stream: Stream | None = None,
) -> Tensor:
    """An image in another size.

    Args:
        src: an image or batch; of any dtype for ``INTER_NEAREST``.
        dsize: (width, height) of the result; None or (0, 0): it is the factors' that follow.
        dst: where to write the result.
        fx: the factor of the width, if there is no ``dsize``.
        fy: the factor of the height.
        interpolation: ``cv.INTER_NEAREST``, ``INTER_LINEAR``, ``INTER_CUBIC``, ``INTER_AREA`` or ``INTER_LANCZOS4``.
        stream: the stream to work on.

    Returns:
        (height, width, C). uint8 is what ``cv.resize`` gives, to the level for ``INTER_NEAREST``, ``INTER_LINEAR`` and
        ``INTER_AREA``, and within one level for the others.
    """
    image = batched(src)
    _checked(src, interpolation)
    h, w = image.shape[1:3]
    if dsize is None or tuple(dsize) == (0, 0):
        if fx <= 0 or fy <= 0:
            raise refuse(
                "dsize", "is not given, and 'fx' and 'fy' are not both above 0: pass (width, height) or factors"
            )
        width, height = size_of((round(w * fx), round(h * fy)))
    else:
        width, height = size_of(dsize)
        fx, fy = width / w, height / h
    if (width, height) == (w, h):
        return like(src, image.clone(memory_format=torch.contiguous_format))
    return like(src, resampling.resized(image, height, width, (1.0 / fx, 1.0 / fy), interpolation))


# --- warps ------------------------------------------------------------------------------------------------------------

Number = Any
"""A float, or a 0-dim tensor on the image's device."""


def _matrix(M: Any, rows: int, image: Tensor) -> list[list[Number]]:  # noqa: N803
    """A matrix's elements: floats of one on the host, and 0-dim tensors of one on a device, which nothing waits for."""
    if isinstance(M, Tensor) and M.device.type != "cpu":
        if M.device != image.device:
            raise refuse("M", f"is on {M.device}, and 'src' on {image.device}: pass both there, or M on the CPU")
        elements: Any = M.double()
    else:
        elements = np.asarray(M.numpy() if isinstance(M, Tensor) else M, dtype=np.float64)
    if tuple(elements.shape) != (rows, 3):
        raise refuse("M", f"has the shape {tuple(elements.shape)}: pass a matrix ({rows}, 3)")
    return [
        [elements[i, j] if isinstance(elements, Tensor) else float(elements[i, j]) for j in range(3)]
        for i in range(rows)
    ]


def _one_over(x: Number) -> Number:
    if isinstance(x, Tensor):
        return torch.where(x == 0, torch.zeros_like(x), 1.0 / x)
    return 1.0 / x if x != 0 else 0.0


def _inverse_affine(m: list[list[Number]]) -> list[list[Number]]:
    (a, b, c), (d, e, f) = m
    factor = _one_over(a * e - b * d)
    a, b, d, e = e * factor, -b * factor, -d * factor, a * factor
    return [[a, b, -a * c - b * f], [d, e, -d * c - e * f]]


def _inverse_perspective(m: list[list[Number]]) -> list[list[Number]]:
    (a, b, c), (d, e, f), (g, h, i) = m
    factor = _one_over(a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g))
    return [
        [(e * i - f * h) * factor, (c * h - b * i) * factor, (b * f - c * e) * factor],
        [(f * g - d * i) * factor, (a * i - c * g) * factor, (c * d - a * f) * factor],
        [(d * h - e * g) * factor, (b * g - a * h) * factor, (a * e - b * d) * factor],
    ]


def _axes(width: int, height: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """x (1, W) and y (H, 1), float64."""
    x = torch.arange(width, dtype=torch.float64, device=device)[None]
    return x, torch.arange(height, dtype=torch.float64, device=device)[:, None]


def _warp_options(src: Tensor, flags: int, border: int, function: str) -> tuple[int, int]:
    interpolation = _checked(src, flags & cv2.INTER_MAX, "flags")
    kind = _borders.check(border, function)
    return (cv2.INTER_LINEAR if interpolation == cv2.INTER_AREA else interpolation), kind


def _value(borderValue: Scalar, src: Tensor) -> tuple[float, ...]:  # noqa: N803
    try:
        numbers = _numbers.four(borderValue)
        _numbers.per_channel(numbers, channels(src), torch.float32, torch.device("cpu"))
    except (TypeError, ValueError) as error:
        raise refuse("borderValue", f"{error}") from None
    return numbers


@native("cudawarping")
def warpAffine(  # noqa: N802
    src: Image,
    M: Any,  # noqa: N803
    dsize: tuple[int, int],
    dst: Out = None,
    flags: int = cv2.INTER_LINEAR,
    borderMode: int = cv2.BORDER_CONSTANT,  # noqa: N803
    borderValue: Scalar = 0,  # noqa: N803
    stream: Stream | None = None,
) -> Tensor:
    """An image warped by an affine map.

    Args:
        src: an image or batch, its sides below 32768.
        M: the map from ``src`` to the result, (2, 3); on the host, or on the image's device.
        dsize: (width, height) of the result.
        dst: where to write the result.
        flags: the interpolation (``INTER_AREA`` is ``INTER_LINEAR`` here), ``| cv.WARP_INVERSE_MAP`` if ``M`` maps the
            result to ``src``.
        borderMode: ``cv.BORDER_CONSTANT``, ``BORDER_REPLICATE``, ``BORDER_REFLECT``, ``BORDER_REFLECT_101`` or
            ``BORDER_WRAP``.
        borderValue: the value outside, for ``BORDER_CONSTANT``.
        stream: the stream to work on.

    Returns:
        (height, width, C).
    """
    image, (width, height) = batched(src), size_of(dsize)
    interpolation, border = _warp_options(src, flags, borderMode, "warpAffine")
    m = _matrix(M, 2, src)
    if not flags & cv2.WARP_INVERSE_MAP:
        m = _inverse_affine(m)
    value = _value(borderValue, src)
    on_host = not isinstance(m[0][0], Tensor)
    if src.dtype == torch.uint8 and interpolation == cv2.INTER_LINEAR and on_host and image.shape[-1] <= 4:
        made = attempt("warpAffine", image, lambda fused: fused.warped(image, m, height, width, border, value))
        if made is not None:
            return like(src, made)
    x, y = _axes(width, height, image.device)
    offset = 512 if interpolation == cv2.INTER_NEAREST else 16
    # In 1024ths of a pixel, the two addends of each coordinate rounded apart.
    at = [((x * (row[0] * 1024)).round() + ((y * row[1] + row[2]) * 1024).round()).long() + offset for row in m]
    if interpolation == cv2.INTER_NEAREST:
        return like(src, sampling.nearest(image, at[0] >> 10, at[1] >> 10, border, value))
    return like(src, sampling.sampled(image, at[0] >> 5, at[1] >> 5, interpolation, border, value))


@native("cudawarping")
def warpPerspective(  # noqa: N802
    src: Image,
    M: Any,  # noqa: N803
    dsize: tuple[int, int],
    dst: Out = None,
    flags: int = cv2.INTER_LINEAR,
    borderMode: int = cv2.BORDER_CONSTANT,  # noqa: N803
    borderValue: Scalar = 0,  # noqa: N803
    stream: Stream | None = None,
) -> Tensor:
    """An image warped by a homography. Arguments and result as :func:`warpAffine`'s; ``M`` is (3, 3)."""
    image, (width, height) = batched(src), size_of(dsize)
    interpolation, border = _warp_options(src, flags, borderMode, "warpPerspective")
    m = _matrix(M, 3, src)
    if not flags & cv2.WARP_INVERSE_MAP:
        m = _inverse_perspective(m)
    x, y = _homogeneous(m, width, height, image.device, 1 if interpolation == cv2.INTER_NEAREST else 32)
    x, y = (t.clamp(-(2**31), 2**31 - 1).round().long() for t in (x, y))
    value = _value(borderValue, src)
    if interpolation == cv2.INTER_NEAREST:
        return like(src, sampling.nearest(image, x, y, border, value))
    return like(src, sampling.sampled(image, x, y, interpolation, border, value))


def _homogeneous(
    m: list[list[Number]], width: int, height: int, device: torch.device, scale: int
) -> tuple[Tensor, Tensor]:
    x, y = _axes(width, height, device)
    u, v, w = (x * row[0] + (y * row[1] + row[2]) for row in m)
    factor = torch.where(w != 0, scale / w, torch.zeros_like(w))
    return u * factor, v * factor


@native("cudawarping")
def remap(
    src: Image,
    xmap: Tensor,
    ymap: Tensor,
    interpolation: int,
    dst: Out = None,
    borderMode: int = cv2.BORDER_CONSTANT,  # noqa: N803
    borderValue: Scalar = 0,  # noqa: N803
    stream: Stream | None = None,
) -> Tensor:
    """An image sampled at given coordinates.

    Args:
        src: an image or batch, its sides below 32768.
        xmap: the x coordinates in ``src``, float32, (height, width).
        ymap: the y coordinates, likewise.
        interpolation: as :func:`resize`'s; ``INTER_AREA`` is ``INTER_LINEAR`` here.
        dst: where to write the result.
        borderMode: as :func:`warpAffine`'s.
        borderValue: the value outside, for ``BORDER_CONSTANT``.
        stream: the stream to work on.

    Returns:
        (height, width, C).
    """
    for argument, coordinates in (("xmap", xmap), ("ymap", ymap)):
        if coordinates.dtype != torch.float32 or coordinates.ndim != 2 or coordinates.shape != xmap.shape:
            raise refuse(
                argument, f"is {coordinates.dtype} {tuple(coordinates.shape)}: pass float32 (height, width), both alike"
            )
    kind, border = _warp_options(src, interpolation, borderMode, "remap")
    value = _value(borderValue, src)
    if kind == cv2.INTER_NEAREST:
        x, y = (t.round().clamp(-(2**31), 2**31 - 1).long() for t in (xmap, ymap))
        return like(src, sampling.nearest(batched(src), x, y, border, value))
    x, y = sampling.in_32nds(xmap), sampling.in_32nds(ymap)
    return like(src, sampling.sampled(batched(src), x, y, kind, border, value))


@native("cudawarping")
def rotate(
    src: Image,
    dsize: tuple[int, int],
    angle: float,
    dst: Out = None,
    xShift: float = 0,  # noqa: N803
    yShift: float = 0,  # noqa: N803
    interpolation: int = cv2.INTER_LINEAR,
    stream: Stream | None = None,
) -> Tensor:
    """An image rotated about its upper left corner, then shifted; 0 outside.

    Args:
        src: an image or batch.
        dsize: (width, height) of the result.
        angle: degrees, counterclockwise.
        dst: where to write the result.
        xShift: pixels to the right.
        yShift: pixels down.
        interpolation: ``cv.INTER_NEAREST``, ``INTER_LINEAR`` or ``INTER_CUBIC``.
        stream: the stream to work on.

    Returns:
        (height, width, C), as :func:`warpAffine` gives it. (OpenCV has no such function for the CPU.)
    """
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    matrix = [[cosine, sine, xShift], [-sine, cosine, yShift]]
    return warpAffine(src, matrix, dsize, None, interpolation)


def _maps(x: Tensor, y: Tensor, width: int, height: int) -> tuple[Tensor, Tensor]:
    return x.expand(height, width).float().contiguous(), y.expand(height, width).float().contiguous()


@native("cudawarping")
def buildWarpAffineMaps(  # noqa: N802
    M: Any,  # noqa: N803
    inverse: bool,
    dsize: tuple[int, int],
    xmap: Out = None,
    ymap: Out = None,
    stream: Stream | None = None,
) -> tuple[Tensor, Tensor]:
    """The coordinates that :func:`warpAffine` samples at, for :func:`remap`.

    Args:
        M: the map, (2, 3). The results are on its device if it is on one, else on that of ``xmap``, else on the
            current CUDA device, else on the CPU.
        inverse: whether ``M`` maps the result to the source.
        dsize: (width, height).
        xmap: where to write the x coordinates.
        ymap: where to write the y coordinates.
        stream: the stream to work on.

    Returns:
        float32, (height, width), both.
    """
    (width, height), place = size_of(dsize), _place(M, xmap)
    m = _matrix(M, 2, place)
    m = m if inverse else _inverse_affine(m)
    x, y = _axes(width, height, place.device)
    return _maps(x * m[0][0] + (y * m[0][1] + m[0][2]), x * m[1][0] + (y * m[1][1] + m[1][2]), width, height)


@native("cudawarping")
def buildWarpPerspectiveMaps(  # noqa: N802
    M: Any,  # noqa: N803
    inverse: bool,
    dsize: tuple[int, int],
    xmap: Out = None,
    ymap: Out = None,
    stream: Stream | None = None,
) -> tuple[Tensor, Tensor]:
    """The coordinates that :func:`warpPerspective` samples at, for :func:`remap`. Arguments as the affine one's."""
    (width, height), place = size_of(dsize), _place(M, xmap)
    m = _matrix(M, 3, place)
    m = m if inverse else _inverse_perspective(m)
    return _maps(*_homogeneous(m, width, height, place.device, 1), width, height)


def _place(M: Any, xmap: Any) -> Tensor:  # noqa: N803
    """A tensor on the device where maps are to be made."""
    if isinstance(M, Tensor) and M.device.type != "cpu":
        return M
    if xmap is not None:
        return getattr(xmap, "tensor", xmap)  # type: ignore[no-any-return]
    return torch.empty(0, device=home())

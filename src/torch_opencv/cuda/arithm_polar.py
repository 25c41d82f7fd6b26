"""OpenCV's module ``cudaarithm``: lengths and angles of 2-D vectors, as two planes or as one array of two channels."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from torch_opencv.cuda import _inputs
from torch_opencv.cuda._calls import Image, Out, form, native, overloaded, refuse
from torch_opencv.cuda._images import squeezed
from torch_opencv.cuda.kernels import elementwise
from torch_opencv.cuda.streams import Stream

_RADIANS = 3.141592653589793 / 180


def _planes(x: Tensor, y: Tensor, second: str = "y") -> tuple[Tensor, Tensor]:
    x, y = squeezed(x), squeezed(y)
    if x.shape != y.shape or x.dtype != y.dtype:
        raise refuse(
            second, f"is {y.dtype} {tuple(y.shape)}, and the first is {x.dtype} {tuple(x.shape)}: pass two alike"
        )
    return _floats(x), _floats(y)


def _pair(xy: Tensor) -> tuple[Tensor, Tensor]:
    if xy.ndim < 3 or xy.shape[-1] != 2:
        raise refuse("xy", f"has the shape {tuple(xy.shape)}: pass (H, W, 2), or x and y")
    xy = _floats(xy)
    return (xy[..., 0], xy[..., 1]) if xy.ndim == 3 else (xy[..., :1], xy[..., 1:])


def _floats(x: Tensor) -> Tensor:
    if x.dtype not in (torch.float32, torch.float64):
        raise refuse("x", f"is {x.dtype}: pass float32 or float64")
    return x


def _joined(x: Tensor, y: Tensor) -> Tensor:
    return torch.cat([x, y], -1) if x.ndim == 4 else torch.stack([x, y], -1)


def _first_has_two_channels(args: tuple[Any, ...], kwargs: dict[str, Any], name: str) -> bool:
    """Whether a call is of the interleaved form: by the parameter's name, or by what the first argument is."""
    if name in kwargs:
        return True
    if not args or not _inputs.is_array(args[0]):
        return False
    first = _inputs.tensor(args[0], "", name)
    second = args[1] if len(args) > 1 else None
    if first.ndim < 3 or first.shape[-1] != 2:
        return False
    # Two arrays of two channels are two planes of x and y, unless the second can only be the result's place.
    return not _inputs.is_array(second) or _inputs.tensor(second, "", name).shape != first.shape


# --- magnitude --------------------------------------------------------------------------------------------------------


@form("magnitude")
def _magnitude(x: Image, y: Image, magnitude: Out = None, stream: Stream | None = None) -> Tensor:
    x, y = _planes(x, y)
    return (x * x + y * y).sqrt()


@form("magnitude")
def _magnitude_of_pairs(xy: Image, magnitude: Out = None, stream: Stream | None = None) -> Tensor:
    x, y = _pair(xy)
    return (x * x + y * y).sqrt()


@overloaded("cudaarithm", _magnitude, _magnitude_of_pairs)
def magnitude(*args: Any, **kwargs: Any) -> Any:
    """The lengths of 2-D vectors.

    ``magnitude(x, y[, magnitude[, stream]])`` or ``magnitude(xy[, magnitude[, stream]])``.

    Args:
        x: float32 or float64, (H, W) or (N, H, W, C).
        y: the same.
        xy: instead of both, one array of two channels, (H, W, 2) or (N, H, W, 2).
        magnitude: where to write the result.
        stream: the stream to work on.

    Returns:
        An array like ``x``.
    """
    return (_magnitude_of_pairs if _first_has_two_channels(args, kwargs, "xy") else _magnitude)(*args, **kwargs)


@form("magnitudeSqr")
def _magnitude_sqr(x: Image, y: Image, magnitude: Out = None, stream: Stream | None = None) -> Tensor:
    x, y = _planes(x, y)
    return x * x + y * y


@form("magnitudeSqr")
def _magnitude_sqr_of_pairs(xy: Image, magnitude: Out = None, stream: Stream | None = None) -> Tensor:
    x, y = _pair(xy)
    return x * x + y * y


@overloaded("cudaarithm", _magnitude_sqr, _magnitude_sqr_of_pairs)
def magnitudeSqr(*args: Any, **kwargs: Any) -> Any:  # noqa: N802
    """The squared lengths of 2-D vectors. Arguments as :func:`magnitude`'s."""
    return (_magnitude_sqr_of_pairs if _first_has_two_channels(args, kwargs, "xy") else _magnitude_sqr)(*args, **kwargs)


# --- angles -----------------------------------------------------------------------------------------------------------


@native("cudaarithm")
def phase(
    x: Image,
    y: Image,
    angle: Out = None,
    angleInDegrees: bool = False,  # noqa: N803
    stream: Stream | None = None,
) -> Tensor:
    """The angles of 2-D vectors, from 0 to 2 pi, or to 360 degrees.

    They are those of ``cv.phase``, which approximates the arc tangent to about 0.01 degrees.

    Args:
        x: float32 or float64, (H, W) or (N, H, W, C).
        y: the same.
        angle: where to write the result.
        angleInDegrees: whether the result is in degrees.
        stream: the stream to work on.
    """
    x, y = _planes(x, y)
    return elementwise.angle(x, y, angleInDegrees)


@form("cartToPolar")
def _cart_to_polar(
    x: Image,
    y: Image,
    magnitude: Out = None,
    angle: Out = None,
    angleInDegrees: bool = False,  # noqa: N803
    stream: Stream | None = None,
) -> tuple[Tensor, Tensor]:
    x, y = _planes(x, y)
    return (x * x + y * y).sqrt(), elementwise.angle(x, y, angleInDegrees)


@form("cartToPolar")
def _cart_to_polar_of_pairs(
    xy: Image,
    magnitudeAngle: Out = None,  # noqa: N803
    angleInDegrees: bool = False,  # noqa: N803
    stream: Stream | None = None,
) -> Tensor:
    x, y = _pair(xy)
    return _joined((x * x + y * y).sqrt(), elementwise.angle(x, y, angleInDegrees))


@overloaded("cudaarithm", _cart_to_polar, _cart_to_polar_of_pairs)
def cartToPolar(*args: Any, **kwargs: Any) -> Any:  # noqa: N802
    """Cartesian to polar coordinates.

    ``cartToPolar(x, y[, magnitude[, angle[, angleInDegrees[, stream]]]])`` returns ``(magnitude, angle)``, and
    ``cartToPolar(xy[, magnitudeAngle[, angleInDegrees[, stream]]])`` one array of two channels. Angles as
    :func:`phase`'s; arrays as :func:`magnitude`'s.
    """
    return (_cart_to_polar_of_pairs if _first_has_two_channels(args, kwargs, "xy") else _cart_to_polar)(*args, **kwargs)


def _cartesian(magnitude: Tensor, angle: Tensor, in_degrees: bool) -> tuple[Tensor, Tensor]:
    radians = angle * _RADIANS if in_degrees else angle
    return magnitude * radians.cos(), magnitude * radians.sin()


@form("polarToCart")
def _polar_to_cart(
    magnitude: Image,
    angle: Image,
    x: Out = None,
    y: Out = None,
    angleInDegrees: bool = False,  # noqa: N803
    stream: Stream | None = None,
) -> tuple[Tensor, Tensor]:
    return _cartesian(*_planes(magnitude, angle, "angle"), angleInDegrees)


@form("polarToCart")
def _polar_to_cart_of_pairs(
    magnitudeAngle: Image,  # noqa: N803
    xy: Out = None,
    angleInDegrees: bool = False,  # noqa: N803
    stream: Stream | None = None,
) -> Tensor:
    return _joined(*_cartesian(*_pair(magnitudeAngle), angleInDegrees))


@overloaded("cudaarithm", _polar_to_cart, _polar_to_cart_of_pairs)
def polarToCart(*args: Any, **kwargs: Any) -> Any:  # noqa: N802
    """Polar to Cartesian coordinates, the inverse of :func:`cartToPolar`.

    ``polarToCart(magnitude, angle[, x[, y[, angleInDegrees[, stream]]]])`` returns ``(x, y)``, and
    ``polarToCart(magnitudeAngle[, xy[, angleInDegrees[, stream]]])`` one array of two channels.
    """
    of_pairs = _first_has_two_channels(args, kwargs, "magnitudeAngle")
    return (_polar_to_cart_of_pairs if of_pairs else _polar_to_cart)(*args, **kwargs)

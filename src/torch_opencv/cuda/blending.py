"""OpenCV's module ``cudaimgproc``: composition of images, and gamma."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from torch_opencv.cuda import _routing
from torch_opencv.cuda._calls import Image, Out, native, refuse
from torch_opencv.cuda._images import channels, squeezed
from torch_opencv.cuda._numbers import saturate
from torch_opencv.cuda.kernels import color
from torch_opencv.cuda.streams import Stream

_Factors = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]

_OPERATORS: dict[str, _Factors] = {
    "OVER": lambda a, b: (torch.ones_like(a), 1 - a),
    "IN": lambda a, b: (b, torch.zeros_like(b)),
    "OUT": lambda a, b: (1 - b, torch.zeros_like(b)),
    "ATOP": lambda a, b: (b, 1 - a),
    "XOR": lambda a, b: (1 - b, 1 - a),
    "PLUS": lambda a, b: (torch.ones_like(a), torch.ones_like(b)),
}
"""How much of each image a composition takes, by their alphas: Porter and Duff, "Compositing digital images", 1984."""

_NAMES = [*_OPERATORS, *(f"{name}_PREMUL" for name in _OPERATORS), "PREMUL"]
for _code, _name in enumerate(_NAMES):
    _routing.register(f"ALPHA_{_name}", "cudaimgproc", _code)


@native("cudaimgproc")
def alphaComp(  # noqa: N802
    img1: Image, img2: Image, alpha_op: int, dst: Out = None, stream: Stream | None = None
) -> Tensor:
    """Two images composed by their alphas.

    Args:
        img1: uint8, uint16, int32 or float32 (0 to 1), of 4 channels, the last of which is alpha.
        img2: another, of the same shape and dtype.
        alpha_op: ``cv.cuda.ALPHA_OVER``, ``ALPHA_IN``, ``ALPHA_OUT``, ``ALPHA_ATOP``, ``ALPHA_XOR``, ``ALPHA_PLUS``,
            the same with ``_PREMUL`` for colours that are multiplied by alpha already, or ``ALPHA_PREMUL``, which
            multiplies those of ``img1``.
        dst: where to write the result.
        stream: the stream to work on.

    Returns:
        Colours that are multiplied by the result's alpha, computed in float64 and rounded.
    """
    if not 0 <= alpha_op < len(_NAMES):
        raise refuse("alpha_op", f"is {alpha_op}: pass one of cv.cuda.ALPHA_OVER to ALPHA_PREMUL")
    if channels(img1) != 4 or img1.shape != img2.shape or img1.dtype != img2.dtype:
        raise refuse(
            "img2",
            f"is {img2.dtype} {tuple(img2.shape)}, and 'img1' {img1.dtype} {tuple(img1.shape)}: pass two of 4 channels",
        )
    full = color.most(img1.dtype)
    a, b = img1.double() / full, img2.double() / full
    alpha_a, alpha_b = a[..., 3:], b[..., 3:]
    name = _NAMES[alpha_op]
    if not name.endswith("_PREMUL"):
        a, b = (torch.cat([x[..., :3] * x[..., 3:], x[..., 3:]], -1) for x in (a, b))
    if name == "PREMUL":
        return saturate(a * full, img1.dtype)
    first, second = _OPERATORS[name.removesuffix("_PREMUL")](alpha_a, alpha_b)
    return saturate((a * first + b * second) * full, img1.dtype)


@native("cudaimgproc")
def gammaCorrection(src: Image, dst: Out = None, forward: bool = True, stream: Stream | None = None) -> Tensor:  # noqa: N802
    """Gamma of ITU-R BT.709 put on, or taken off; alpha stays as it is.

    Args:
        src: uint8, of 3 or 4 channels.
        dst: where to write the result.
        forward: whether gamma is put on.
        stream: the stream to work on.
    """
    if src.dtype != torch.uint8 or channels(src) not in (3, 4):
        raise refuse("src", f"is {src.dtype} of {channels(src)} channels: pass uint8 of 3 or 4")
    x = src[..., :3].float() / 255
    if forward:
        y = torch.where(x < 0.018, x * 4.5, 1.099 * x**0.45 - 0.099)
    else:
        y = torch.where(x < 0.081, x / 4.5, ((x + 0.099) / 1.099) ** (1 / 0.45))
    return torch.cat([saturate(y * 255, src.dtype), src[..., 3:]], -1)


@native("cudaimgproc")
def blendLinear(  # noqa: N802
    img1: Image, img2: Image, weights1: Tensor, weights2: Tensor, result: Out = None, stream: Stream | None = None
) -> Tensor:
    """Two images blended by weights of each pixel, as ``cv.blendLinear``.

    Args:
        img1: uint8 or float32, an image or batch.
        img2: another, of the same shape and dtype.
        weights1: float32, (H, W), the weights of the first.
        weights2: those of the second.
        result: where to write the result.
        stream: the stream to work on.

    Returns:
        ``(img1 * weights1 + img2 * weights2) / (weights1 + weights2 + 1e-5)``.
    """
    img1, img2 = squeezed(img1), squeezed(img2)
    if img1.shape != img2.shape or img1.dtype != img2.dtype:
        raise refuse(
            "img2", f"is {img2.dtype} {tuple(img2.shape)}, and 'img1' {img1.dtype} {tuple(img1.shape)}: pass two alike"
        )
    size = img1.shape if img1.ndim == 2 else img1.shape[-3:-1]
    for argument, weights in (("weights1", weights1), ("weights2", weights2)):
        if weights.dtype != torch.float32 or weights.shape != size:
            raise refuse(argument, f"is {weights.dtype} {tuple(weights.shape)}: pass float32 {tuple(size)}")
    a, b = (w if img1.ndim == 2 else w[..., None] for w in (weights1, weights2))
    return saturate((img1.float() * a + img2.float() * b) / (a + b + 1e-5), img1.dtype)

"""Conversions among RGB images, grey, packed and premultiplied ones, and Bayer patterns (``color`` selects them).

RGB stands for BGR, RGB, BGRA and RGBA: a converter's ``source`` or ``result`` says which, as OpenCV's codes do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from torch_opencv.cuda._calls import refuse
from torch_opencv.cuda._images import movable
from torch_opencv.cuda._numbers import saturate
from torch_opencv.cuda.kernels import bayer, color
from torch_opencv.cuda.kernels.accelerated import attempt
from torch_opencv.cuda.kernels.color import Planes

ORDERS = ("BGR", "RGB", "BGRA", "RGBA")
DEPTHS = (torch.uint8, torch.uint16, torch.float32)

Converter = Callable[[Tensor, int], Tensor]
"""Takes (N, H, W, C) and how many channels the result is to have (0: as usual)."""


def planes_of(image: Tensor, order: str = "RGB") -> Planes:
    """Three planes of what colours are computed in; of BGR the last comes first."""
    a, b, c = (color.wide(image)[..., i] for i in range(3))
    return (c, b, a) if order.startswith("BGR") else (a, b, c)


def image_of(planes: Any, dtype: torch.dtype, order: str = "RGB", alpha: Tensor | int = 0) -> Tensor:
    """Planes as an image: in an order, with alpha if that is given (an int other than 0: an opaque one)."""
    found = [saturate(x, dtype) for x in planes]
    if order.startswith("BGR"):
        found.reverse()
    if isinstance(alpha, Tensor):
        found.append(saturate(alpha, dtype))
    elif alpha:
        found.append(torch.full_like(found[0].float(), color.most(dtype)).to(dtype))
    return torch.stack([movable(x) for x in found], -1).view(dtype)


def _opaque(like_: Tensor) -> Tensor:
    """Full alpha in the shape and dtype of a plane, as :func:`movable` gives it."""
    return movable(torch.full_like(like_.float(), color.most(like_.dtype)).to(like_.dtype))


def three_or_four(image: Tensor) -> Tensor:
    """The image, if it has three or four channels; else cv2.error."""
    if image.shape[-1] not in (3, 4):
        raise refuse("src", f"has {image.shape[-1]} channels: pass 3 or 4 for this code")
    return image


def of_depths(image: Tensor, *dtypes: torch.dtype) -> Tensor:
    """The image, if it has one of these dtypes; else cv2.error."""
    if image.dtype not in dtypes:
        names = ", ".join(str(d).removeprefix("torch.") for d in dtypes)
        raise refuse("src", f"is {image.dtype}: pass one of {names} for this code")
    return image


def one_channel(image: Tensor) -> Tensor:
    """The image, if it has one channel; else cv2.error."""
    if image.shape[-1] != 1:
        raise refuse("src", f"has {image.shape[-1]} channels: pass one for this code")
    return image


def alpha_of(dcn: int, usual: int = 3) -> int:
    """Whether a result has four channels."""
    count = dcn or usual
    if count not in (3, 4):
        raise refuse("dcn", f"is {dcn}: pass 3 or 4, or 0")
    return int(count == 4)


def reordered(source: str, result: str) -> Converter:
    """One order of the channels to another; alpha is opaque where there was none."""

    def convert(image: Tensor, dcn: int) -> Tensor:
        if image.shape[-1] != len(source):
            raise refuse("src", f"has {image.shape[-1]} channels: pass {len(source)} for this code")
        pixels = movable(image)
        found = [pixels[..., source.index(c)] for c in result if c in source]
        if len(found) < len(result):
            found.append(
                torch.full_like(image[..., 0].float(), color.most(image.dtype)).to(image.dtype).view(pixels.dtype)
            )
        return torch.stack(found, -1).view(image.dtype)

    return convert


def to_gray(source: str) -> Converter:
    """Grey of RGB."""

    def convert(image: Tensor, dcn: int) -> Tensor:
        checked = of_depths(three_or_four(image), *DEPTHS)
        if image.dtype == torch.uint8:
            made = attempt("gray", image, lambda fused: fused.gray(image, source.startswith("BGR")))
            if made is not None:
                return made
        planes = planes_of(checked, source)
        return saturate(color.gray(planes), image.dtype)[..., None]

    return convert


def from_gray(result: str) -> Converter:
    """RGB of grey."""

    def convert(image: Tensor, dcn: int) -> Tensor:
        one_channel(image)
        with_alpha = alpha_of(dcn, len(result))
        pixels = movable(image).expand(*image.shape[:3], 3)
        if with_alpha:
            pixels = torch.cat([pixels, _opaque(image)], -1)
        return pixels.contiguous().view(image.dtype)

    return convert


def to_packed(source: str, green_bits: int) -> Converter:
    """16 bits a pixel, BGR565 (6 green bits) or BGR555 (5), of RGB or grey."""

    def convert(image: Tensor, dcn: int) -> Tensor:
        of_depths(image, torch.uint8)
        if source == "GRAY":
            x = color.wide(one_channel(image))[..., 0]
            return color.to_packed((x, x if green_bits == 6 else x & ~7, x), None, green_bits)
        alpha = image[..., 3] if len(source) == 4 and image.shape[-1] == 4 else None
        return color.to_packed(planes_of(three_or_four(image), source), alpha, green_bits)

    return convert


def from_packed(green_bits: int, result: str) -> Converter:
    """RGB, or grey, of 16 bits a pixel."""

    def convert(image: Tensor, dcn: int) -> Tensor:
        if image.shape[-1] != 2:
            raise refuse("src", f"has {image.shape[-1]} channels: pass 2 for this code")
        of_depths(image, torch.uint8)
        if result == "GRAY":
            return saturate(color.gray_of_packed(image, green_bits), image.dtype)[..., None]
        planes, alpha = color.from_packed(image, green_bits)
        return image_of(planes, image.dtype, result, alpha if alpha_of(dcn, len(result)) else 0)

    return convert


def premultiply(back: bool) -> Converter:
    """Colours multiplied by alpha, of RGBA; the other way back."""

    def convert(image: Tensor, dcn: int) -> Tensor:
        if image.shape[-1] != 4:
            raise refuse("src", f"has {image.shape[-1]} channels: pass 4 for this code")
        pixels = color.wide(of_depths(image, torch.uint8))
        way = color.unmultiplied if back else color.premultiplied
        return image_of([way(pixels[..., i], pixels[..., 3]) for i in range(3)], image.dtype, alpha=pixels[..., 3])

    return convert


def from_bayer(pattern: str, result: str) -> Converter:
    """RGB, or grey, of a Bayer pattern: BG, GB, RG or GR."""

    def convert(image: Tensor, dcn: int) -> Tensor:
        of_depths(one_channel(image), torch.uint8, torch.uint16)
        if min(image.shape[1:3]) < 3:
            raise refuse("src", f"is {image.shape[2]} x {image.shape[1]}: pass one of 3 x 3 or more")
        pixels = image[..., 0].to(torch.int32)
        if result == "GRAY":
            return saturate(bayer.gray(pixels, pattern), image.dtype)[..., None]
        return image_of(bayer.colours(pixels, pattern), image.dtype, result, alpha_of(dcn, len(result)))

    return convert

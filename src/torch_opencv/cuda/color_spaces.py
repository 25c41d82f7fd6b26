"""Conversions between RGB images and XYZ, HSV, HLS, Lab and Luv (``color`` selects them)."""

from __future__ import annotations

import torch
from torch import Tensor

from torch_opencv.cuda._numbers import is_integer
from torch_opencv.cuda.color_rgb import DEPTHS, Converter, alpha_of, image_of, of_depths, planes_of, three_or_four
from torch_opencv.cuda.kernels import color, hue, lab, luv
from torch_opencv.cuda.kernels.color import Planes
from torch_opencv.cuda.kernels.lab_tables import U_LOW, U_RANGE, V_LOW, V_RANGE

_DEPTHS = (torch.uint8, torch.float32)
HUES = {"HSV": (180, 360), "HLS": (180, 360), "HSV_FULL": (256, 360), "HLS_FULL": (256, 360)}
"""What a whole circle is for bytes and for floats."""


def to_xyz(source: str, space: str) -> Converter:
    """CIE XYZ of RGB."""

    def convert(image: Tensor, dcn: int) -> Tensor:
        return image_of(color.xyz(planes_of(of_depths(three_or_four(image), *DEPTHS), source), back=False), image.dtype)

    return convert


def from_xyz(space: str, result: str) -> Converter:
    """RGB of CIE XYZ."""

    def convert(image: Tensor, dcn: int) -> Tensor:
        planes = color.xyz(planes_of(of_depths(three_or_four(image), *DEPTHS)), back=True)
        return image_of(planes, image.dtype, result, alpha_of(dcn))

    return convert


def to_hue(source: str, space: str) -> Converter:
    """HSV or HLS, as ``space`` names it in OpenCV's codes, of RGB."""

    def convert(image: Tensor, dcn: int) -> Tensor:
        planes = planes_of(of_depths(three_or_four(image), *_DEPTHS), source)
        for_bytes, for_floats = HUES[space]
        if image.dtype == torch.float32:
            return image_of((hue.to_hsv if space.startswith("HSV") else hue.to_hls)(planes, for_floats), image.dtype)
        if space.startswith("HSV"):
            return image_of(hue.to_hsv_of_bytes(planes, for_bytes), image.dtype)
        found = hue.to_hls(hue.of_bytes(planes, (1 / 255, 1 / 255, 1 / 255)), for_bytes)
        return image_of(hue.as_bytes(found, (1, 255, 255)), image.dtype)

    return convert


def from_hue(space: str, result: str) -> Converter:
    """RGB of HSV or HLS."""

    def convert(image: Tensor, dcn: int) -> Tensor:
        planes = planes_of(of_depths(three_or_four(image), *_DEPTHS))
        way, (for_bytes, for_floats) = (hue.from_hsv if space.startswith("HSV") else hue.from_hls), HUES[space]
        if image.dtype == torch.float32:
            return image_of(way(planes, for_floats), image.dtype, result, alpha_of(dcn))
        # A whole circle is 256 one way, and 255 the other.
        found = way(hue.of_bytes(planes, (1, 1 / 255, 1 / 255)), min(for_bytes, 255))
        # OpenCV's vector code cuts the fractions of HSV off, and rounds those of HLS; what is beside it rounds all.
        rounded = [(x * 255).floor() if space.startswith("HSV") else x * 255 for x in found]
        return image_of(rounded, image.dtype, result, alpha_of(dcn))

    return convert


def to_lab(source: str, space: str) -> Converter:
    """CIE Lab of RGB, or of linear ones (LBGR, LRGB)."""
    linear, order = source.startswith("L"), source.removeprefix("L")

    def convert(image: Tensor, dcn: int) -> Tensor:
        planes = planes_of(of_depths(three_or_four(image), *_DEPTHS), order)
        return image_of((lab.to_lab_of_bytes if is_integer(image.dtype) else lab.to_lab)(planes, linear), image.dtype)

    return convert


def from_lab(space: str, result: str) -> Converter:
    """RGB, or linear ones, of CIE Lab."""
    linear, order = result.startswith("L"), result.removeprefix("L")

    def convert(image: Tensor, dcn: int) -> Tensor:
        planes = planes_of(of_depths(three_or_four(image), *_DEPTHS))
        way = lab.from_lab_of_bytes if is_integer(image.dtype) else lab.from_lab
        return image_of(way(planes, linear), image.dtype, order, alpha_of(dcn))

    return convert


def to_luv(source: str, space: str) -> Converter:
    """CIE Luv of RGB, or of linear ones (LBGR, LRGB)."""
    linear, order = source.startswith("L"), source.removeprefix("L")

    def convert(image: Tensor, dcn: int) -> Tensor:
        planes = planes_of(of_depths(three_or_four(image), *_DEPTHS), order)
        if image.dtype == torch.float32:
            return image_of(luv.to_luv(planes, linear), image.dtype)
        if linear:
            floats = luv.to_luv(hue.of_bytes(planes, (1 / 255, 1 / 255, 1 / 255)), True)
            return image_of(_luv_bytes(floats), image.dtype)
        return image_of(luv.to_luv_of_bytes(planes), image.dtype)

    return convert


def _luv_bytes(planes: Planes) -> Planes:
    lightness, u, v = planes
    return (
        lightness * 2.55,
        (u - U_LOW) * (255 / U_RANGE),
        (v - V_LOW) * (255 / V_RANGE),
    )


def from_luv(space: str, result: str) -> Converter:
    """RGB, or linear ones, of CIE Luv."""
    linear, order = result.startswith("L"), result.removeprefix("L")

    def convert(image: Tensor, dcn: int) -> Tensor:
        planes = planes_of(of_depths(three_or_four(image), *_DEPTHS))
        way = luv.from_luv_of_bytes if is_integer(image.dtype) else luv.from_luv
        return image_of(way(planes, linear), image.dtype, order, alpha_of(dcn))

    return convert

"""Cases of colour: every code of `cvtColor` that is native."""

from __future__ import annotations

import re

import cv2
import numpy as np

import torch_opencv as cv
from tests.cuda.case import Case, cases
from torch_opencv.cuda.color import CODES

U8, U16, F32 = "uint8", "uint16", "float32"
cuda = cv.cuda

NAMES = {getattr(cv2, name): name.removeprefix("COLOR_") for name in sorted(dir(cv2)) if name.startswith("COLOR_")}


_RANGES = {
    "HSV": (np.zeros(3), np.array([360, 1, 1])),
    "HLS": (np.zeros(3), np.array([360, 1, 1])),
    "Lab": (np.array([0, -100, -100]), np.array([100, 100, 100])),
    "Luv": (np.array([0, -100, -100]), np.array([100, 100, 100])),
}
"""The floats that sources other than from 0 to 1 have."""


def _even(h, w):
    return h // 2 * 2, w // 2 * 2


def _planar(h, w):
    return h // 4 * 6, w // 2 * 2


def _traits(name: str) -> tuple[tuple[str, ...], tuple[int, ...], dict]:
    """Dtypes, channels and options of a code."""
    source, result = re.match(r"(\w+?)2(\D\w*)", name).groups()
    if source.startswith("Bayer"):
        return (U8, U16), (1,), {}
    if source.startswith("YUV420") or (source == "YUV" and re.search(r"_(NV12|NV21|I420|IYUV|YV12|420)$", result)):
        return (U8,), (1,), {"size": _planar}
    if source == "YUV" and "_" in result:
        return (U8,), (2,), {"size": _even}
    if result.startswith("YUV_"):
        return (U8,), (3 + source.endswith("A"),), {"size": _even}
    if source in ("BGR565", "BGR555"):
        return (U8,), (2,), {}
    if result in ("BGR565", "BGR555"):
        return (U8,), (1 if source == "GRAY" else 3 + source.endswith("A"),), {}
    if "mRGBA" in name:
        return (U8,), (4,), {}
    if source == "GRAY":
        return (U8, U16, F32), (1,), {}
    if source.endswith("A"):
        return (U8, U16, F32), (4,), {}
    if re.search("HSV|HLS|Lab|Luv", name):
        options = {"floats": _RANGES.get(source[:3], (0, 1))}
        if re.search("HSV|HLS", source):  # bytes go by floats, whose last bits differ
            options |= {"tolerance": 1, "share": 0.01}
        if "HSV" in source:
            options |= {"share": 1.0}  # columns beside OpenCV's vectors are rounded instead of cut off
        if "HLS" in result:
            options |= {"tolerance": 1, "share": 0.01, "ipp": (2, 0.5)}
        if re.search("Lab|Luv", result) and source.startswith("L"):
            # Columns beside OpenCV's vectors take roots instead of splines, and so does IPP everywhere.
            options |= {"tolerance": 1, "share": 0.01, "float_tolerance": 3e-5, "ipp": None}
        return (U8, F32), (3, 4) if result in ("HSV", "HLS", "Lab", "Luv") else (3,), options
    return (U8, U16, F32), (3,), {"floats": (0, 1)}


def all_cases() -> list[Case]:
    made: list[Case] = []
    for code in CODES:
        dtypes, channels, options = _traits(NAMES[code])
        call = lambda a, c=code, **k: cuda.cvtColor(a, c, **k)  # noqa: E731
        made += cases("cvtColor", call, lambda a, c=code: cv2.cvtColor(a, c), dtypes, channels, NAMES[code], **options)
        if NAMES[code].startswith("Bayer") and not NAMES[code].endswith("A"):
            call = lambda a, c=code, **k: cuda.demosaicing(a, c, **k)  # noqa: E731
            made += cases(
                "demosaicing", call, lambda a, c=code: cv2.demosaicing(a, c), dtypes, channels, NAMES[code], **options
            )
    for name in ("HSV2BGR", "YCrCb2BGR", "XYZ2RGB", "Lab2BGR", "GRAY2BGR"):
        code = getattr(cv2, f"COLOR_{name}")
        _, channels, _ = _traits(name)
        call = lambda a, c=code, **k: cuda.cvtColor(a, c, dcn=4, **k)  # noqa: E731
        made += cases(
            "cvtColor",
            call,
            lambda a, c=code: cv2.cvtColor(a, c, dstCn=4),
            U8,
            channels,
            f"{name} dcn 4",
            tolerance=1,
            share=1.0,
        )
    return made

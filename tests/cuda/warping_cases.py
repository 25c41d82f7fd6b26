"""Cases of OpenCV's module cudawarping."""

from __future__ import annotations

import math

import cv2
import numpy as np
import torch

import torch_opencv as cv
from tests.cuda.case import Case, cases, tensor_of

U8, I8, U16, I16, I32, F32, F64 = "uint8", "int8", "uint16", "int16", "int32", "float32", "float64"
SAMPLED = (U8, U16, I16, F32, F64)
cuda = cv.cuda

INTERPOLATIONS = {
    "nearest": cv2.INTER_NEAREST,
    "linear": cv2.INTER_LINEAR,
    "cubic": cv2.INTER_CUBIC,
    "area": cv2.INTER_AREA,
    "lanczos4": cv2.INTER_LANCZOS4,
}
BORDERS = (cv2.BORDER_CONSTANT, cv2.BORDER_REPLICATE, cv2.BORDER_REFLECT, cv2.BORDER_REFLECT_101, cv2.BORDER_WRAP)
SIZES = {
    "half": (0.5, 0.5),
    "smaller": (0.61, 0.37),
    "a third": (1 / 3, 1 / 3),
    "larger": (1.7, 2.2),
    "twice": (2, 2),
    "mixed": (1.5, 0.5),
}


def resizing() -> list[Case]:
    made: list[Case] = []
    for way, interpolation in INTERPOLATIONS.items():
        # OpenCV's vector code fuses multiplication and addition, and rounds a few sums otherwise.
        close = {"tolerance": 1, "share": 0.002, "bits16": (1, 0.01)} if way in ("cubic", "lanczos4") else {}
        for label, (fx, fy) in SIZES.items():
            made += cases(
                "resize",
                lambda a, x=fx, y=fy, i=interpolation, **k: cuda.resize(a, None, fx=x, fy=y, interpolation=i, **k),
                lambda a, x=fx, y=fy, i=interpolation: cv2.resize(a, None, fx=x, fy=y, interpolation=i),
                SAMPLED,
                (1, 2, 3, 4) if label == "half" else (1, 3),  # halves are a case of their own for 1, 3 and 4 channels
                f"{way} {label}",
                **close,
            )
        made += cases(
            "resize",
            lambda a, i=interpolation, **k: cuda.resize(a, (19, 11), interpolation=i, **k),
            lambda a, i=interpolation: cv2.resize(a, (19, 11), interpolation=i),
            SAMPLED,
            (1, 3),
            f"{way} to a size",
            **close,
        )
    return made


AFFINE = np.array([[0.8, -0.35, 4.3], [0.29, 0.91, -2.6]])
PERSPECTIVE = np.array([[0.9, -0.2, 3.1], [0.15, 1.1, -2.2], [0.002, -0.004, 1.0]])


def _coordinates():
    y, x = np.mgrid[0:15, 0:21].astype(np.float32)
    return (x * 1.3 + y * 0.2 - 4.4).astype(np.float32), (y * 1.4 - x * 0.15 - 2.3).astype(np.float32)


XMAP, YMAP = _coordinates()


def _on(image, array):
    return torch.from_numpy(array).to(tensor_of(image).device)


def warps() -> list[Case]:
    made: list[Case] = []
    ways = {k: v for k, v in INTERPOLATIONS.items() if k != "area"}
    for way, interpolation in ways.items():
        for border in BORDERS:
            dtypes = SAMPLED if border in (cv2.BORDER_CONSTANT, cv2.BORDER_REFLECT_101) else (U8, F32)
            options = {"borderMode": border, "borderValue": (10, 200, 77)}
            # IPP doesn't quantise the coordinates of some of these types, and moves an edge of others by a pixel.
            # OpenCV's vector code fuses multiplication and addition, and rounds a few of the 16-bit sums otherwise.
            close = {"ipp": None, "bits16": (1, 0.01)}
            made += cases(
                "warpAffine",
                lambda a, i=interpolation, o=options, **k: cuda.warpAffine(a, AFFINE, (31, 25), flags=i, **o, **k),
                lambda a, i=interpolation, o=options: cv2.warpAffine(a, AFFINE, (31, 25), flags=i, **o),
                dtypes,
                (1, 3),
                f"{way} {border}",
                **close,
            )
            made += cases(
                "warpPerspective",
                lambda a, i=interpolation, o=options, **k: cuda.warpPerspective(
                    a, PERSPECTIVE, (31, 25), flags=i, **o, **k
                ),
                lambda a, i=interpolation, o=options: cv2.warpPerspective(a, PERSPECTIVE, (31, 25), flags=i, **o),
                dtypes,
                (1, 3),
                f"{way} {border}",
                **close,
            )
            made += cases(
                "remap",
                lambda a, i=interpolation, o=options, **k: cuda.remap(a, _on(a, XMAP), _on(a, YMAP), i, **o, **k),
                lambda a, i=interpolation, o=options: cv2.remap(a, XMAP, YMAP, i, **o),
                dtypes,
                (1, 3),
                f"{way} {border}",
                **close,
            )
        inverse = interpolation | cv2.WARP_INVERSE_MAP
        for name, matrix in (("warpAffine", AFFINE), ("warpPerspective", PERSPECTIVE)):
            made += cases(
                name,
                lambda a, n=name, m=matrix, i=inverse, **k: getattr(cuda, n)(a, m, (31, 25), flags=i, **k),
                lambda a, n=name, m=matrix, i=inverse: getattr(cv2, n)(a, m, (31, 25), flags=i),
                (U8, F32),
                (1, 3),
                f"{way} inverse",
                ipp=None,
            )
        if way != "lanczos4":
            made += cases(
                "rotate",
                lambda a, i=interpolation, **k: cuda.rotate(
                    a, (40, 30), 25, xShift=3.5, yShift=8, interpolation=i, **k
                ),
                lambda a, i=interpolation: cv2.warpAffine(a, _rotation(25, 3.5, 8), (40, 30), flags=i),
                (U8, F32),
                (1, 3),
                way,
                ipp=None,
            )
    return made


def _rotation(degrees, x, y):
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[c, s, x], [-s, c, y]])


def pyramids() -> list[Case]:
    return [
        *cases("pyrDown", cuda.pyrDown, cv2.pyrDown, SAMPLED, (1, 3, 4)),
        *cases("pyrUp", cuda.pyrUp, cv2.pyrUp, SAMPLED, (1, 3, 4)),
    ]


def all_cases() -> list[Case]:
    return [*resizing(), *warps(), *pyramids()]

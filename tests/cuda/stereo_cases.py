"""Cases of OpenCV's module cudastereo."""

from __future__ import annotations

import cv2
import numpy as np

import torch_opencv as cv
from tests.cuda import stereo_gold
from tests.cuda.case import Case, cases

U8, U16, I16, F32 = "uint8", "uint16", "int16", "float32"
cuda = cv.cuda


def _matcher(disparities, size, **options):
    matcher = cuda.createStereoBM(disparities, size)
    for name, value in options.items():
        getattr(matcher, f"set{name}")(value)
    return matcher


def _gradient(image):
    """What cv2.StereoBM looks at after its Sobel filter, but for its first and last columns."""
    x = cv2.Sobel(image, cv2.CV_16S, 1, 0, borderType=cv2.BORDER_REPLICATE).astype(int)
    return x.clip(-31, 31) + 31


def _response(image):
    gain, image = 9 * 9 // 8, image.astype(np.float64)
    scale = (1024 + gain) // (gain * 2)
    cross = cv2.filter2D(image, -1, np.array([[0, 1, 0], [1, 4, 1], [0, 1, 0]]), borderType=cv2.BORDER_REPLICATE)
    around = cv2.boxFilter(image, -1, (9, 9), normalize=False, borderType=cv2.BORDER_REPLICATE)
    x = (cross.round().astype(int) * gain * scale - around.round().astype(int) * scale) >> 10
    return x.clip(-31, 31) + 31


def matching() -> list[Case]:
    made: list[Case] = []
    for label, size, options, prefilter in (
        ("", 5, {}, None),
        ("texture", 3, {"TextureThreshold": 200}, None),
        ("gradient", 5, {"PreFilterType": cv2.StereoBM_PREFILTER_XSOBEL}, _gradient),
        ("response", 5, {"PreFilterType": cv2.StereoBM_PREFILTER_NORMALIZED_RESPONSE}, _response),
    ):
        made += cases(
            "createStereoBM",
            lambda a, b, s=size, o=options, **k: _matcher(16, s, **o).compute(a, b, **k),
            lambda a, b, s=size, o=options, f=prefilter: stereo_gold.block_matched(
                a, b, 16, s, f, o.get("TextureThreshold", 3)
            ),
            U8,
            1,
            label,
            count=2,
            outputs=("disparity",),
        )
    four, eight = ((0, 1), (0, -1), (1, 0), (-1, 0)), ((1, 1), (1, -1), (-1, 1), (-1, -1))
    for least, count, mode, directions in (
        (0, 9, cv2.StereoSGBM_MODE_HH4, four),
        (-2, 6, cv2.StereoSGBM_MODE_HH, four + eight),
    ):
        made += cases(
            "createStereoSGM",
            lambda a, b, o=(least, count, 7, 30, 5, mode), **k: cuda.createStereoSGM(*o).compute(a, b, **k),
            lambda a, b, o=(least, count, 7, 30, 5, directions): stereo_gold.semi_global(a, b, *o),
            U8 if least else (U8, U16),
            1,
            f"{least} {count}",
            count=2,
            outputs=("disparity",),
        )
    return made


def filters() -> list[Case]:
    made: list[Case] = []
    for count in (64, 300):
        made += cases(
            "drawColorDisp",
            lambda a, n=count, **k: cuda.drawColorDisp(a, n, **k),
            lambda a, n=count: stereo_gold.coloured(a, n),
            (U8, I16),
            1,
            str(count),
            outputs=("dst_disp",),
            tolerance=1,
            share=0.05,
        )
    made += cases(
        "createDisparityBilateralFilter",
        lambda a, b, **k: cuda.createDisparityBilateralFilter(64, 2).apply(a, b, **k),
        lambda a, b: stereo_gold.bilateral(a, b, 64, 2),
        U8,
        1,
        count=2,
    )
    return made


def all_cases() -> list[Case]:
    return [*matching(), *filters()]

"""Cases of OpenCV's modules cudabgsegm and cudaoptflow."""

from __future__ import annotations

import cv2

import torch_opencv as cv
from tests.cuda.case import Case, cases

U8, F32 = "uint8", "float32"
cuda = cv.cuda


def _video(of, image):
    """A few frames that ``of``, cv2 or cv.cuda, makes of one image: it is mirrored, comes back, and darkens."""
    mirrored, darker = of.flip(image, 1), of.addWeighted(image, 0.7, image, 0, 0)
    return [image, mirrored, image, image, mirrored, darker, image, darker]


def _last(subtractor, frames, **options):
    for frame in frames[:-1]:
        subtractor.apply(frame)
    return subtractor.apply(frames[-1], **options)


def subtraction() -> list[Case]:
    made: list[Case] = []
    for shadows in (True, False):
        made += cases(
            "createBackgroundSubtractorMOG2",
            lambda a, s=shadows, **k: _last(cuda.createBackgroundSubtractorMOG2(20, 9, s), _video(cuda, a), **k),
            lambda a, s=shadows: _last(cv2.createBackgroundSubtractorMOG2(20, 9, s), _video(cv2, a)),
            (U8, F32),
            (1, 3),
            str(shadows),
            outputs=("fgmask",),
            floats=(0, 255),
            tolerance=255,
            share=0.002,
            float_tolerance=255,
        )
    made += cases(
        "createBackgroundSubtractorMOG",
        lambda a, **k: _last(cuda.createBackgroundSubtractorMOG(20, 3), _video(cuda, a), **k),
        lambda a: _last(cv2.bgsegm.createBackgroundSubtractorMOG(20, 3), _video(cv2, a)),
        U8,
        (1, 3),
        outputs=("fgmask",),
    )
    return made


def all_cases() -> list[Case]:
    return [*subtraction()]

"""Cases of OpenCV's module cudaimgproc: corners, template matching, bilateral filter, moments."""

from __future__ import annotations

import cv2
import numpy as np

import torch_opencv as cv
from tests.cuda.case import Case, cases, tensor_of
from torch_opencv.cuda import _numbers

U8, F32 = "uint8", "float32"
cuda = cv.cuda


def _type(image):
    tensor = tensor_of(image)
    return _numbers.type_code(tensor.dtype, 1 if tensor.ndim == 2 else tensor.shape[-1])


def corners() -> list[Case]:
    made: list[Case] = []
    for block, size in ((2, 3), (3, 5), (5, 3), (3, -1)):
        label = f"{block} {size}"
        made += cases(
            "createHarrisCorner",
            lambda a, b=block, s=size, **k: cuda.createHarrisCorner(_type(a), b, s, 0.04).compute(a, **k),
            lambda a, b=block, s=size: cv2.cornerHarris(a, b, s, 0.04),
            (U8, F32),
            1,
            label,
            floats=(0, 1),
        )
        made += cases(
            "createMinEigenValCorner",
            lambda a, b=block, s=size, **k: cuda.createMinEigenValCorner(_type(a), b, s).compute(a, **k),
            lambda a, b=block, s=size: cv2.cornerMinEigenVal(a, b, ksize=s),
            (U8, F32),
            1,
            label,
            floats=(0, 1),
        )
    return made


def _part(image):
    tensor = tensor_of(image)
    return tensor[0, 4:11, 3:8] if tensor.ndim == 4 else tensor[4:11, 3:8]


def templates() -> list[Case]:
    made: list[Case] = []
    for method in range(6):
        made += cases(
            "createTemplateMatching",
            lambda a, m=method, **k: cuda.createTemplateMatching(_type(a), m).match(a, _part(a), **k),
            lambda a, m=method: cv2.matchTemplate(a, np.ascontiguousarray(a[4:11, 3:8]), m),
            (U8, F32),
            (1, 3),
            str(method),
            outputs=("result",),
            batch=False,
            float_tolerance=2e-5,  # OpenCV sums squares and products of floats in float32
        )
    return made


def smoothing() -> list[Case]:
    made: list[Case] = []
    for size, color, space in ((5, 30, 2), (0, 50, 1.5), (7, 75, 75)):
        made += cases(
            "bilateralFilter",
            lambda a, d=size, c=color, s=space, **k: cuda.bilateralFilter(a, d, c, s, **k),
            lambda a, d=size, c=color, s=space: cv2.bilateralFilter(a, d, c, s),
            (U8, F32),
            (1, 3),
            f"{size} {color} {space}",
            tolerance=1,
            share=0.002,
            ipp=(1, 0.6),
            float_tolerance=1e-3,  # OpenCV interpolates the exponential of float colours in a table
        )
    return made


def _less(image):
    """Derivatives as of 8 bits; OpenCV's 16-bit sums overflow for larger ones."""
    return tensor_of(image) >> 4


def edges() -> list[Case]:
    made: list[Case] = []
    for low, high, size, squares in (
        (50, 100, 3, False),
        (80.5, 160.5, 3, True),
        (400, 900, 5, False),
        (3000, 5000, 7, True),
    ):
        made += cases(
            "createCannyEdgeDetector",
            lambda a, o=(low, high, size, squares), **k: cuda.createCannyEdgeDetector(*o).detect(a, **k),
            lambda a, o=(low, high, size, squares): cv2.Canny(a, o[0], o[1], apertureSize=o[2], L2gradient=o[3]),
            U8,
            1,
            f"{low} {high} {size} {squares}",
            outputs=("edges",),
            synchronises=True,
            ipp=None,
        )
    made += cases(
        "createCannyEdgeDetector",
        lambda a, **k: cuda.createCannyEdgeDetector(900, 1500).detect(_less(a), _less(a).flip(-1), **k),
        lambda a: cv2.Canny(a >> 4, np.ascontiguousarray(a[:, ::-1] >> 4), 900, 1500),
        "int16",
        1,
        "derivatives",
        outputs=("edges",),
        synchronises=True,
        batch=False,
    )
    return made


def features() -> list[Case]:
    made: list[Case] = []
    for most, quality, distance, harris in ((0, 0.01, 0, False), (20, 0.05, 4, False), (0, 0.02, 2.5, True)):
        made += cases(
            "createGoodFeaturesToTrackDetector",
            lambda a, o=(most, quality, distance, harris), **k: cuda.createGoodFeaturesToTrackDetector(
                _type(a), *o[:3], 3, o[3]
            ).detect(a, **k),
            lambda a, o=(most, quality, distance, harris): cv2.goodFeaturesToTrack(a, *o[:3], useHarrisDetector=o[3]),
            U8,
            1,
            f"{most} {quality} {distance} {harris}",
            outputs=("corners",),
            synchronises=True,
            batch=False,
            ipp=None,
        )
    return made


Q = np.array([[1, 0, 0, -8.5], [0, 1, 0, -9], [0, 0, 0, 40], [0, 0, 0.3, 0.7]])


def points() -> list[Case]:
    def case(cn):
        return cases(
            "reprojectImageTo3D",
            lambda a, **k: cuda.reprojectImageTo3D(a, Q, dst_cn=cn, **k),
            lambda a: np.concatenate([cv2.reprojectImageTo3D(a, Q), np.ones((*a.shape, cn - 3), np.float32)], -1),
            (U8, "int16", F32),
            1,
            str(cn),
            outputs=("xyzw",),
            floats=(1, 90),
        )

    return [*case(3), *case(4)]


def _moments(a, **more):
    found = cv2.moments(a, **more)
    return np.array([[found[f"m{p}"] for p in ("00", "10", "01", "20", "11", "02", "30", "21", "12", "03")]])


def moments() -> list[Case]:
    made: list[Case] = []
    made += cases("spatialMoments", cuda.spatialMoments, _moments, (U8, F32), 1, outputs=("moments",), floats=(0, 100))
    made += cases(
        "spatialMoments",
        lambda a, **k: cuda.spatialMoments(a, binaryImage=True, order=2, **k),
        lambda a: _moments(a, binaryImage=True)[:, :6],
        U8,
        1,
        "binary",
        outputs=("moments",),
    )
    made += cases(
        "moments",
        lambda a: np.array(list(cuda.moments(a).values())),
        lambda a: np.array(list(cv2.moments(a).values())),
        U8,
        1,
        outputs=(),
        batch=False,
        synchronises=True,
    )
    return made


def all_cases() -> list[Case]:
    return [*corners(), *templates(), *smoothing(), *edges(), *features(), *points(), *moments()]

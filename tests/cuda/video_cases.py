"""Cases of OpenCV's modules cudabgsegm and cudaoptflow."""

from __future__ import annotations

import cv2
import numpy as np
import torch

import torch_opencv as cv
from tests.cuda import brox_gold, video_gold
from tests.cuda.case import Case, cases, tensor_of

U8, F32 = "uint8", "float32"
cuda = cv.cuda


def _video(of, image):
    """A few frames that ``of``, cv2 or cv.cuda, makes of one image: it is mirrored, comes back, and darkens."""
    mirrored, darker = of.flip(image, 1), of.addWeighted(image, 0.7, image, 0, 0)
    return [image, mirrored, image, image, darker]


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
            (U8, F32) if shadows else U8,
            (1, 3) if shadows else 3,
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


POINTS = np.array([[[4, 5], [17.25, 9.5], [0, 0], [33.4, 18], [-30, 4], [8.8, 23]]], np.float32)


def _points(image):
    return torch.from_numpy(POINTS).to(tensor_of(image).device)


def _followed(a, b, **options):
    places, status, error = cv2.calcOpticalFlowPyrLK(a, b, POINTS, None, **options)
    status = status.reshape(1, -1)
    return places, status, np.where(status > 0, error.reshape(1, -1), 0)


def flow() -> list[Case]:
    made: list[Case] = []
    two = {"count": 2, "floats": (0, 255)}
    for options in (
        {"numIters": 4},
        {"flags": cv2.OPTFLOW_FARNEBACK_GAUSSIAN, "numIters": 2},
        {"numLevels": 2, "pyrScale": 0.9, "winSize": 7, "numIters": 2, "polyN": 7, "polySigma": 1.5},
    ):
        ours = cuda.FarnebackOpticalFlow.create(**options)
        names = ("PyrScale", "NumLevels", "WinSize", "NumIters", "PolyN", "PolySigma", "Flags")
        theirs = [getattr(ours, f"get{name}")() for name in names]
        made += cases(
            "FarnebackOpticalFlow",
            lambda a, b, f=ours, **k: f.calc(a, b, k.pop("flow", None), **k),
            lambda a, b, o=theirs: cv2.calcOpticalFlowFarneback(a, b, None, *o),
            U8,
            1,
            " ".join(options),
            outputs=("flow",),
            of_floats=1e-3,  # noise has no flow: what is found depends on the last bits of sums
            **two,
        )
    for size, levels, steps in ((9, 1, 12), (7, 0, 5)):
        made += cases(
            "SparsePyrLKOpticalFlow",
            lambda a, b, o=(size, levels, steps), **k: cuda.SparsePyrLKOpticalFlow.create((o[0], o[0]), *o[1:]).calc(
                a, b, _points(a), **k
            ),
            lambda a, b, o=(size, levels, steps): _followed(
                a, b, winSize=(o[0], o[0]), maxLevel=o[1], criteria=(3, o[2], 0.01)
            ),
            U8,
            (1, 3) if levels else 3,
            f"{size} {levels} {steps}",
            outputs=("nextPts", "status", "err"),
            batch=False,
            of_floats=2e-4,  # OpenCV adds up in float32, four at a time
            **two,
        )
    made += cases(
        "DensePyrLKOpticalFlow",
        lambda a, b, **k: cuda.DensePyrLKOpticalFlow.create((3, 3), 1, 2).calc(a, b, k.pop("flow", None), **k),
        lambda a, b: video_gold.dense_lucas_kanade(a, b, 3, 1, 2),
        U8,
        1,
        outputs=("flow",),
        **two,
    )
    for options in ((0.197, 50.0, 0.8, 2, 2, 3), (1.0, 5.0, 0.6, 1, 9, 4)):
        made += cases(
            "BroxOpticalFlow",
            lambda a, b, o=options, **k: cuda.BroxOpticalFlow.create(*o).calc(a, b, k.pop("flow", None), **k),
            lambda a, b, o=options: brox_gold.flow(a, b, *o),
            F32,
            1,
            f"{options[2]}",
            outputs=("flow",),
            count=2,
            floats=(0, 1),
            of_floats=5e-3,  # a place that is rounded to the next 256th of a pixel has other neighbours
        )
    for gamma in (0, 0.2):
        ours = cuda.OpticalFlowDual_TVL1.create(nscales=2, warps=2, iterations=12, gamma=gamma)
        made += cases(
            "OpticalFlowDual_TVL1",
            lambda a, b, f=ours, **k: f.calc(a, b, k.pop("flow", None), **k),
            lambda a, b, g=gamma: _tvl1(g).calc(a, b, None),
            (U8, F32),
            1,
            str(gamma),
            outputs=("flow",),
            synchronises=True,
            count=2,
            floats=(0, 1),
            of_floats=0.03,  # a place that is rounded to the next 32nd of a pixel is that far off
        )
    return made


def _tvl1(gamma):
    method = cv2.optflow.DualTVL1OpticalFlow_create(nscales=2, warps=2, useInitialFlow=False)
    method.setMedianFiltering(1)
    method.setInnerIterations(1)
    method.setOuterIterations(12)
    method.setGamma(gamma)
    return method


def all_cases() -> list[Case]:
    return [*subtraction(), *flow()]

"""Cases of OpenCV's module cudaimgproc: Hough transforms, connected components, mean shift."""

from __future__ import annotations

import cv2
import numpy as np

import torch_opencv as cv
from tests.cuda import hough_gold
from tests.cuda.case import Case, cases, tensor_of

U8 = "uint8"
cuda = cv.cuda


def _on(image, least=200):
    return cuda.compareWithScalar(image, least, cv2.CMP_GT)


def _lines(image, rho, theta, threshold):
    found = cv2.HoughLinesWithAccumulator(image, rho, theta, threshold)
    found = np.zeros((0, 3), np.float32) if found is None else found.reshape(-1, 3)
    votes = np.zeros(2 * len(found), np.int32)
    votes[: len(found)] = found[:, 2]
    return np.stack([found[:, :2], votes.view(np.float32).reshape(-1, 2)])


def hough() -> list[Case]:
    made: list[Case] = []
    alone = {"batch": False, "synchronises": True}
    for rho, theta, threshold in ((1, np.pi / 180, 10), (2, np.pi / 45, 14), (1.5, 0.1, 3)):
        made += cases(
            "createHoughLinesDetector",
            lambda a, o=(rho, theta, threshold), **k: cuda.createHoughLinesDetector(*o, True).detect(_on(a), **k),
            lambda a, o=(rho, theta, threshold): _lines((a > 200).astype(np.uint8), *o),
            U8,
            1,
            f"{rho} {theta:.3f} {threshold}",
            outputs=("lines",),
            **alone,
        )
    for rho, theta, length, gap in ((1, np.pi / 60, 6, 2), (1, np.pi / 60, 10, 4), (1.5, 0.07, 8, 1)):
        made += cases(
            "createHoughSegmentDetector",
            lambda a, o=(rho, theta, length, gap), **k: cuda.createHoughSegmentDetector(*o).detect(_on(a, 160), **k),
            lambda a, o=(rho, theta, length, gap): hough_gold.segments(a > 160, *o),
            U8,
            1,
            f"{rho} {theta:.3f} {length} {gap}",
            outputs=("lines",),
            **alone,
        )
    for dp, distance, votes in ((1, 1, 5), (1.5, 4, 9)):
        made += cases(
            "createHoughCirclesDetector",
            lambda a, o=(dp, distance, 300, votes, 3, 9), **k: cuda.createHoughCirclesDetector(*o).detect(a, **k),
            lambda a, o=(dp, distance, 300, votes, 3, 9): hough_gold.circles(a, *o),
            U8,
            1,
            f"{dp} {distance} {votes}",
            outputs=("circles",),
            ipp=None,
            **alone,
        )
    return made


def _set(transform, options):
    for name, value in options.items():
        getattr(transform, f"set{name}")(value)
    return transform


def _shapes(of, image, pixels, name, options, **outputs):
    """Where a part of an image is in it; ``of`` is cv2 or cv.cuda, ``pixels`` the image as it can be cut."""
    transform = _set(getattr(of, name)(), options)
    transform.setTemplate(pixels[4:16, 1:9], (3, 5))
    found = transform.detect(image, **outputs)
    nothing = np.zeros((1, 0, 4), np.float32), np.zeros((1, 0, 3), np.int32)
    return nothing if found[0] is None else found


def generalized_hough() -> list[Case]:
    made: list[Case] = []
    few = {"AngleThresh": 20, "ScaleThresh": 3, "PosThresh": 1}
    for name, options in (
        ("createGeneralizedHoughBallard", {"VotesThreshold": 1}),
        ("createGeneralizedHoughBallard", {"VotesThreshold": 3, "Levels": 33, "Dp": 1.5}),
        ("createGeneralizedHoughGuil", {"MaxAngle": 90.0, "AngleEpsilon": 12.0, **few}),
        (
            "createGeneralizedHoughGuil",
            {"Levels": 20, "Dp": 2.0, "MaxBufferSize": 9, "Xi": 60.0, "AngleEpsilon": 20.0} | few,
        ),
        ("createGeneralizedHoughGuil", {"AngleEpsilon": 30.0, "AngleStep": 40.0, "ScaleStep": 0.4, **few}),
    ):
        made += cases(
            name,
            lambda a, n=name, o=options, **k: _shapes(cuda, a, tensor_of(a), n, o, **k),
            lambda a, n=name, o=options: _shapes(cv2, a, a, n, o),
            U8,
            1,
            " ".join(f"{k} {v:g}" for k, v in options.items()),
            outputs=("positions", "votes"),
            batch=False,
            synchronises=True,
        )
    return made


def _renumbered(labels):
    """Components in the order of their first pixels."""
    on, first = np.unique(labels[labels > 0], return_index=True)
    names = np.zeros(labels.max() + 1, np.int32)
    names[on[np.argsort(first)]] = np.arange(1, len(on) + 1)
    return names[labels]


def components() -> list[Case]:
    made: list[Case] = []
    for connectivity, least in ((8, 128), (8, 200), (4, 90)):
        made += cases(
            "connectedComponents",
            lambda a, o=connectivity, v=least, **k: cuda.connectedComponents(_on(a, v), connectivity=o, **k),
            lambda a, o=connectivity, v=least: _renumbered(
                cv2.connectedComponents((a > v).astype(np.uint8), connectivity=o)[1]
            ),
            U8,
            1,
            f"{connectivity} {least}",
            outputs=("labels",),
            synchronises=True,
        )
    made += cases(
        "connectedComponentsWithAlgorithm",
        lambda a, **k: cuda.connectedComponentsWithAlgorithm(_on(a, 99), 8, cv2.CV_16U, cv2.CCL_DEFAULT, **k),
        lambda a: _renumbered(cv2.connectedComponents((a > 99).astype(np.uint8))[1]).astype(np.uint16),
        U8,
        1,
        outputs=("labels",),
        synchronises=True,
    )
    return made


def _shifted(image, *options):
    """By the CPU function, which takes three channels."""
    found = cv2.pyrMeanShiftFiltering(np.ascontiguousarray(image[..., :3]), *options)
    return np.concatenate([found, image[..., 3:]], -1)


def mean_shift() -> list[Case]:
    made: list[Case] = []
    for sp, sr, steps, epsilon in ((2, 60, 3, 1), (3, 120, 2, 0)):
        criteria = (cv2.TERM_CRITERIA_MAX_ITER + cv2.TERM_CRITERIA_EPS, steps, epsilon)
        made += cases(
            "meanShiftFiltering",
            lambda a, o=(sp, sr), c=criteria, **k: cuda.meanShiftFiltering(a, *o, criteria=c, **k),
            lambda a, o=(sp, sr), c=criteria: _shifted(a, *o, None, 0, c),
            U8,
            (3, 4),
            f"{sp} {sr} {steps} {epsilon}",
        )
    made += cases(
        "meanShiftProc",
        lambda a, **k: cuda.meanShiftProc(a, 3, 90, **k),
        lambda a: (_shifted(a, 3, 90, None, 0, (3, 5, 1)), cuda.meanShiftProc(a, 3, 90)[1].numpy()),
        U8,
        4,
        outputs=("dstr", "dstsp"),
    )
    made += cases(
        "meanShiftSegmentation",
        lambda a, **k: cuda.meanShiftSegmentation(a, 6, 150, 12, **k),
        lambda a: hough_gold.mean_shift_segments(
            a, *(x.numpy() for x in reversed(cuda.meanShiftProc(a, 6, 150))), 6, 150, 12
        ),
        U8,
        (3, 4),
        batch=False,
        synchronises=True,
    )
    return made


def all_cases() -> list[Case]:
    return [*hough(), *generalized_hough(), *components(), *mean_shift()]

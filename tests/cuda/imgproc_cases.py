"""Cases of OpenCV's module cudaimgproc, colour apart; and of `preprocess`."""

from __future__ import annotations

import cv2
import numpy as np
import torch

import torch_opencv as cv
from tests.cuda.case import Case, cases, tensor_of

U8, U16, I16, F32 = "uint8", "uint16", "int16", "float32"
cuda = cv.cuda


def _counted(a, bins, low, high):
    return cv2.calcHist([a], [0], None, [bins], [low, high]).reshape(1, bins).astype(np.int32)


LEVELS = np.array([[0, 10, 64, 65, 128, 250]], np.int32)


def histograms() -> list[Case]:
    made: list[Case] = []
    made += cases("calcHist", cuda.calcHist, lambda a: _counted(a, 256, 0, 256), U8, 1, outputs=("hist",))
    made += cases(
        "calcHist",
        lambda a, **k: cuda.calcHist(a, tensor_of(a) > 100, **k),
        lambda a: _counted(a[a > 100], 256, 0, 256),
        U8,
        1,
        "mask",
        outputs=("hist",),
    )
    made += cases("equalizeHist", cuda.equalizeHist, cv2.equalizeHist, U8, 1)
    for bins, low, high in ((16, 0, 256), (10, 20, 220)):
        made += cases(
            "histEven",
            lambda a, b=bins, x=low, y=high, **k: cuda.histEven(a, b, x, y, **k),
            lambda a, b=bins, x=low, y=high: _counted(a, b, x, y),
            (U8, U16),
            1,
            f"{bins}",
            outputs=("hist",),
        )
    made += cases(
        "histRange",
        lambda a, **k: cuda.histRange(a, torch.from_numpy(LEVELS).to(tensor_of(a).device), **k),
        lambda a: np.histogram(a[a < 250], LEVELS[0])[0].astype(np.int32)[None],
        (U8, I16),
        1,
        outputs=("hist",),
    )
    for clip, tiles in ((40.0, (8, 8)), (2.0, (4, 3)), (0.0, (2, 2)), (3.0, (5, 8))):
        made += cases(
            "createCLAHE",
            lambda a, c=clip, t=tiles, **k: cuda.createCLAHE(c, t).apply(a, **k),
            lambda a, c=clip, t=tiles: cv2.createCLAHE(c, t).apply(a),
            (U8, U16) if tiles == (4, 3) else U8,
            1,
            f"{clip} {tiles}",
            tolerance=1,
            share=0.01,
        )
    return made


def _over(a, b):
    x, y = a.astype(np.float64) / 255, b.astype(np.float64) / 255
    alpha, beta = x[..., 3:], y[..., 3:]
    colours = x[..., :3] * alpha + y[..., :3] * beta * (1 - alpha)
    return np.rint(np.concatenate([colours, alpha + beta * (1 - alpha)], -1) * 255).astype(np.uint8)


def _gamma(a):
    x = a / 255.0
    return np.rint(np.where(x < 0.018, x * 4.5, 1.099 * x**0.45 - 0.099) * 255).astype(np.uint8)


def _no_gamma(a):
    x = a / 255.0
    return np.rint(np.where(x < 0.081, x / 4.5, ((x + 0.099) / 1.099) ** (1 / 0.45)) * 255).astype(np.uint8)


def _weights(a):
    h, w = a.shape[:2] if a.ndim < 4 else a.shape[1:3]
    ramp = np.linspace(0, 1, h * w, dtype=np.float32).reshape(h, w)
    return ramp, 1 - ramp * 0.5


def _blended(a, b, **k):
    weights = (torch.from_numpy(w).to(tensor_of(a).device) for w in _weights(tensor_of(a)))
    return cuda.blendLinear(a, b, *weights, **k)


def composition() -> list[Case]:
    made: list[Case] = []
    made += cases("alphaComp", lambda a, b, **k: cuda.alphaComp(a, b, cuda.ALPHA_OVER, **k), _over, U8, 4, count=2)
    made += cases(
        "alphaComp",
        lambda a, b, **k: cuda.alphaComp(a, b, cuda.ALPHA_PLUS_PREMUL, **k),
        cv2.add,
        U8,
        4,
        "plus",
        count=2,
    )
    made += cases("gammaCorrection", cuda.gammaCorrection, _gamma, U8, 3)
    made += cases(
        "gammaCorrection",
        lambda a, **k: cuda.gammaCorrection(a, forward=False, **k),
        _no_gamma,
        U8,
        3,
        "inverse",
    )
    made += cases(
        "blendLinear",
        _blended,
        lambda a, b: cv2.blendLinear(a, b, *_weights(a)),
        (U8, F32),
        (1, 3),
        count=2,
        outputs=("result",),
        tolerance=1,
        share=0.01,
    )
    return made


MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
BOXES = [(0, 0, 6, 6), (3, 2, 5, 8)]


def _input(a, boxes):
    crops = [a[y : y + h, x : x + w] for x, y, w, h in boxes]
    resized = np.stack([cv2.resize(np.ascontiguousarray(crop), (20, 12)) for crop in crops])[..., ::-1]
    return ((resized / 255.0 - MEAN) / STD).transpose(0, 3, 1, 2).astype(np.float32)


def preprocessing() -> list[Case]:
    return [
        *cases(
            "preprocess",
            lambda a, **k: cuda.preprocess(a, (20, 12), mean=MEAN, std=STD, **k),
            lambda a: _input(a, [(0, 0, a.shape[1], a.shape[0])]),
            U8,
            3,
            batch=False,
        ),
        *cases(
            "preprocess",
            lambda a, **k: cuda.preprocess(a, (20, 12), boxes=BOXES, mean=MEAN, std=STD, **k),
            lambda a: _input(a, BOXES),
            U8,
            3,
            "boxes",
            batch=False,
        ),
    ]


def all_cases() -> list[Case]:
    return [*histograms(), *composition(), *preprocessing()]

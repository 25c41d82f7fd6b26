"""Cases of OpenCV's module cudafilters."""

from __future__ import annotations

import cv2
import numpy as np

import torch_opencv as cv
from tests.cuda.case import Case, cases, tensor_of
from torch_opencv.cuda import _numbers

U8, U16, I16, F32, F64 = "uint8", "uint16", "int16", "float32", "float64"
TYPES = (U8, U16, I16, F32, F64)
cuda = cv.cuda

BORDERS = (cv2.BORDER_CONSTANT, cv2.BORDER_REPLICATE, cv2.BORDER_REFLECT, cv2.BORDER_REFLECT_101)


def _applied(factory, *rest, before=(), depth=None, **more):
    """A call that makes a filter for the images it is given, and applies it."""

    def call(image, **options):
        tensor = tensor_of(image)
        cn = 1 if tensor.ndim == 2 else tensor.shape[-1]
        code = _numbers.type_code(tensor.dtype, cn)
        result = -1 if depth is None or depth < 0 else _numbers.type_code(_numbers.DEPTHS[depth], cn)
        types = (code,) if depth is None else (code, result)
        return getattr(cuda, factory)(*before, *types, *rest, **more).apply(image, **options)

    return call


KERNEL = np.random.default_rng(2).uniform(-0.4, 0.5, (3, 5))
SMOOTH = np.array([0.1, 0.2, 0.4, 0.2, 0.1])
EXACT = np.array([1, 4, 6, 4, 1]) / 16
UNEVEN = np.array([0.5, -0.25, 0.125, 1.0])
CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (5, 3))
BOX = np.ones((3, 3), np.uint8)


def linear() -> list[Case]:
    made: list[Case] = []
    # OpenCV fuses multiplications and additions. Only 16 bits with sign are blurred in floats.
    close = {"bits16": (1, 0.01)}
    for border in BORDERS:
        for size in ((3, 3), (5, 2), (17, 19)):
            made += cases(
                "createBoxFilter",
                _applied("createBoxFilter", size, borderMode=border, depth=-1),
                lambda a, s=size, b=border: cv2.boxFilter(a, -1, s, borderType=b),
                TYPES,
                (1, 3, 4),
                f"{size} {border}",
                bits16=(1, 0.01),  # sums beyond 24 bits are scaled in float32 by vector code, in float64 beside it
            )
        made += cases(
            "createLinearFilter",
            _applied("createLinearFilter", KERNEL, borderMode=border, depth=-1),
            lambda a, b=border: cv2.filter2D(a, -1, KERNEL, borderType=b),
            TYPES,
            (1, 3),
            str(border),
            tolerance=1,
            share=0.01,
            bits16=(1, 0.02),
        )
        made += cases(
            "createSeparableLinearFilter",
            _applied("createSeparableLinearFilter", UNEVEN, SMOOTH, rowBorderMode=border, depth=-1),
            lambda a, b=border: cv2.sepFilter2D(a, -1, UNEVEN, SMOOTH, borderType=b),
            TYPES,
            (1, 3),
            str(border),
            tolerance=1,
            share=0.01,
            bits16=(1, 0.02),
        )
    made += cases(
        "createBoxFilter",
        _applied("createBoxFilter", (3, 5), (2, 1), depth=cv2.CV_32F),
        lambda a: cv2.boxFilter(a, cv2.CV_32F, (3, 5), anchor=(2, 1)),
        (U8, F32),
        (1, 3),
        "anchor",
    )
    for depth in (cv2.CV_16S, cv2.CV_32F):
        made += cases(
            "createLinearFilter",
            _applied("createLinearFilter", KERNEL, depth=depth),
            lambda a, d=depth: cv2.filter2D(a, d, KERNEL),
            U8,
            (1, 3),
            str(depth),
            tolerance=1,
            share=0.01,
        )
        for order in ((1, 0), (0, 1), (1, 1), (2, 0)):
            for size in (3, 5, 7):
                for name, scale in (("createSobelFilter", 1), ("createSobelFilter", 0.3)):
                    made += cases(
                        name,
                        _applied(name, *order, size, scale, depth=depth),
                        lambda a, d=depth, o=order, s=size, k=scale: cv2.Sobel(a, d, *o, ksize=s, scale=k),
                        U8 if depth == cv2.CV_16S else (U8, F32),
                        (1, 3),
                        f"{order} {size} {scale} {depth}",
                        # Whole numbers times 0.3 are often halves, which fused multiplications round otherwise.
                        tolerance=0 if scale == 1 else 1,
                        share=0 if scale == 1 else 0.05,
                    )
        for order in ((1, 0), (0, 1)):
            made += cases(
                "createScharrFilter",
                _applied("createScharrFilter", *order, depth=depth),
                lambda a, d=depth, o=order: cv2.Scharr(a, d, *o),
                U8,
                (1, 3),
                f"{order} {depth}",
            )
        for size in (1, 3):
            made += cases(
                "createLaplacianFilter",
                _applied("createLaplacianFilter", size, 0.5, depth=depth),
                lambda a, d=depth, s=size: cv2.Laplacian(a, d, ksize=s, scale=0.5),
                U8,
                (1, 3),
                f"{size} {depth}",
            )
    made += cases(
        "createLaplacianFilter",
        _applied("createLaplacianFilter", 3, depth=-1),
        lambda a: cv2.Laplacian(a, -1, ksize=3),
        TYPES,
        (1, 3),
    )
    made += cases(
        "createSobelFilter",
        _applied("createSobelFilter", 1, 0, depth=-1),
        lambda a: cv2.Sobel(a, -1, 1, 0),
        (U8, I16, F32, F64),
        (1, 3),
    )
    made += cases(
        "createDerivFilter",
        _applied("createDerivFilter", 1, 0, 5, True, 2.0, depth=cv2.CV_32F),
        lambda a: cv2.sepFilter2D(a, cv2.CV_32F, *_scaled(cv2.getDerivKernels(1, 0, 5, normalize=True), 2.0)),
        (U8, F32),
        (1, 3),
    )
    made += cases(
        "createSeparableLinearFilter",
        _applied("createSeparableLinearFilter", SMOOTH, SMOOTH, depth=-1),
        lambda a: cv2.sepFilter2D(a, -1, SMOOTH, SMOOTH),
        TYPES,
        (1, 3),
        "smooth",
        tolerance=1,
        share=0.01,
        bits16=(1, 0.01),
    )
    made += cases(
        "createSeparableLinearFilter",
        _applied("createSeparableLinearFilter", EXACT, EXACT, depth=-1),
        lambda a: cv2.sepFilter2D(a, -1, EXACT, EXACT),
        TYPES,
        (1, 3),
        "of 16ths",
        tolerance=1,
        share=0.01,
    )
    for size, sigma in (
        ((3, 3), 0),
        ((5, 5), 0),
        ((7, 7), 0),
        ((9, 9), 0),
        ((5, 3), 1.3),
        ((0, 0), 1.7),
        ((21, 21), 0),
        ((13, 1), 2.0),
    ):
        for border in (cv2.BORDER_DEFAULT, cv2.BORDER_REPLICATE, cv2.BORDER_CONSTANT):
            made += cases(
                "createGaussianFilter",
                _applied("createGaussianFilter", size, sigma, rowBorderMode=border, depth=-1),
                lambda a, s=size, g=sigma, b=border: cv2.GaussianBlur(a, s, g, borderType=b),
                TYPES,
                (1, 3, 4),
                f"{size} {sigma} {border}",
                **close,
            )
    return made


def _scaled(kernels, scale):
    return kernels[0], kernels[1] * scale


def ranked() -> list[Case]:
    made: list[Case] = []
    for op in range(7):
        for label, kernel, iterations in (
            ("box", BOX, 1),
            ("cross", CROSS, 1),
            ("box twice", BOX, 2),
            ("cross twice", CROSS, 2),
        ):
            made += cases(
                "createMorphologyFilter",
                _applied("createMorphologyFilter", kernel, iterations=iterations, before=(op,)),
                lambda a, o=op, k=kernel, i=iterations: cv2.morphologyEx(a, o, k, iterations=i),
                TYPES,
                (1, 3),
                f"{op} {label}",
            )
    made += cases(
        "createMorphologyFilter",
        _applied("createMorphologyFilter", np.ones((4, 2)), (1, 3), before=(0,)),
        lambda a: cv2.erode(a, np.ones((4, 2)), anchor=(1, 3)),
        (U8, F32),
        (1, 3),
        "anchor",
    )
    for border in BORDERS:
        for name, of in (("createBoxMaxFilter", cv2.dilate), ("createBoxMinFilter", cv2.erode)):
            made += cases(
                name,
                _applied(name, (5, 4), borderMode=border, borderVal=(9, 8, 7)),
                lambda a, f=of, b=border: f(a, np.ones((4, 5)), borderType=b, borderValue=(9, 8, 7)),
                TYPES,
                (1, 3),
                str(border),
            )
        for name, size in (("createRowSumFilter", (5, 1)), ("createColumnSumFilter", (1, 5))):
            made += cases(
                name,
                _applied(name, 5, borderMode=border, depth=cv2.CV_32F),
                lambda a, s=size, b=border: cv2.boxFilter(a, cv2.CV_32F, s, normalize=False, borderType=b),
                (U8, F32),
                (1, 3),
                str(border),
            )
    for size in (3, 5, 7, 11):
        made += cases(
            "createMedianFilter",
            _applied("createMedianFilter", size),
            lambda a, s=size: cv2.medianBlur(a, s),
            (U8, U16, F32) if size < 7 else U8,
            (1, 3, 4),
            str(size),
        )
    return made


def all_cases() -> list[Case]:
    return [*linear(), *ranked()]

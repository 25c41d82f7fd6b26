"""Cases of OpenCV's module cudaarithm: reductions, and what is done with spectra and matrices."""

from __future__ import annotations

import cv2
import numpy as np

import torch_opencv as cv
from tests.cuda.case import Case, cases, tensor_of

U8, I8, U16, I16, I32, F32, F64 = "uint8", "int8", "uint16", "int16", "int32", "float32", "float64"
ALL = (U8, I8, U16, I16, I32, F32, F64)
cuda = cv.cuda


def reductions() -> list[Case]:
    made: list[Case] = []
    for kind in (cv2.NORM_INF, cv2.NORM_L1, cv2.NORM_L2):
        made += cases(
            "norm",
            lambda a, t=kind: cuda.norm(a, t),
            lambda a, t=kind: np.float64(cv2.norm(a, t)),
            ALL,
            (1, 3),
            str(kind),
            outputs=(),
            batch=False,
            synchronises=True,
            tolerance=1e-6,
            share=1,
        )
        made += cases(
            "norm",
            lambda a, b, t=kind: cuda.norm(a, b, t),
            lambda a, b, t=kind: np.float64(cv2.norm(a, b, t)),
            (U8, I16, F32),
            3,
            f"diff {kind}",
            outputs=(),
            count=2,
            batch=False,
            synchronises=True,
            tolerance=1e-6,
            share=1,
        )
        made += cases(
            "calcNorm",
            lambda a, t=kind, **k: cuda.calcNorm(a, t, **k),
            lambda a, t=kind: np.full((1, 1), cv2.norm(a, t)),
            ALL,
            (1, 3),
            str(kind),
            tolerance=1e-6,
            share=1,
        )
        made += cases(
            "calcNormDiff",
            lambda a, b, t=kind, **k: cuda.calcNormDiff(a, b, normType=t, **k),
            lambda a, b, t=kind: np.full((1, 1), cv2.norm(a, b, t)),
            (U8, I16, F32),
            3,
            str(kind),
            count=2,
            tolerance=1e-6,
            share=1,
        )
        for depth in (-1, cv2.CV_32F):
            made += cases(
                "normalize",
                lambda a, t=kind, d=depth, **k: cuda.normalize(a, 200, 0, t, d, **k),
                lambda a, t=kind, d=depth: cv2.normalize(a, None, 200, 0, t, d),
                (U8, I16, F32),
                (1, 3),
                f"{kind} {depth}",
                float_tolerance=1e-5,
                tolerance=1,
                share=0.01,
            )
    for depth in (-1, cv2.CV_32F):
        made += cases(
            "normalize",
            lambda a, d=depth, **k: cuda.normalize(a, 10, 90, cv2.NORM_MINMAX, d, **k),
            lambda a, d=depth: cv2.normalize(a, None, 10, 90, cv2.NORM_MINMAX, d),
            (U8, I16, F32),
            (1, 3),
            f"minmax {depth}",
            tolerance=1,
            share=0.01,
        )
    gold = {"sum": lambda a: a, "absSum": np.abs, "sqrSum": np.square}
    for name, of in gold.items():
        definition = lambda a, g=of: np.atleast_3d(g(a.astype(np.float64))).sum((0, 1))  # noqa: E731
        made += cases(
            name,
            getattr(cuda, name),
            lambda a, g=definition: np.concatenate([g(a), np.zeros(4)])[:4],
            ALL,
            (1, 3),
            outputs=(),
            batch=False,
            synchronises=True,
        )
        made += cases(
            f"calc{name[0].upper()}{name[1:]}",
            getattr(cuda, f"calc{name[0].upper()}{name[1:]}"),
            definition,
            ALL,
            (1, 3),
        )
    made += cases(
        "minMax",
        cuda.minMax,
        lambda a: np.array([a.min(), a.max()], np.float64),
        ALL,
        (1, 3),
        outputs=(),
        batch=False,
        synchronises=True,
    )
    made += cases(
        "minMaxLoc",
        lambda a: np.array([x for r in cuda.minMaxLoc(a) for x in np.ravel(r)]),
        lambda a: np.array([x for r in cv2.minMaxLoc(a) for x in np.ravel(r)]),
        ALL,
        1,
        outputs=(),
        batch=False,
        synchronises=True,
    )
    made += cases("findMinMax", cuda.findMinMax, lambda a: np.array([[a.min(), a.max()]]), ALL, (1, 3))
    made += cases(
        "findMinMaxLoc",
        cuda.findMinMaxLoc,
        lambda a: (np.array([[a.min(), a.max()]]), np.array([[a.argmin(), a.argmax()]], np.int32)),
        ALL,
        1,
        outputs=("minMaxVals", "loc"),
    )
    made += cases(
        "countNonZero",
        cuda.countNonZero,
        lambda a: np.int64(cv2.countNonZero(a)),
        (U8, I16, F32),
        1,
        outputs=(),
        batch=False,
        synchronises=True,
    )
    made += cases(
        "countNonZero",
        lambda a, dst=None, **k: cuda.countNonZero(a, dst, **k),
        lambda a: np.full((1, 1), cv2.countNonZero(a), np.int32),
        (U8, F32),
        1,
        "dst",
    )
    for dim in (0, 1):
        for op, depths in (
            (cv2.REDUCE_SUM, (cv2.CV_32S, cv2.CV_32F, cv2.CV_64F)),
            (cv2.REDUCE_AVG, (-1, cv2.CV_32F)),
            (cv2.REDUCE_MAX, (-1,)),
            (cv2.REDUCE_MIN, (-1,)),
        ):
            for depth in depths:
                dtypes = U8 if depth == cv2.CV_32S else (U8, F32)
                made += cases(
                    "reduce",
                    lambda a, d=dim, o=op, t=depth, **k: cuda.reduce(a, d, o, dtype=t, **k),
                    lambda a, d=dim, o=op, t=depth: cv2.reduce(a, d, o, dtype=t),
                    dtypes,
                    (1, 3),
                    f"{dim} {op} {depth}",
                    outputs=("vec",),
                )
    made += cases(
        "meanStdDev",
        lambda a, **k: cuda.meanStdDev(a, **k),
        lambda a: np.stack([x[:, 0] for x in cv2.meanStdDev(a)]),
        (U8, I16, F32, F64),
        (1, 3),
        tolerance=1e-6,
        share=1,
    )
    made += cases("integral", cuda.integral, cv2.integral, (U8, F32), (1, 3), outputs=("sum",))
    made += cases("sqrIntegral", cuda.sqrIntegral, lambda a: cv2.integral2(a)[1], (U8, F32), (1, 3), outputs=("sqsum",))
    made += cases(
        "rectStdDev",
        lambda a, **k: cuda.rectStdDev(cuda.integral(a), cuda.sqrIntegral(a), (1, 2, 5, 4), **k),
        _rect_deviation,
        U8,
        1,
        tolerance=1e-6,
        share=1,
    )
    return made


def _rect_deviation(a):
    result = np.zeros((a.shape[0] + 1, a.shape[1] + 1), np.float32)
    for y in range(a.shape[0] + 1 - 2 - 4):
        for x in range(a.shape[1] + 1 - 1 - 5):
            result[y, x] = a[y + 2 : y + 6, x + 1 : x + 6].std()
    return result


def _size_of(image):
    tensor = tensor_of(image)
    height, width = tensor.shape[:2] if tensor.ndim < 4 else tensor.shape[1:3]
    return width, height


def _corner(image):
    return tensor_of(image)[:3, :4]


def _square(h, w):
    return min(h, w), min(h, w)


def _complex_of(a, b, conj):
    product = (a[..., 0] + 1j * a[..., 1]) * (
        (b[..., 0] + 1j * b[..., 1]) if not conj else (b[..., 0] - 1j * b[..., 1])
    )
    return np.stack([product.real, product.imag], -1).astype(a.dtype)


def _valid(a, ccorr):
    kernel = a[:3, :4]
    full = np.zeros((a.shape[0] - 2, a.shape[1] - 3), np.float64)
    for j in range(3):
        for i in range(4):
            if ccorr:
                full += kernel[j, i] * a[j : j + full.shape[0], i : i + full.shape[1]]
            else:
                full[j:, i:] += kernel[j, i] * a[: full.shape[0] - j, : full.shape[1] - i]
    return full.astype(a.dtype)


def spectra() -> list[Case]:
    made: list[Case] = []
    both = (F32, F64)
    for flags in range(8):
        made += cases(
            "gemm",
            lambda a, b, c, f=flags, **k: cuda.gemm(a, b, 0.7, c, -1.5, flags=f, **k),
            lambda a, b, c, f=flags: cv2.gemm(a, b, 0.7, c, -1.5, flags=f),
            both,
            (1, 2) if flags == 0 else 1,
            str(flags),
            count=3,
            size=_square,
        )
    for conj in (False, True):
        made += cases(
            "mulSpectrums",
            lambda a, b, c=conj, **k: cuda.mulSpectrums(a, b, 0, conjB=c, **k),
            lambda a, b, c=conj: cv2.mulSpectrums(a, b, 0, conjB=c),
            both,
            2,
            str(conj),
            count=2,
        )
        made += cases(
            "mulAndScaleSpectrums",
            lambda a, b, c=conj, **k: cuda.mulAndScaleSpectrums(a, b, 0, 0.25, conjB=c, **k),
            lambda a, b, c=conj: cv2.mulSpectrums(a, b, 0, conjB=c) * a.dtype.type(0.25),
            both,
            2,
            str(conj),
            count=2,
        )
        made += cases(
            "Convolution",
            lambda a, c=conj, **k: cuda.createConvolution().convolve(a, _corner(a), ccorr=c, **k),
            lambda a, c=conj: _valid(a, c),
            F32,
            1,
            str(conj),
            outputs=("result",),
            batch=False,
        )
    for flags in (
        0,
        cv2.DFT_SCALE,
        cv2.DFT_INVERSE,
        cv2.DFT_ROWS,
        cv2.DFT_INVERSE | cv2.DFT_SCALE,
        cv2.DFT_ROWS | cv2.DFT_INVERSE | cv2.DFT_SCALE,
    ):
        made += cases(
            "dft",
            lambda a, f=flags, **k: cuda.dft(a, _size_of(a), flags=f, **k),
            lambda a, f=flags: cv2.dft(a, flags=f),
            both,
            2,
            str(flags),
        )
    made += cases(
        "dft",
        lambda a, **k: cuda.dft(a, _size_of(a), **k),
        lambda a: cv2.dft(a, flags=cv2.DFT_COMPLEX_OUTPUT)[:, : a.shape[1] // 2 + 1],
        both,
        1,
        "half",
        batch=False,
    )
    made += cases(
        "dft",
        lambda a, **k: cuda.dft(a, _size_of(a), flags=cv2.DFT_COMPLEX_OUTPUT, **k),
        lambda a: cv2.dft(a, flags=cv2.DFT_COMPLEX_OUTPUT),
        both,
        1,
        "whole",
        batch=False,
    )
    made += cases(
        "dft",
        lambda a, **k: cuda.dft(
            cuda.dft(a, _size_of(a)), _size_of(a), flags=cv2.DFT_INVERSE | cv2.DFT_REAL_OUTPUT | cv2.DFT_SCALE, **k
        ),
        lambda a: a,
        both,
        1,
        "and back",
        batch=False,
    )
    made += cases(
        "DFT", lambda a, **k: cuda.createDFT(_size_of(a), 0).compute(a, **k), cv2.dft, both, 2, outputs=("result",)
    )
    return made


def all_cases() -> list[Case]:
    return [*reductions(), *spectra()]

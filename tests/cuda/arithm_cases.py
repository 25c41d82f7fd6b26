"""Cases of OpenCV's module cudaarithm."""

from __future__ import annotations

import cv2
import numpy as np
import torch

import torch_opencv as cv
from tests.cuda.case import Case, cases

U8, I8, U16, I16, I32, F32, F64 = "uint8", "int8", "uint16", "int16", "int32", "float32", "float64"
ALL = (U8, I8, U16, I16, I32, F32, F64)
SMALL = (U8, I8, U16, I16)
cuda = cv.cuda


def _round(x, dtype):
    info = np.iinfo(dtype)
    return np.clip(np.rint(x), info.min, info.max).astype(dtype)


def _no_zero(x):
    """Without zeros, by which the CPU function divides integers to the least integer if a dtype is given."""
    return x if x.dtype in (np.float32, torch.float32) else x | 1


def _of_floats(function):
    def gold(x):
        if x.dtype.kind == "f":
            return function(x)
        with np.errstate(all="ignore"):
            return _round(function(x.astype(np.float64 if x.dtype == np.int32 else np.float32)), x.dtype)

    return gold


def elementwise() -> list[Case]:
    made: list[Case] = []
    for name in ("add", "subtract", "absdiff", "multiply", "divide"):
        ours, theirs = getattr(cuda, name), getattr(cv2, name)
        made += cases(name, ours, theirs, ALL, (1, 3), count=2)
        made += cases(name, lambda a, f=ours, **k: f(a, 3, **k), lambda a, f=theirs: f(a, 3), ALL, (1, 3), "scalar")
        made += cases(
            name, lambda a, f=ours, **k: f(a, 2.5, **k), lambda a, f=theirs: f(a, 2.5), (U8, I16, F32), 3, "fraction"
        )
        made += cases(
            name,
            lambda a, f=ours, **k: f((9, 7, 5, 3), a, **k),
            lambda a, f=theirs: f((9, 7, 5, 3), a),
            (U8, F32),
            (3, 4),
            "first",
        )
        with_scalar = getattr(cuda, f"{name}WithScalar")
        made += cases(
            f"{name}WithScalar",
            lambda a, f=with_scalar, **k: f(a, (1, 20, 100, 7), **k),
            lambda a, f=theirs: f(a, (1, 20, 100, 7)),
            (U8, I16, F32),
            (3, 4),
        )
        if name != "absdiff":
            for depth, suffix in ((cv2.CV_16S, "16S"), (cv2.CV_32F, "32F"), (cv2.CV_8U, "8U")):
                made += cases(
                    name,
                    lambda a, b, f=ours, d=depth, **k: f(a, _no_zero(b), dtype=d, **k),
                    lambda a, b, f=theirs, d=depth: f(a, _no_zero(b), dtype=d),
                    (U8, I16, F32),
                    1,
                    suffix,
                    count=2,
                )
    for scale in (0.37, 0.25):
        for name in ("multiply", "divide"):
            made += cases(
                name,
                lambda a, b, n=name, s=scale, **k: getattr(cuda, n)(a, b, scale=s, **k),
                lambda a, b, n=name, s=scale: getattr(cv2, n)(a, b, scale=s),
                (*SMALL, F32, F64),
                3,
                f"scale {scale}",
                count=2,
            )
    for weights in ((0.5, 0.5, 0), (0.3, -1.7, 12.25)):
        made += cases(
            "addWeighted",
            lambda a, b, w=weights, **k: cuda.addWeighted(a, w[0], b, *w[1:], **k),
            lambda a, b, w=weights: cv2.addWeighted(a, w[0], b, *w[1:]),
            ALL,
            (1, 3),
            str(weights),
            count=2,
            tolerance=1,  # OpenCV fuses multiplication and addition, so that exact halves are rounded otherwise
            share=0.01,
        )
    made += cases(
        "scaleAdd",
        lambda a, b, **k: cuda.scaleAdd(a, 1.5, b, **k),
        lambda a, b: cv2.scaleAdd(a, 1.5, b),
        (F32, F64),
        3,
        count=2,
    )
    # No CPU function: the definitions of OpenCV's own tests.
    made += cases(
        "abs",
        cuda.abs,
        lambda a: np.abs(a) if a.dtype.kind == "f" else _round(np.abs(a.astype(np.int64)), a.dtype),
        ALL,
        (1, 3),
    )
    made += cases(
        "sqr",
        cuda.sqr,
        lambda a: a * a if a.dtype.kind == "f" else _round(a.astype(np.int64) ** 2, a.dtype),
        ALL,
        (1, 3),
    )
    made += cases("sqrt", cuda.sqrt, _of_floats(np.sqrt), (U8, U16), (1, 3))
    made += cases("sqrt", cuda.sqrt, cv2.sqrt, (F32, F64), (1, 3), floats=(0, 100))
    made += cases("exp", cuda.exp, cv2.exp, (F32, F64), (1, 3), floats=(-10, 10))
    made += cases("exp", cuda.exp, _of_floats(np.exp), U8, 1)
    made += cases("log", cuda.log, cv2.log, (F32, F64), (1, 3), floats=(0.1, 100))
    for exponent in (2, 3, 0.5, -1.5):
        made += cases(
            "pow",
            lambda a, e=exponent, **k: cuda.pow(a, e, **k),
            lambda a, e=exponent: cv2.pow(a, e),
            (F32, F64),
            3,
            str(exponent),
            floats=(0.1, 9),
        )
    for exponent in (1, 2, 3):
        made += cases(
            "pow",
            lambda a, e=exponent, **k: cuda.pow(a, e, **k),
            lambda a, e=exponent: cv2.pow(a, e),
            SMALL if exponent < 3 else (U8, I8),
            3,
            str(exponent),
        )
    return made


def comparisons() -> list[Case]:
    made: list[Case] = []
    for op in range(6):
        made += cases(
            "compare",
            lambda a, b, o=op, **k: cuda.compare(a, b, o, **k),
            lambda a, b, o=op: cv2.compare(a, b, o),
            ALL,
            (1, 3),
            str(op),
            count=2,
        )
        for name in ("compare", "compareWithScalar"):
            made += cases(
                name,
                lambda a, o=op, n=name, **k: getattr(cuda, n)(a, 40.0, o, **k),
                lambda a, o=op: cv2.compare(a, 40.0, o),
                (U8, F32),
                1,
                f"scalar {op}",
            )
    for name in ("bitwise_and", "bitwise_or", "bitwise_xor"):
        ours, theirs = getattr(cuda, name), getattr(cv2, name)
        made += cases(name, ours, theirs, ALL, (1, 3), count=2)
        for function in (name, f"{name}_with_scalar"):
            made += cases(
                function,
                lambda a, n=function, **k: getattr(cuda, n)(a, (90, 15, 7, 100), **k),
                lambda a, f=theirs: f(a, (90, 15, 7, 100)),
                (*SMALL, I32),
                (1, 3, 4),
                "scalar",
            )
    made += cases("bitwise_not", cuda.bitwise_not, cv2.bitwise_not, ALL, (1, 3))
    for name in ("min", "max"):
        ours, theirs = getattr(cuda, name), getattr(cv2, name)
        made += cases(name, ours, theirs, ALL, (1, 3), count=2)
        for function in (name, f"{name}WithScalar"):
            made += cases(
                function,
                lambda a, n=function, **k: getattr(cuda, n)(a, (90, 15, 7, 100), **k),
                lambda a, f=theirs: f(a, (90, 15, 7, 100)),
                (*SMALL, I32, F32),
                (1, 3),
                "scalar",
            )
    made += cases(
        "rshift",
        lambda a, **k: cuda.rshift(a, (1, 2, 3, 4), **k),
        lambda a: a >> np.array([1, 2, 3, 4][: a.shape[-1]]).astype(a.dtype),
        (*SMALL, I32),
        4,
    )
    made += cases(
        "lshift",
        lambda a, **k: cuda.lshift(a, (1, 2, 3, 4), **k),
        lambda a: a << np.array([1, 2, 3, 4]).astype(a.dtype),
        (*SMALL, I32),
        4,
    )
    for kind in range(5):
        for at in (99.7, -3.0, 700.0):
            made += cases(
                "threshold",
                lambda a, t=kind, v=at, **k: cuda.threshold(a, v, 200.6, t, **k),
                lambda a, t=kind, v=at: cv2.threshold(a, v, 200.6, t),
                (U8, U16, I16, F32, F64),
                (1, 3),
                f"{kind} at {at}",
            )
    made += cases(
        "threshold",
        lambda a, **k: cuda.threshold(a, 0, 255, cv2.THRESH_OTSU, **k),
        lambda a: cv2.threshold(a, 0, 255, cv2.THRESH_OTSU),
        U8,
        1,
        "Otsu",
        batch=False,
        synchronises=True,
    )
    made += cases("inRange", lambda a, **k: cuda.inRange(a, 20.5, 90, **k), lambda a: cv2.inRange(a, 20.5, 90), ALL, 1)
    made += cases(
        "inRange",
        lambda a, **k: cuda.inRange(a, (20, 0, 50), (90, 100, 300), **k),
        lambda a: cv2.inRange(a, (20, 0, 50), (90, 100, 300)),
        ALL,
        3,
    )
    return made


def polar() -> list[Case]:
    made: list[Case] = []
    both = (F32, F64)
    made += cases("magnitude", cuda.magnitude, cv2.magnitude, both, 1, count=2, outputs=("magnitude",))
    made += cases(
        "magnitude",
        cuda.magnitude,
        lambda xy: cv2.magnitude(xy[..., 0].copy(), xy[..., 1].copy()),
        both,
        2,
        "pairs",
        outputs=("magnitude",),
    )
    made += cases(
        "magnitudeSqr", cuda.magnitudeSqr, lambda x, y: x * x + y * y, both, 1, count=2, outputs=("magnitude",)
    )
    made += cases(
        "magnitudeSqr", cuda.magnitudeSqr, lambda xy: (xy * xy).sum(-1), both, 2, "pairs", outputs=("magnitude",)
    )
    for degrees in (False, True):
        made += cases(
            "phase",
            lambda x, y, d=degrees, **k: cuda.phase(x, y, angleInDegrees=d, **k),
            lambda x, y, d=degrees: cv2.phase(x, y, angleInDegrees=d),
            both,
            1,
            "degrees" if degrees else "radians",
            count=2,
            outputs=("angle",),
        )
        made += cases(
            "cartToPolar",
            lambda x, y, d=degrees, **k: cuda.cartToPolar(x, y, angleInDegrees=d, **k),
            lambda x, y, d=degrees: cv2.cartToPolar(x, y, angleInDegrees=d),
            both,
            1,
            "degrees" if degrees else "radians",
            count=2,
            outputs=("magnitude", "angle"),
        )
        made += cases(
            "polarToCart",
            lambda m, a, d=degrees, **k: cuda.polarToCart(m, a, angleInDegrees=d, **k),
            lambda x, y, d=degrees: cv2.polarToCart(x, y, angleInDegrees=d),
            both,
            1,
            "degrees" if degrees else "radians",
            count=2,
            outputs=("x", "y"),
            floats=(0, 6),
        )
    made += cases(
        "cartToPolar",
        cuda.cartToPolar,
        lambda xy: np.stack(cv2.cartToPolar(xy[..., 0].copy(), xy[..., 1].copy()), -1),
        both,
        2,
        "pairs",
        outputs=("magnitudeAngle",),
    )
    made += cases(
        "polarToCart",
        cuda.polarToCart,
        lambda ma: np.stack(cv2.polarToCart(ma[..., 0].copy(), ma[..., 1].copy()), -1),
        both,
        2,
        "pairs",
        outputs=("xy",),
    )
    return made


_TABLE = np.random.default_rng(5).integers(0, 256, 256).astype(np.uint8)
_TABLE3 = np.random.default_rng(6).uniform(-1, 1, (1, 256, 3)).astype(np.float32)


def moving() -> list[Case]:
    made: list[Case] = []
    made += cases("merge", lambda *a, **k: cuda.merge(a, **k), lambda *a: cv2.merge(a), ALL, 1, count=3)
    made += cases("split", lambda a, **k: cuda.split(a, **k), lambda a: cv2.split(a), ALL, 3, outputs=())
    made += cases("transpose", cuda.transpose, cv2.transpose, ALL, (1, 3))
    for code in (-1, 0, 1):
        made += cases(
            "flip",
            lambda a, c=code, **k: cuda.flip(a, c, **k),
            lambda a, c=code: cv2.flip(a, c),
            ALL,
            (1, 3),
            str(code),
        )
    for border in (
        cv2.BORDER_CONSTANT,
        cv2.BORDER_REPLICATE,
        cv2.BORDER_REFLECT,
        cv2.BORDER_REFLECT_101,
        cv2.BORDER_WRAP,
    ):
        made += cases(
            "copyMakeBorder",
            lambda a, b=border, **k: cuda.copyMakeBorder(a, 3, 4, 5, 40, b, value=(1, 20.5, 65535), **k),
            lambda a, b=border: cv2.copyMakeBorder(a, 3, 4, 5, 40, b, value=(1, 20.5, 65535)),
            (U8, U16, I16, F32),
            (1, 3),
            str(border),
        )
    made += cases(
        "swapChannels", lambda a: cuda.swapChannels(a, (2, 1, 0, 3)), lambda a: a[..., [2, 1, 0, 3]], ALL, 4, outputs=()
    )
    made += cases(
        "LookUpTable",
        lambda a, **k: cuda.createLookUpTable(_TABLE).transform(a, **k),
        lambda a: cv2.LUT(a, _TABLE),
        (U8, I8),
        (1, 3),
    )
    made += cases(
        "LookUpTable",
        lambda a, **k: cuda.createLookUpTable(_TABLE3).transform(a, **k),
        lambda a: cv2.LUT(a, _TABLE3),
        U8,
        3,
        "of floats",
    )
    return made


def all_cases() -> list[Case]:
    return [*elementwise(), *comparisons(), *polar(), *moving()]

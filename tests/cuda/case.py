"""One case of the battery: a call of ``cv.cuda``, the same of cv2 on the CPU, and how far apart they may be."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from torch_opencv.cuda import _inputs

Arrays = tuple[np.ndarray, ...]

RANGES = {
    "uint8": (0, 256),
    "int8": (-128, 128),
    "uint16": (0, 65536),
    "int16": (-32768, 32768),
    "int32": (-100000, 100000),
}


@dataclass(frozen=True)
class Case:
    """A call, ready to be made on images of any content.

    ``call(*images, **options)`` calls ``cv.cuda``; ``reference(*images)`` returns what OpenCV's CPU function, or the
    definition of OpenCV's own test where there is no such function, makes of the same arrays. ``tolerance`` is in grey
    levels for integers and relative to the largest value for floats; ``share`` is how many of the integers may be off
    at all. With Intel's IPP, which the wheels for x86 have, the CPU function may be farther off: ``ipp`` is what is
    allowed of integers then, or None where IPP has another answer altogether. ``of_floats`` is the tolerance of results
    in floats, whatever the images are.
    """

    name: str
    label: str
    call: Callable[..., Any]
    reference: Callable[..., Any]
    dtype: str
    channels: int
    count: int = 1
    tolerance: float = 0
    share: float = 0
    outputs: tuple[str, ...] = ("dst",)
    batch: bool = True
    synchronises: bool = False
    floats: tuple[Any, Any] = (-100, 100)  # or arrays, of each channel
    size: Callable[[int, int], tuple[int, int]] = field(default=lambda h, w: (h, w))
    ipp: tuple[float, float] | None = (1, 0.15)
    of_floats: float = 1e-5

    @property
    def id(self) -> str:
        return (
            f"{self.name}-{self.label}-{self.dtype}-{self.channels}"
            if self.label
            else f"{self.name}-{self.dtype}-{self.channels}"
        )

    def with_ipp(self) -> Case:
        """The same case against the CPU function as the wheels have it."""
        if self.dtype.startswith("float") or self.ipp is None:
            return self
        tolerance, share = self.ipp
        return replace(self, tolerance=max(self.tolerance, tolerance), share=max(self.share, share))

    def shape(self, height: int, width: int) -> tuple[int, ...]:
        h, w = self.size(height, width)
        return (h, w) if self.channels == 1 else (h, w, self.channels)

    def random(self, height: int, width: int, seed: int = 0) -> Arrays:
        """Random images."""
        rng = np.random.default_rng([seed, height, width])
        shape = self.shape(height, width)
        if self.dtype.startswith("float"):
            return tuple(rng.uniform(*self.floats, shape).astype(self.dtype) for _ in range(self.count))
        return tuple(rng.integers(*RANGES[self.dtype], shape).astype(self.dtype) for _ in range(self.count))

    def real_images(self, folder: Path, height: int, width: int) -> Arrays:
        """Real images, brought to the case's size, dtype and channels."""
        found = []
        h, w = self.size(height, width)
        for image in _small_images(folder, h, w)[: self.count]:
            planes = [image[..., i % 3] for i in range(self.channels)]
            image = np.ascontiguousarray(planes[0] if self.channels == 1 else np.stack(planes, -1))
            if self.dtype.startswith("float"):
                low, high = self.floats
                image = (image / 255.0 * (high - low) + low).astype(self.dtype)
            elif self.dtype != "uint8":
                low, high = RANGES[self.dtype]
                image = (image / 255.0 * (high - 1 - low) + low).astype(self.dtype)
            found.append(image)
        return tuple(found)


@functools.cache
def _small_images(folder: Path, height: int, width: int) -> list[np.ndarray]:
    paths = sorted(folder.glob("*.jpg"))[:4]
    return [cv2.resize(cv2.imread(str(path)), (width, height), interpolation=cv2.INTER_AREA) for path in paths]


@contextlib.contextmanager
def ipp(on: bool) -> Iterator[None]:
    """With or without Intel's library, which rounds in its own ways: OpenCV's own code is what is followed."""
    before = cv2.ipp.useIPP()
    cv2.ipp.setUseIPP(on)
    try:
        yield
    finally:
        cv2.ipp.setUseIPP(before)


def as_list(result: Any) -> list[Any]:
    return list(result) if isinstance(result, (tuple, list)) else [result]


def as_array(result: Any) -> np.ndarray:
    if isinstance(result, Tensor):
        return result.numpy()
    return np.asarray(result)


def difference(ours: Any, theirs: Any) -> tuple[float, float]:
    """The largest difference (relative to the largest value for floats), and the share of elements that differ."""
    a, b = as_array(ours), as_array(theirs)
    assert a.dtype == b.dtype, f"{a.dtype} instead of {b.dtype}"
    if a.shape != b.shape:
        assert a.size == b.size, f"{a.shape} instead of {b.shape}"
        b = b.reshape(a.shape)
    with np.errstate(invalid="ignore"):
        a, b = a.astype(np.float64), b.astype(np.float64)
    if not b.size:
        return 0.0, 0.0
    with np.errstate(invalid="ignore"):
        apart = np.abs(np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0, a - b))  # infinities agree
    scale = max(1.0, float(np.abs(b[np.isfinite(b)]).max(initial=0))) if as_array(theirs).dtype.kind == "f" else 1.0
    return float(apart.max()) / scale, float((apart != 0).mean())


def disagreement(case: Case, ours: Any, theirs: Any) -> str:
    """What is wrong with a result; empty if it is as close as the case asks."""
    apart, share = difference(ours, theirs)
    if as_array(theirs).dtype.kind == "f":
        allowed, most = max(case.tolerance if case.dtype.startswith("float") else 0, case.of_floats), 1.0
    else:
        allowed, most = case.tolerance, case.share
    if apart <= allowed and share <= most:
        return ""
    return f"{apart:.4g} apart (allowed: {allowed:g}), {share:.2%} differ (allowed: {most:.2%})"


def cases(
    name: str,
    call: Callable[..., Any],
    reference: Callable[..., Any],
    dtypes: str | Sequence[str] = "uint8",
    channels: int | Sequence[int] = 1,
    label: str = "",
    **options: Any,
) -> list[Case]:
    """The same call for several dtypes and numbers of channels. A tolerance for floats need not be given: it is 1e-5.

    ``bits16`` is tolerance and share for 16-bit integers, where they are other than for 8-bit ones.
    """
    made = []
    for dtype in (dtypes,) if isinstance(dtypes, str) else dtypes:
        for c in (channels,) if isinstance(channels, int) else channels:
            given = dict(options)
            if dtype.startswith("float"):
                given = {**given, "tolerance": options.get("float_tolerance", 1e-5), "share": 1.0}
            elif dtype in ("uint16", "int16") and "bits16" in given:
                given["tolerance"], given["share"] = given["bits16"]
            given.pop("float_tolerance", None)
            given.pop("bits16", None)
            made.append(Case(name, label, call, reference, dtype, c, **given))
    return made


def tensor_of(image: Any) -> Tensor:
    """The tensor of what a call is given, for a case that must know its size or type."""
    return _inputs.tensor(image, "case", "image")


def tensors(arrays: Arrays) -> list[Tensor]:
    return [torch.from_numpy(array.copy()) for array in arrays]

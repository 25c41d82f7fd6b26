"""OpenCV's module ``cudaimgproc``: Canny's edges and good features to track. They follow the CPU functions.

Both ask the device for what they have found so far, as OpenCV's CUDA functions do, so that the host waits.
"""

from __future__ import annotations

import math
from typing import Any

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda import _inputs
from torch_opencv.cuda._calls import Image, Out, method, native, native_class, refuse
from torch_opencv.cuda._images import batched, channels, computable, like
from torch_opencv.cuda.corners import CornernessCriteria, createHarrisCorner, createMinEigenValCorner
from torch_opencv.cuda.filters_separable import createSobelFilter
from torch_opencv.cuda.kernels import edges, ranking
from torch_opencv.cuda.streams import Stream


@native_class("cudaimgproc")
class CannyEdgeDetector:
    """Canny's edge detector; :func:`createCannyEdgeDetector` makes it."""

    def __init__(self, low: float, high: float, aperture: int, by_squares: bool) -> None:
        self._low, self._high, self._aperture, self._by_squares = low, high, aperture, by_squares

    def detect(self, *args: Any, **kwargs: Any) -> Any:
        """The edges of an image: ``detect(image[, edges[, stream]])`` or ``detect(dx, dy[, edges[, stream]])``.

        Args:
            *args: ``image`` is uint8, (H, W) or (N, H, W, 1); ``dx`` and ``dy`` are its derivatives, int16 or int32.
            **kwargs: the same by name.

        Returns:
            uint8, of the shape of the image: 255 on edges, 0 elsewhere; what ``cv.Canny`` gives.
        """
        first = kwargs.get("dx", args[0] if args else None)
        is_image = (
            "image" in kwargs or not _inputs.is_array(first) or _inputs.tensor(first, "", "").dtype == torch.uint8
        )
        return (self._of_image if is_image else self._of_derivatives)(*args, **kwargs)

    @method("CannyEdgeDetector.detect")
    def _of_image(self, image: Image, edges: Out = None, stream: Stream | None = None) -> Tensor:
        if image.dtype != torch.uint8 or channels(image) != 1:
            raise refuse("image", f"is {image.dtype} of {channels(image)} channels: pass uint8 of one")
        scale = 1 / 16 if self._aperture == 7 else 1
        border = cv2.BORDER_REPLICATE
        made = (createSobelFilter(cv2.CV_8UC1, cv2.CV_16S, d, 1 - d, self._aperture, scale, border) for d in (1, 0))
        dx, dy = (f.apply(image) for f in made)
        return self._edges(dx, dy)

    @method("CannyEdgeDetector.detect")
    def _of_derivatives(self, dx: Image, dy: Image, edges: Out = None, stream: Stream | None = None) -> Tensor:
        for argument, x in (("dx", dx), ("dy", dy)):
            if x.dtype not in (torch.int16, torch.int32) or channels(x) != 1 or x.shape != dx.shape:
                raise refuse(argument, f"is {x.dtype} {tuple(x.shape)}: pass int16 or int32 of one channel, both alike")
        return self._edges(dx, dy)

    def _edges(self, dx: Tensor, dy: Tensor) -> Tensor:
        low, high = sorted((self._low, self._high))
        if self._aperture == 7:
            low, high = low / 16, high / 16
        if self._by_squares:
            low, high = (t * t if t > 0 else t for t in (min(32767.0, low), min(32767.0, high)))
        x, y = (computable(batched(d))[..., 0] for d in (dx, dy))
        weak, strong = edges.thinned(x, y, math.floor(low), math.floor(high), self._by_squares)
        return like(dx, edges.connected(weak, strong).to(torch.uint8)[..., None] * 255)

    def setLowThreshold(self, low_thresh: float) -> None:  # noqa: N802
        """Set the threshold that edges are followed above."""
        self._low = low_thresh

    def getLowThreshold(self) -> float:  # noqa: N802
        """The threshold that edges are followed above."""
        return self._low

    def setHighThreshold(self, high_thresh: float) -> None:  # noqa: N802
        """Set the threshold that edges begin above."""
        self._high = high_thresh

    def getHighThreshold(self) -> float:  # noqa: N802
        """The threshold that edges begin above."""
        return self._high

    def setAppertureSize(self, apperture_size: int) -> None:  # noqa: N802
        """Set the size of the Sobel kernels. (OpenCV spells it so.)"""
        self._aperture = apperture_size

    def getAppertureSize(self) -> int:  # noqa: N802
        """The size of the Sobel kernels."""
        return self._aperture

    def setL2Gradient(self, L2gradient: bool) -> None:  # noqa: N802, N803
        """Set whether gradients are measured by their squares."""
        self._by_squares = L2gradient

    def getL2Gradient(self) -> bool:  # noqa: N802
        """Whether gradients are measured by their squares."""
        return self._by_squares


@native("cudaimgproc")
def createCannyEdgeDetector(  # noqa: N802
    low_thresh: float,
    high_thresh: float,
    apperture_size: int = 3,
    L2gradient: bool = False,  # noqa: N803
) -> CannyEdgeDetector:
    """A :class:`CannyEdgeDetector`.

    Args:
        low_thresh: what gradients must be above for an edge to go on.
        high_thresh: what they must be above for it to begin.
        apperture_size: the size of the Sobel kernels: 3, 5 or 7.
        L2gradient: whether gradients are measured by their squares, or by the sum of both parts.
    """
    if apperture_size not in (3, 5, 7):
        raise refuse("apperture_size", f"is {apperture_size}: pass 3, 5 or 7")
    return CannyEdgeDetector(low_thresh, high_thresh, apperture_size, L2gradient)


@native_class("cudaimgproc")
class CornersDetector:
    """Good features to track; :func:`createGoodFeaturesToTrackDetector` makes it."""

    def __init__(self, criteria: CornernessCriteria, most: int, quality: float, distance: float) -> None:
        self._criteria, self._most, self._quality, self._distance = criteria, most, quality, distance

    def setMaxCorners(self, maxCorners: int) -> None:  # noqa: N802, N803
        """Set how many corners there may be (0: any number)."""
        self._most = maxCorners

    def setMinDistance(self, minDistance: float) -> None:  # noqa: N802, N803
        """Set how far apart corners must be."""
        self._distance = minDistance

    @method("CornersDetector.detect")
    def detect(
        self, image: Image, corners: Out = None, mask: Tensor | None = None, stream: Stream | None = None
    ) -> Tensor:
        """The corners of an image, the best first; what ``cv.goodFeaturesToTrack`` finds.

        Args:
            image: one image (H, W) of the type that this was made for.
            corners: where to write the result.
            mask: uint8 or bool, (H, W): where corners may be.
            stream: the stream to work on.

        Returns:
            float32, (1, number of corners, 2): x and y.
        """
        if batched(image).shape[0] != 1:
            raise refuse("image", "is a batch: pass one image")
        strength = self._criteria.compute(image).reshape(batched(image).shape[1:3])
        allowed = torch.ones_like(strength, dtype=torch.bool) if mask is None else mask.reshape(strength.shape) != 0
        best = torch.where(allowed, strength, torch.full_like(strength, float("-inf"))).amax()
        kept = torch.where(strength > best * self._quality, strength, torch.zeros_like(strength))
        padded = torch.nn.functional.pad(kept, (1, 1, 1, 1), value=float("-inf"))[None, ..., None]
        peaks = ranking.extreme_along(ranking.extreme_along(padded, 3, 2, True), 3, 1, True)[0, ..., 0]
        inner = torch.zeros_like(allowed)
        inner[1:-1, 1:-1] = True
        places = ((kept != 0) & (kept == peaks) & allowed & inner).nonzero()
        values = kept[places[:, 0], places[:, 1]]
        order = torch.arange(len(values), device=values.device).flip(0)  # of equal ones the last comes first
        order = order[values.flip(0).argsort(descending=True, stable=True)]
        most = self._most if self._most > 0 else len(places)
        return spaced(places[order].flip(1), self._distance, most).float()[None]


def spaced(points: Tensor, distance: float, most: int) -> Tensor:
    """The points (K, 2), the best first, without those too near to a better one, as many as asked for."""
    return points[:most] if distance < 1 else points[kept_apart(points, distance, most)]


def kept_apart(points: Tensor, distance: float, most: int) -> Tensor:
    """The indices of those points; which they are is decided on the host, as in OpenCV."""
    cell = max(round(distance), 1)
    grid: dict[tuple[int, int], list[tuple[int, int]]] = {}
    kept = []
    for i, (x, y) in enumerate(points.tolist()):
        column, row = x // cell, y // cell
        near = (p for u in (-1, 0, 1) for v in (-1, 0, 1) for p in grid.get((column + u, row + v), ()))
        if all((x - a) ** 2 + (y - b) ** 2 >= distance**2 for a, b in near):
            grid.setdefault((column, row), []).append((x, y))
            kept.append(i)
            if len(kept) == most:
                break
    return torch.tensor(kept, dtype=torch.long, device=points.device)


@native("cudaimgproc")
def createGoodFeaturesToTrackDetector(  # noqa: N802
    srcType: int,  # noqa: N803
    maxCorners: int = 1000,  # noqa: N803
    qualityLevel: float = 0.01,  # noqa: N803
    minDistance: float = 0.0,  # noqa: N803
    blockSize: int = 3,  # noqa: N803
    useHarrisDetector: bool = False,  # noqa: N803
    harrisK: float = 0.04,  # noqa: N803
) -> CornersDetector:
    """A :class:`CornersDetector`.

    Args:
        srcType: ``cv.CV_8UC1`` or ``cv.CV_32FC1``.
        maxCorners: how many corners there may be (0: any number).
        qualityLevel: the least strength of a corner, as a share of the best one's.
        minDistance: how far apart corners must be.
        blockSize: the side of the neighbourhood of the measure.
        useHarrisDetector: whether the measure is Harris's, and not the smaller eigenvalue.
        harrisK: Harris's factor.
    """
    if useHarrisDetector:
        criteria = createHarrisCorner(srcType, blockSize, 3, harrisK)
    else:
        criteria = createMinEigenValCorner(srcType, blockSize, 3)
    return CornersDetector(criteria, maxCorners, qualityLevel, minDistance)

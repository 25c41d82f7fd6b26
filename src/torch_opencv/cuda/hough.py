"""OpenCV's module ``cudaimgproc``: lines, segments and circles by Hough transforms.

Lines follow the CPU function; segments and circles are those of OpenCV's CUDA functions, whose methods are others than
the CPU's. All ask the device how much they have found, as OpenCV's CUDA functions do, so that the host waits.
"""

from __future__ import annotations

import torch
from torch import Tensor

from torch_opencv.cuda import edges
from torch_opencv.cuda._calls import Image, Out, method, native, native_class, refuse
from torch_opencv.cuda._images import batched, channels
from torch_opencv.cuda._numbers import type_code
from torch_opencv.cuda._settings import settings
from torch_opencv.cuda.filters_separable import createSobelFilter
from torch_opencv.cuda.kernels import hough
from torch_opencv.cuda.streams import Stream


def _mask(src: Tensor) -> Tensor:
    if src.dtype != torch.uint8 or channels(src) != 1 or batched(src).shape[0] != 1:
        raise refuse("src", f"is {src.dtype} {tuple(src.shape)}: pass one image of uint8 and one channel")
    return batched(src)[0, ..., 0]


def _points(mask: Tensor) -> Tensor:
    return mask.nonzero().flip(1)


@native_class("cudaimgproc")
@settings(
    ("Rho", "float", "the distance between lines that are told apart, in pixels"),
    ("Theta", "float", "the angle between lines that are told apart, in radians"),
    ("Threshold", "int", "the number of points that a line must have more than"),
    ("DoSort", "bool", "whether lines are sorted by their points, the most first"),
    ("MaxLines", "int", "how many lines there may be"),
)
class HoughLinesDetector:
    """Lines by the standard Hough transform; :func:`createHoughLinesDetector` makes it."""

    def __init__(self, rho: float, theta: float, threshold: int, doSort: bool, maxLines: int) -> None:  # noqa: N803
        self._rho, self._theta, self._threshold, self._doSort, self._maxLines = rho, theta, threshold, doSort, maxLines

    @method("HoughLinesDetector.detect")
    def detect(self, src: Image, lines: Out = None, stream: Stream | None = None) -> Tensor:
        """The lines through many of the pixels that are not 0, those that ``cv.HoughLines`` finds.

        Args:
            src: uint8, (H, W).
            lines: where to write the result.
            stream: the stream to work on.

        Returns:
            float32, (2, number of lines, 2): distance from the origin in pixels and angle of the normal in radians, and
            below them the numbers of their points, as OpenCV packs them: :meth:`downloadResults` takes them apart.
        """
        mask = _mask(src)
        points = _points(mask)
        votes = hough.line_votes(points, mask.shape[0], mask.shape[1], self._rho, hough.angles(self._theta))
        peaks = hough.line_peaks(votes, self._threshold)
        counts = votes[peaks[:, 0], peaks[:, 1]]
        if self._doSort:
            order = counts.argsort(descending=True, stable=True)
            peaks, counts = peaks[order], counts[order]
        peaks, counts = peaks[: self._maxLines], counts[: self._maxLines]
        radius = (peaks[:, 1] - (votes.shape[1] - 1) // 2).float() * self._rho
        below = torch.nn.functional.pad(counts, (0, len(counts))).view(torch.float32).reshape(-1, 2)
        return torch.stack([torch.stack([radius, peaks[:, 0].float() * self._theta], 1), below])

    @method("HoughLinesDetector.downloadResults")
    def downloadResults(  # noqa: N802
        self,
        d_lines: Tensor,
        h_lines: Out = None,
        h_votes: Out = None,
        stream: Stream | None = None,
    ) -> tuple[Tensor, Tensor]:
        """What :meth:`detect` found, on the host.

        Args:
            d_lines: its result.
            h_lines: where to write the lines.
            h_votes: where to write the numbers of points.
            stream: the stream to work on.

        Returns:
            The lines, float32 (1, number of lines, 2), and the numbers of their points, int32 (1, number of lines).
        """
        if d_lines.numel() == 0:
            return torch.empty(1, 0, 2), torch.empty(1, 0, dtype=torch.int32)
        on_host = d_lines.cpu().contiguous()
        return on_host[:1].clone(), on_host[1].reshape(-1).view(torch.int32)[None, : on_host.shape[1]].clone()


@native("cudaimgproc")
def createHoughLinesDetector(  # noqa: N802
    rho: float,
    theta: float,
    threshold: int,
    doSort: bool = False,  # noqa: N803
    maxLines: int = 4096,  # noqa: N803
) -> HoughLinesDetector:
    """A :class:`HoughLinesDetector`.

    Args:
        rho: the distance between lines that are told apart, in pixels.
        theta: the angle between lines that are told apart, in radians.
        threshold: the number of points that a line must have more than.
        doSort: whether lines are sorted by their points, the most first; else they are sorted by angle and distance.
        maxLines: how many lines there may be.
    """
    _positive(rho=rho, theta=theta, maxLines=maxLines)
    return HoughLinesDetector(rho, theta, threshold, doSort, maxLines)


def _positive(**numbers: float) -> None:
    for name, number in numbers.items():
        if number <= 0:
            raise refuse(name, f"is {number}: pass more than 0")


@native_class("cudaimgproc")
@settings(
    ("Rho", "float", "the distance between lines that are told apart, in pixels"),
    ("Theta", "float", "the angle between lines that are told apart, in radians"),
    ("MinLineLength", "int", "the least length of a segment along x or y, in pixels"),
    ("MaxLineGap", "int", "the largest gap within a segment, in pixels"),
    ("MaxLines", "int", "how many segments there may be"),
    ("Threshold", "int", "the number of points that a line must have (0 and less: the least length)"),
)
class HoughSegmentDetector:
    """Segments of lines; :func:`createHoughSegmentDetector` makes it.

    The lines of the standard transform are followed through the image, all of them. (The CPU function follows lines
    of points that it chooses at random, so that it finds others.)
    """

    def __init__(
        self,
        rho: float,
        theta: float,
        minLineLength: int,  # noqa: N803
        maxLineGap: int,  # noqa: N803
        maxLines: int,  # noqa: N803
        threshold: int,
    ) -> None:
        self._rho, self._theta, self._minLineLength, self._maxLineGap = rho, theta, minLineLength, maxLineGap
        self._maxLines, self._threshold = maxLines, threshold

    @method("HoughSegmentDetector.detect")
    def detect(self, src: Image, lines: Out = None, stream: Stream | None = None) -> Tensor:
        """The segments of pixels that are not 0.

        Args:
            src: uint8, (H, W).
            lines: where to write the result.
            stream: the stream to work on.

        Returns:
            int32, (1, number of segments, 4): x and y of both ends; sorted by the angle and distance of their lines.
        """
        mask = _mask(src)
        directions = hough.segment_angles(self._theta)
        votes = hough.line_votes(_points(mask), mask.shape[0], mask.shape[1], self._rho, directions)
        peaks = hough.segment_peaks(votes, self._threshold if self._threshold > 0 else self._minLineLength)
        of_lines = (self._rho, self._theta, self._minLineLength, self._maxLineGap, votes.shape[1])
        return hough.segments(mask, peaks, *of_lines)[None, : self._maxLines]


@native("cudaimgproc")
def createHoughSegmentDetector(  # noqa: N802
    rho: float,
    theta: float,
    minLineLength: int,  # noqa: N803
    maxLineGap: int,  # noqa: N803
    maxLines: int = 4096,  # noqa: N803
    threshold: int = -1,
) -> HoughSegmentDetector:
    """A :class:`HoughSegmentDetector`.

    Args:
        rho: the distance between lines that are told apart, in pixels.
        theta: the angle between lines that are told apart, in radians.
        minLineLength: the least length of a segment along x or y, in pixels.
        maxLineGap: the largest gap within a segment, in pixels.
        maxLines: how many segments there may be.
        threshold: the number of points that a line must have (0 and less: ``minLineLength``).
    """
    _positive(rho=rho, theta=theta, maxLines=maxLines)
    return HoughSegmentDetector(rho, theta, minLineLength, maxLineGap, maxLines, threshold)


@native_class("cudaimgproc")
@settings(
    ("Dp", "float", "the distance between centres that are told apart, in pixels"),
    ("MinDist", "float", "the least distance between two centres"),
    ("CannyThreshold", "int", "what gradients must be above for an edge to begin; half of it, for it to go on"),
    ("VotesThreshold", "int", "the number of edge pixels that point at a centre, and that a circle must have"),
    ("MinRadius", "int", "the least radius in pixels"),
    ("MaxRadius", "int", "the largest radius in pixels"),
    ("MaxCircles", "int", "how many circles there may be"),
)
class HoughCirclesDetector:
    """Circles by the gradients of their edges; :func:`createHoughCirclesDetector` makes it."""

    def __init__(
        self,
        dp: float,
        minDist: float,  # noqa: N803
        cannyThreshold: int,  # noqa: N803
        votesThreshold: int,  # noqa: N803
        minRadius: int,  # noqa: N803
        maxRadius: int,  # noqa: N803
        maxCircles: int,  # noqa: N803
    ) -> None:
        self._dp, self._minDist, self._cannyThreshold, self._votesThreshold = (
            dp,
            minDist,
            cannyThreshold,
            votesThreshold,
        )
        self._minRadius, self._maxRadius, self._maxCircles = minRadius, maxRadius, maxCircles

    @method("HoughCirclesDetector.detect")
    def detect(self, src: Image, circles: Out = None, stream: Stream | None = None) -> Tensor:
        """The circles of a grey image, those of the centres that most edges point at first.

        Args:
            src: uint8, (H, W).
            circles: where to write the result.
            stream: the stream to work on.

        Returns:
            float32, (1, number of circles, 3): x, y and radius in pixels.
        """
        gray, least, most = _mask(src), self._minRadius, self._maxRadius
        kind = type_code(torch.uint8, 1)
        dx, dy = (createSobelFilter(kind, type_code(torch.int16, 1), d, 1 - d).apply(gray) for d in (1, 0))
        canny = edges.createCannyEdgeDetector(max(self._cannyThreshold // 2, 1), self._cannyThreshold)
        points = _points(canny.detect(dx, dy))
        votes = hough.centre_votes(points, dx, dy, self._dp, least, most)
        places = hough.line_peaks(votes, self._votesThreshold)
        order = votes[places[:, 0], places[:, 1]].argsort(descending=True, stable=True)
        places = places[order].flip(1)
        if self._minDist > 1:
            places = edges.spaced(places, self._minDist, len(places))
        centres = (places.float() + 0.5) * self._dp
        if len(centres) == 0:
            return torch.empty(1, 0, 3, device=src.device)
        counts = torch.nn.functional.pad(hough.radius_votes(centres, points, least, most), (1, 1))
        here = counts[:, 1:-1]
        found = ((here >= self._votesThreshold) & (here > counts[:, :-2]) & (here >= counts[:, 2:])).nonzero()
        return torch.cat([centres[found[:, 0]], found[:, 1:].float() + least], 1)[None, : self._maxCircles]


@native("cudaimgproc")
def createHoughCirclesDetector(  # noqa: N802
    dp: float,
    minDist: float,  # noqa: N803
    cannyThreshold: int,  # noqa: N803
    votesThreshold: int,  # noqa: N803
    minRadius: int,  # noqa: N803
    maxRadius: int,  # noqa: N803
    maxCircles: int = 4096,  # noqa: N803
) -> HoughCirclesDetector:
    """A :class:`HoughCirclesDetector`.

    Args:
        dp: the distance between centres that are told apart, in pixels.
        minDist: the least distance between two centres.
        cannyThreshold: what gradients must be above for an edge to begin; half of it, for it to go on.
        votesThreshold: the number of edge pixels that point at a centre, and that a circle must have.
        minRadius: the least radius in pixels, 1 or more.
        maxRadius: the largest radius in pixels.
        maxCircles: how many circles there may be.
    """
    _positive(dp=dp, cannyThreshold=cannyThreshold, votesThreshold=votesThreshold, maxCircles=maxCircles)
    if not 0 < minRadius < maxRadius:
        raise refuse("minRadius", f"and maxRadius are {minRadius} and {maxRadius}: pass rising ones, above 0")
    return HoughCirclesDetector(dp, minDist, cannyThreshold, votesThreshold, minRadius, maxRadius, maxCircles)

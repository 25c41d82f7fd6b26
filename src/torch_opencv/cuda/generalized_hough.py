"""OpenCV's module ``cudaimgproc``: shapes by generalized Hough transforms. They follow the CPU functions.

They ask the device how much they have found, as OpenCV's CUDA functions do, so that the host waits.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Any

import torch
from torch import Tensor

from torch_opencv.cuda import edges as canny
from torch_opencv.cuda import filters_separable
from torch_opencv.cuda._calls import Image, Out, method, native, native_class, refuse
from torch_opencv.cuda._images import batched, channels
from torch_opencv.cuda._inputs import is_array, tensor
from torch_opencv.cuda._numbers import type_code
from torch_opencv.cuda._settings import settings
from torch_opencv.cuda.kernels import generalized_hough

_CENTRE = (-1, -1)
_DERIVATIVES = (torch.int16, torch.int32, torch.float32)


def _of_derivatives(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether a call is of the form of three arrays: edges and derivatives of one size."""
    if "image" in kwargs or "templ" in kwargs:
        return False
    if "dx" in kwargs or "dy" in kwargs:
        return True
    if len(args) < 3 or not all(is_array(x) for x in args[:3]):
        return False
    edges, dx, dy = (tensor(x, "", "") for x in args[:3])
    return edges.numel() > 0 and edges.shape[:2] == dx.shape[:2] == dy.shape[:2]


def _plane(argument: str, image: Tensor, dtypes: tuple[torch.dtype, ...]) -> Tensor:
    if image.dtype not in dtypes or channels(image) != 1 or batched(image).shape[0] != 1:
        allowed = ", ".join(str(dtype).removeprefix("torch.") for dtype in dtypes)
        raise refuse(argument, f"is {image.dtype} {tuple(image.shape)}: pass one image of one channel of {allowed}")
    return batched(image)[0, ..., 0]


@settings(
    ("CannyLowThresh", "int", "what gradients must be above for an edge to go on"),
    ("CannyHighThresh", "int", "what gradients must be above for an edge to begin"),
    ("MinDist", "float", "the least distance between two places that are found, in pixels"),
    ("Dp", "float", "the distance between places that are told apart, in pixels"),
    ("Levels", "int", "how many directions are told apart"),
)
class _GeneralizedHough(ABC):
    """What both transforms have in common."""

    def __init__(self) -> None:
        self._cannyLowThresh, self._cannyHighThresh, self._minDist, self._dp, self._levels = 50, 100, 1.0, 1.0, 360
        self._learnt_levels = 0
        self._device = torch.device("cpu")

    def setTemplate(self, *args: Any, **kwargs: Any) -> None:  # noqa: N802
        """What to look for: ``setTemplate(templ[, templCenter])`` or ``setTemplate(edges, dx, dy[, templCenter])``.

        Args:
            *args: ``templ`` is uint8, (H, W); or ``edges``, uint8, is not 0 on edges, and ``dx`` and ``dy`` are the
                derivatives, int16, int32 or float32. ``templCenter`` is the place in it that is found in images, as x
                and y: its middle, if it isn't given.
            **kwargs: the same by name.
        """
        (self._learn_derivatives if _of_derivatives(args, kwargs) else self._learn_image)(*args, **kwargs)

    def detect(self, *args: Any, **kwargs: Any) -> Any:
        """Where the template is: ``detect(image[, positions[, votes]])`` or ``detect(edges, dx, dy[, ...])``.

        Args:
            *args: an image as :meth:`setTemplate` takes it, and where to write the results.
            **kwargs: the same by name.

        Returns:
            positions: float32, (1, number found, 4): x, y, scale, and angle in degrees.
            votes: int32, (1, number found, 3): votes for the place, the scale and the angle.
        """
        return (self._find_by_derivatives if _of_derivatives(args, kwargs) else self._find_in_image)(*args, **kwargs)

    @method("GeneralizedHough.setTemplate")
    def _learn_image(self, templ: Image, templCenter: tuple[int, int] = _CENTRE) -> None:  # noqa: N803
        self._learn(templ, *self._edges("templ", templ), templCenter)

    @method("GeneralizedHough.setTemplate")
    def _learn_derivatives(
        self,
        edges: Image,
        dx: Image,
        dy: Image,
        templCenter: tuple[int, int] = _CENTRE,  # noqa: N803
    ) -> None:
        self._learn(edges, *self._planes(edges, dx, dy), templCenter)

    @method("GeneralizedHough.detect")
    def _find_in_image(self, image: Image, positions: Out = None, votes: Out = None) -> tuple[Tensor, Tensor]:
        self._check_ready(image, "image")
        return self._all(*self._edges("image", image))

    @method("GeneralizedHough.detect")
    def _find_by_derivatives(
        self, edges: Image, dx: Image, dy: Image, positions: Out = None, votes: Out = None
    ) -> tuple[Tensor, Tensor]:
        self._check_ready(edges, "edges")
        return self._all(*self._planes(edges, dx, dy))

    def _edges(self, argument: str, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        gray = _plane(argument, image, (torch.uint8,))
        low, high = self._cannyLowThresh, self._cannyHighThresh
        if not 0 < low < high:
            raise refuse(argument, f"can't be searched: its Canny thresholds are {low} and {high}: set rising ones")
        kinds = type_code(torch.uint8, 1), type_code(torch.float32, 1)
        dx, dy = (filters_separable.createSobelFilter(*kinds, d, 1 - d).apply(gray) for d in (1, 0))
        return canny.createCannyEdgeDetector(low, high).detect(gray), dx, dy

    def _planes(self, edges: Tensor, dx: Tensor, dy: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        planes = _plane("edges", edges, (torch.uint8,)), _plane("dx", dx, _DERIVATIVES), _plane("dy", dy, _DERIVATIVES)
        for name, plane in zip(("dx", "dy"), planes[1:], strict=True):
            if plane.shape != planes[0].shape:
                raise refuse(name, f"is {tuple(plane.shape)}, and 'edges' {tuple(planes[0].shape)}: pass alike ones")
        return planes

    def _learn(self, image: Tensor, edges: Tensor, dx: Tensor, dy: Tensor, centre: tuple[int, int]) -> None:
        if self._levels < 1:
            raise refuse("levels", f"is {self._levels}: set 1 or more")
        h, w = edges.shape
        x, y = (w // 2, h // 2) if tuple(centre) == _CENTRE else (int(centre[0]), int(centre[1]))
        self._process_template(generalized_hough.contour(edges, dx, dy), (w, h), (x, y))
        self._learnt_levels, self._device = self._levels, image.device

    def _check_ready(self, image: Tensor, argument: str) -> None:
        if self._learnt_levels != self._levels:
            why = f"levels are {self._levels} since" if self._learnt_levels else "there is no template"
            raise refuse(argument, f"can't be searched, as {why}: call setTemplate before")
        if image.device != self._device:
            raise refuse(argument, f"is on {image.device}, and the template on {self._device}: pass both on one")
        if not self._dp > 0:
            raise refuse("dp", f"is {self._dp}: set more than 0")

    def _all(self, edges: Tensor, dx: Tensor, dy: Tensor) -> tuple[Tensor, Tensor]:
        size = int(edges.shape[0]), int(edges.shape[1])
        positions, votes = self._process_image(generalized_hough.contour(edges, dx, dy), size)
        if self._minDist > 1:
            order = votes[:, 0].argsort(descending=True, stable=True)
            kept = order[canny.kept_apart(positions[order, :2], self._minDist, len(order))]
            positions, votes = positions[kept], votes[kept]
        return positions[None], votes.to(torch.int32)[None]

    @abstractmethod
    def _process_template(
        self, contour: generalized_hough.Contour, size: tuple[int, int], centre: tuple[int, int]
    ) -> None:
        """Learn a template: its contour, width and height, and the place in it that is looked for."""

    @abstractmethod
    def _process_image(self, contour: generalized_hough.Contour, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
        """Positions (P, 4) and votes (P, 3) in an image's contour."""


def _at(places: Tensor, dp: float, scale: float, turn: float) -> Tensor:
    """Positions (P, 4) of places in ``dp`` pixels."""
    rest = torch.tensor([scale, turn], dtype=torch.float32, device=places.device)
    return torch.cat([(places.double() * dp).float(), rest.expand(len(places), 2)], 1)


@native_class("cudaimgproc")
@settings(
    ("VotesThreshold", "int", "what the votes for a place must be above"),
    ("MaxBufferSize", "int", "what OpenCV's CUDA class gives its buffers; there are none here"),
)
class GeneralizedHoughBallard(_GeneralizedHough):
    """Places of a shape, as ``cv.GeneralizedHoughBallard``; :func:`createGeneralizedHoughBallard` makes it."""

    def __init__(self) -> None:
        super().__init__()
        self._votesThreshold, self._maxBufferSize = 100, 10000

    def _process_template(
        self, contour: generalized_hough.Contour, size: tuple[int, int], centre: tuple[int, int]
    ) -> None:
        self._table = generalized_hough.r_table(contour, centre, self._levels)

    def _process_image(self, contour: generalized_hough.Contour, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
        _above_zero(votesThreshold=self._votesThreshold)
        places, votes = generalized_hough.positions(
            contour, size, self._table, self._levels, self._dp, self._votesThreshold
        )
        return _at(places, self._dp, 1.0, 0.0), torch.nn.functional.pad(votes[:, None], (0, 2))


def _above_zero(**numbers: float) -> None:
    for name, number in numbers.items():
        if not number > 0:
            raise refuse(name, f"is {number}: set more than 0")


@native("cudaimgproc")
def createGeneralizedHoughBallard() -> GeneralizedHoughBallard:  # noqa: N802
    """A :class:`GeneralizedHoughBallard`: a shape's places, where it is as large and as turned as in the template."""
    return GeneralizedHoughBallard()


@native_class("cudaimgproc")
@settings(
    ("MaxBufferSize", "int", "how many pairs of pixels each level has at most, of the template and of an image"),
    ("Xi", "float", "how many degrees the gradients of a pair are apart"),
    ("AngleEpsilon", "float", "how many degrees more than that they may be apart"),
    ("MinAngle", "float", "the least angle that the shape is turned by, in degrees"),
    ("MaxAngle", "float", "the largest angle that the shape is turned by, in degrees"),
    ("AngleStep", "float", "the angle between turns that are told apart, in degrees"),
    ("AngleThresh", "int", "how many votes a turn must have"),
    ("MinScale", "float", "the least scale of the shape"),
    ("MaxScale", "float", "the largest scale of the shape"),
    ("ScaleStep", "float", "the difference of scales that are told apart"),
    ("ScaleThresh", "int", "how many votes a scale must have"),
    ("PosThresh", "int", "what the votes for a place must be above"),
)
class GeneralizedHoughGuil(_GeneralizedHough):
    """Places, scales and turns of a shape, as ``cv.GeneralizedHoughGuil``; :func:`createGeneralizedHoughGuil` makes it.

    Pairs of pixels of the template and of the image vote, so that it takes long where there are many edges.
    """

    def __init__(self) -> None:
        super().__init__()
        self._maxBufferSize, self._xi, self._angleEpsilon = 1000, 90.0, 1.0
        self._minAngle, self._maxAngle, self._angleStep, self._angleThresh = 0.0, 360.0, 1.0, 15000
        self._minScale, self._maxScale, self._scaleStep, self._scaleThresh = 0.5, 2.0, 0.05, 1000
        self._posThresh = 100
        self._size = (0, 0)
        self._centre = (0, 0)

    def _features(self, contour: generalized_hough.Contour) -> generalized_hough.Features:
        w, h = self._size
        furthest = math.sqrt(w * w + h * h) * self._maxScale
        rules = generalized_hough.Pairing(self._xi, self._angleEpsilon, furthest, self._levels, self._maxBufferSize)
        return generalized_hough.features(contour, rules)

    def _process_template(
        self, contour: generalized_hough.Contour, size: tuple[int, int], centre: tuple[int, int]
    ) -> None:
        self._size, self._centre = size, centre
        self._template = self._features(contour)

    def _process_image(self, contour: generalized_hough.Contour, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
        _above_zero(angleStep=self._angleStep, angleThresh=self._angleThresh, minScale=self._minScale)
        _above_zero(scaleStep=self._scaleStep, scaleThresh=self._scaleThresh, posThresh=self._posThresh)
        if not 0 <= self._minAngle < self._maxAngle <= 360:
            raise refuse("minAngle", f"and maxAngle are {self._minAngle} and {self._maxAngle}: set rising ones to 360")
        if self._minScale >= self._maxScale:
            raise refuse("minScale", f"and maxScale are {self._minScale} and {self._maxScale}: set rising ones")
        image = self._features(contour)
        turns = generalized_hough.Bins(self._minAngle, self._maxAngle, self._angleStep, self._angleThresh)
        sizes = generalized_hough.Bins(self._minScale, self._maxScale, self._scaleStep, self._scaleThresh)
        device = contour.points.device
        positions = [torch.empty(0, 4, device=device)]
        votes = [torch.empty(0, 3, dtype=torch.int64, device=device)]
        of_both = self._template, image
        for turn, for_turn in generalized_hough.orientations(*of_both, turns):
            pairs = generalized_hough.Alike(*of_both, turn, self._angleEpsilon)
            for scale, for_scale in generalized_hough.scales(*of_both, pairs, sizes):
                places, for_place = generalized_hough.positions_of(
                    *of_both, pairs, self._centre, size, (turn, scale), self._dp, self._posThresh
                )
                positions.append(_at(places, self._dp, scale, turn))
                others = torch.tensor([for_scale, for_turn], device=device).expand(len(places), 2)
                votes.append(torch.cat([for_place[:, None], others], 1))
        return torch.cat(positions), torch.cat(votes)


@native("cudaimgproc")
def createGeneralizedHoughGuil() -> GeneralizedHoughGuil:  # noqa: N802
    """A :class:`GeneralizedHoughGuil`: a shape's places, however large and turned it is."""
    return GeneralizedHoughGuil()

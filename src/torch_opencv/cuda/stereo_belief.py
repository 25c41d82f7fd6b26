"""OpenCV's module ``cudastereo``: disparities by belief propagation, as OpenCV's CUDA classes define it."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from torch_opencv.cuda._calls import Image, Out, method, native, native_class, refuse
from torch_opencv.cuda._images import batched, channels
from torch_opencv.cuda._settings import settings
from torch_opencv.cuda.kernels import belief, constant_space
from torch_opencv.cuda.stereo_matching import told_apart
from torch_opencv.cuda.streams import Stream

_SCALE_OF_WHOLE = 10.0  # of costs that are kept as int16


def _pair(left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
    for argument, image in (("left", left), ("right", right)):
        if image.dtype != torch.uint8 or channels(image) not in (1, 3, 4):
            raise refuse(argument, f"is {image.dtype} of {channels(image)} channels: pass uint8 of 1, 3 or 4")
    if left.shape != right.shape:
        raise refuse("right", f"is {tuple(right.shape)}, and 'left' {tuple(left.shape)}: pass two alike")
    return batched(left), batched(right)


def _check(ndisp: int, iters: int, levels: int, msg_type: int) -> None:
    if ndisp < 1 or iters < 1 or levels < 1:
        raise refuse("ndisp", f"iters and levels are {ndisp}, {iters} and {levels}: pass numbers from 1")
    if msg_type not in (cv2.CV_32F, cv2.CV_16S):
        raise refuse("msg_type", f"is {msg_type}: pass cv.CV_32F or cv.CV_16S")


@native_class("cudastereo")
@settings(
    ("NumDisparities", "int", "how many disparities are looked at, from 0 on"),
    ("NumIters", "int", "how many iterations each level has"),
    ("NumLevels", "int", "how many sizes, each half of the one before, are gone through"),
    ("MaxDataTerm", "float", "the largest difference of two pixels that counts"),
    ("DataWeight", "float", "what the differences of pixels weigh"),
    ("MaxDiscTerm", "float", "the most that a step between neighbours costs"),
    ("DiscSingleJump", "float", "what a step of one disparity between neighbours costs"),
    ("MsgType", "int", "cv.CV_32F, or cv.CV_16S for messages of whole numbers"),
)
class StereoBeliefPropagation:
    """Disparities by belief propagation; :func:`createStereoBeliefPropagation` makes it."""

    def __init__(self, ndisp: int, iters: int, levels: int, msg_type: int) -> None:
        self._numDisparities, self._numIters, self._numLevels, self._msgType = ndisp, iters, levels, msg_type
        self._maxDataTerm, self._dataWeight, self._maxDiscTerm, self._discSingleJump = 10.0, 0.07, 1.7, 1.0

    @staticmethod
    def estimateRecommendedParams(width: int, height: int) -> tuple[int, ...]:  # noqa: N802
        """OpenCV's choice of disparities, iterations and levels for images of this size."""
        longer = max(width, height)
        disparities = width // 4
        return disparities + disparities % 2, longer // 100 + 2, max(1, int(math.log(longer) + 1) * 4 // 5)

    def compute(self, left: Any, right: Any, *args: Any, **kwargs: Any) -> Any:
        """How far each pixel of the left image is to the left in the right one.

        ``compute(left, right[, stream[, disparity]])``, or ``compute(left, right[, disparity])``.

        Args:
            left: uint8, (H, W), or (H, W, C) of 1, 3 or 4 channels, or a batch (N, H, W, C).
            right: the same of the right camera.
            *args: a stream to work on, and where to write the result.
            **kwargs: the same as ``stream=`` and ``disparity=``.

        Returns:
            int16, (H, W) or (N, H, W, 1): whole pixels; 0 in the outermost ones.
        """
        return self._compute(left, right, **told_apart(f"{type(self).__name__}.compute", args, kwargs))

    @method("StereoBeliefPropagation.compute")
    def _compute(self, left: Image, right: Image, disparity: Out = None, stream: Stream | None = None) -> Tensor:
        a, b = _pair(left, right)
        if min(a.shape[1:3]) >> (self._numLevels - 1) < 3:
            raise refuse("levels", f"is {self._numLevels}, too many for {tuple(left.shape)}: pass fewer")
        whole = self._msgType == cv2.CV_16S
        scale = _SCALE_OF_WHOLE if whole else 1.0
        smoothness = belief.Smoothness(scale * self._discSingleJump, scale * self._maxDiscTerm, whole)
        costs = [
            belief.data_costs(a, b, self._numDisparities, scale * self._dataWeight, self._maxDataTerm, whole),
        ]
        while len(costs) < self._numLevels:
            costs.append(belief.coarser(costs[-1]))
        messages = [torch.zeros_like(costs[-1])] * 4
        for cost in reversed(costs):
            messages = belief.finer(messages, *cost.shape[2:]) if cost is not costs[-1] else messages
            messages = belief.propagate(messages, cost, self._numIters, smoothness)
        found = belief.chosen(messages, costs[0]).to(torch.int16)
        return found[..., None] if left.ndim == 4 else found[0]


@native("cudastereo")
def createStereoBeliefPropagation(  # noqa: N802
    ndisp: int = 64, iters: int = 5, levels: int = 5, msg_type: int = cv2.CV_32F
) -> StereoBeliefPropagation:
    """A :class:`StereoBeliefPropagation`.

    Args:
        ndisp: how many disparities are looked at, from 0 on.
        iters: how many iterations each level has.
        levels: how many sizes, each half of the one before, are gone through.
        msg_type: cv.CV_32F, or cv.CV_16S for messages of whole numbers.
    """
    _check(ndisp, iters, levels, msg_type)
    return StereoBeliefPropagation(ndisp, iters, levels, msg_type)


@native_class("cudastereo")
@settings(
    ("NrPlane", "int", "how many disparities each pixel has in the end"),
    ("UseLocalInitDataCost", "bool", "whether disparities that cost less than those beside them are taken first"),
    ("MinDisparity", "int", "the least disparity that is looked at"),
)
class StereoConstantSpaceBP(StereoBeliefPropagation):
    """Disparities by belief propagation over a few of them; :func:`createStereoConstantSpaceBP` makes it."""

    def __init__(self, ndisp: int, iters: int, levels: int, nr_plane: int, msg_type: int) -> None:
        super().__init__(ndisp, iters, levels, msg_type)
        self._nrPlane, self._useLocalInitDataCost, self._minDisparity = nr_plane, True, 0
        self._maxDataTerm, self._dataWeight, self._maxDiscTerm, self._discSingleJump = 30.0, 1.0, 160.0, 10.0

    @staticmethod
    def estimateRecommendedParams(width: int, height: int) -> tuple[int, ...]:  # noqa: N802
        """OpenCV's choice of disparities, iterations, levels and planes for images of this size."""
        longer = max(width, height)
        disparities = int(np.float32(width) / np.float32(3.14))
        disparities += disparities % 2
        levels = max(1, int(math.log(longer)) * 2 // 3)
        iterations = longer // 100 + (-4 if longer > 1200 else 4)
        return disparities, iterations, levels, disparities // 2 ** (levels + 1)

    @method("StereoConstantSpaceBP.compute")
    def _compute(self, left: Image, right: Image, disparity: Out = None, stream: Stream | None = None) -> Tensor:
        a, b = (image.float() for image in _pair(left, right))
        _check(self._numDisparities, self._numIters, self._numLevels, self._msgType)
        levels = max(1, min(self._numLevels, int(math.log(self._numDisparities) / math.log(2))))
        planes = self._nrPlane << (levels - 1)
        if not 1 <= planes <= self._numDisparities:
            raise refuse(
                "nr_plane",
                f"is {self._nrPlane}, doubled by each level, of {self._numDisparities} disparities: pass fewer",
            )
        if min(a.shape[1:3]) >> (levels - 1) < 1 or min(a.shape[1:3]) < 3:
            raise refuse("left", f"is {tuple(left.shape)}, too small for {levels} levels: pass larger ones")
        rules = constant_space.Rules(
            self._dataWeight,
            self._maxDataTerm,
            self._discSingleJump,
            self._maxDiscTerm,
            self._minDisparity,
            self._msgType == cv2.CV_16S,
        )
        costs = constant_space.all_costs(a, b, levels - 1, self._numDisparities, rules)
        state = constant_space.begun(costs, planes, self._useLocalInitDataCost)
        for level in reversed(range(levels)):
            if level < levels - 1:
                state = constant_space.finer(state, a, b, level, self._nrPlane << level, rules)
            state = constant_space.propagated(state, self._numIters, rules)
        found = constant_space.chosen(state).to(torch.int16)
        return found[..., None] if left.ndim == 4 else found[0]


@native("cudastereo")
def createStereoConstantSpaceBP(  # noqa: N802
    ndisp: int = 128, iters: int = 8, levels: int = 4, nr_plane: int = 4, msg_type: int = cv2.CV_32F
) -> StereoConstantSpaceBP:
    """A :class:`StereoConstantSpaceBP`.

    Args:
        ndisp: how many disparities are looked at, from 0 on.
        iters: how many iterations each level has.
        levels: how many sizes, each half of the one before, are gone through.
        nr_plane: how many disparities each pixel has in the end; it has twice as many in each smaller size.
        msg_type: cv.CV_32F, or cv.CV_16S for messages of whole numbers.
    """
    _check(ndisp, iters, levels, msg_type)
    if nr_plane < 1:
        raise refuse("nr_plane", f"is {nr_plane}: pass 1 or more")
    return StereoConstantSpaceBP(ndisp, iters, levels, nr_plane, msg_type)

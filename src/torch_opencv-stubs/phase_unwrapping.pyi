# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv
import torch_opencv.typing


# Classes
class HistogramPhaseUnwrapping(PhaseUnwrapping):
    # Classes
    class Params:
        width: int
        height: int
        histThresh: float
        nbrOfSmallBins: int
        nbrOfLargeBins: int

        # Functions
        def __init__(self) -> None: ...



    # Functions
    @classmethod
    def create(cls, parameters: HistogramPhaseUnwrapping.Params = ...) -> HistogramPhaseUnwrapping: ...

    @_typing.overload
    def getInverseReliabilityMap(self, reliabilityMap: torch_opencv.typing.MatLike | None = ...) -> Tensor: ...
    @_typing.overload
    def getInverseReliabilityMap(self, reliabilityMap: torch_opencv.UMat | None = ...) -> torch_opencv.UMat: ...


class PhaseUnwrapping(torch_opencv.Algorithm):
    # Functions
    @_typing.overload
    def unwrapPhaseMap(self, wrappedPhaseMap: torch_opencv.typing.MatLike, unwrappedPhaseMap: torch_opencv.typing.MatLike | None = ..., shadowMask: torch_opencv.typing.MatLike | None = ...) -> Tensor: ...
    @_typing.overload
    def unwrapPhaseMap(self, wrappedPhaseMap: torch_opencv.UMat, unwrappedPhaseMap: torch_opencv.UMat | None = ..., shadowMask: torch_opencv.UMat | None = ...) -> torch_opencv.UMat: ...



HistogramPhaseUnwrapping_create = HistogramPhaseUnwrapping.create

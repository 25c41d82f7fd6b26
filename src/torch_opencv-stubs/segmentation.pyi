# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv
import torch_opencv.typing


# Classes
class IntelligentScissorsMB:
    # Functions
    def __init__(self) -> None: ...

    def setWeights(self, weight_non_edge: float | Tensor, weight_gradient_direction: float | Tensor, weight_gradient_magnitude: float | Tensor) -> IntelligentScissorsMB: ...

    def setGradientMagnitudeMaxLimit(self, gradient_magnitude_threshold_max: float | Tensor = ...) -> IntelligentScissorsMB: ...

    def setEdgeFeatureZeroCrossingParameters(self, gradient_magnitude_min_value: float | Tensor = ...) -> IntelligentScissorsMB: ...

    def setEdgeFeatureCannyParameters(self, threshold1: float | Tensor, threshold2: float | Tensor, apertureSize: int | Tensor = ..., L2gradient: bool = ...) -> IntelligentScissorsMB: ...

    @_typing.overload
    def applyImage(self, image: torch_opencv.typing.MatLike) -> IntelligentScissorsMB: ...
    @_typing.overload
    def applyImage(self, image: torch_opencv.UMat) -> IntelligentScissorsMB: ...

    @_typing.overload
    def applyImageFeatures(self, non_edge: torch_opencv.typing.MatLike, gradient_direction: torch_opencv.typing.MatLike, gradient_magnitude: torch_opencv.typing.MatLike, image: torch_opencv.typing.MatLike | None = ...) -> IntelligentScissorsMB: ...
    @_typing.overload
    def applyImageFeatures(self, non_edge: torch_opencv.UMat, gradient_direction: torch_opencv.UMat, gradient_magnitude: torch_opencv.UMat, image: torch_opencv.UMat | None = ...) -> IntelligentScissorsMB: ...

    def buildMap(self, sourcePt: torch_opencv.typing.Point) -> None: ...

    @_typing.overload
    def getContour(self, targetPt: torch_opencv.typing.Point, contour: torch_opencv.typing.MatLike | None = ..., backward: bool = ...) -> Tensor: ...
    @_typing.overload
    def getContour(self, targetPt: torch_opencv.typing.Point, contour: torch_opencv.UMat | None = ..., backward: bool = ...) -> torch_opencv.UMat: ...




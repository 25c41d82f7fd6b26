# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv
import torch_opencv.dnn
import torch_opencv.typing


# Enumerations
MCC24: int
SG140: int
VINYL18: int
TYPECHART = int
"""One of [MCC24, SG140, VINYL18]"""



# Classes
class DetectorParameters:
    adaptiveThreshWinSizeMin: int
    adaptiveThreshWinSizeMax: int
    adaptiveThreshWinSizeStep: int
    adaptiveThreshConstant: float
    minContoursAreaRate: float
    minContoursArea: float
    confidenceThreshold: float
    minContourSolidity: float
    findCandidatesApproxPolyDPEpsMultiplier: float
    borderWidth: int
    B0factor: float
    maxError: float
    minContourPointsAllowed: int
    minContourLengthAllowed: int
    minInterContourDistance: int
    minInterCheckerDistance: int
    minImageSize: int
    minGroupSize: int

    # Functions
    @classmethod
    def create(cls) -> DetectorParameters: ...


class CCheckerDetector(torch_opencv.Algorithm):
    # Functions
    def setNet(self, net: torch_opencv.dnn.Net) -> bool: ...

    @_typing.overload
    def processWithROI(self, image: torch_opencv.typing.MatLike, chartType: TYPECHART, regionsOfInterest: torch_opencv.typing.MatLike | _typing.Sequence[torch_opencv.typing.Rect], nc: int | Tensor = ..., useNet: bool = ..., params: DetectorParameters = ...) -> bool: ...
    @_typing.overload
    def processWithROI(self, image: torch_opencv.UMat, chartType: TYPECHART, regionsOfInterest: torch_opencv.typing.MatLike | _typing.Sequence[torch_opencv.typing.Rect], nc: int | Tensor = ..., useNet: bool = ..., params: DetectorParameters = ...) -> bool: ...

    @_typing.overload
    def process(self, image: torch_opencv.typing.MatLike, chartType: TYPECHART, nc: int | Tensor = ..., useNet: bool = ..., params: DetectorParameters = ...) -> bool: ...
    @_typing.overload
    def process(self, image: torch_opencv.UMat, chartType: TYPECHART, nc: int | Tensor = ..., useNet: bool = ..., params: DetectorParameters = ...) -> bool: ...

    def getBestColorChecker(self) -> CChecker: ...

    def getListColorChecker(self) -> _typing.Sequence[CChecker]: ...

    @classmethod
    def create(cls) -> CCheckerDetector: ...


class CChecker:
    # Functions
    @classmethod
    def create(cls) -> CChecker: ...

    def setTarget(self, _target: TYPECHART) -> None: ...

    def setBox(self, _box: torch_opencv.typing.MatLike | _typing.Sequence[torch_opencv.typing.Point2f]) -> None: ...

    def setChartsRGB(self, _chartsRGB: torch_opencv.typing.MatLike) -> None: ...

    def setChartsYCbCr(self, _chartsYCbCr: torch_opencv.typing.MatLike) -> None: ...

    def setCost(self, _cost: float | Tensor) -> None: ...

    def setCenter(self, _center: torch_opencv.typing.Point2f) -> None: ...

    def getTarget(self) -> TYPECHART: ...

    def getBox(self) -> Tensor: ...

    def getColorCharts(self) -> Tensor: ...

    def getChartsRGB(self) -> Tensor: ...

    def getChartsYCbCr(self) -> Tensor: ...

    def getCost(self) -> float: ...

    def getCenter(self) -> tuple[float, float]: ...


class CCheckerDraw:
    # Functions
    @_typing.overload
    def draw(self, img: torch_opencv.typing.MatLike) -> Tensor: ...
    @_typing.overload
    def draw(self, img: torch_opencv.UMat) -> torch_opencv.UMat: ...

    @classmethod
    def create(cls, pChecker: CChecker, color: torch_opencv.typing.Scalar = ..., thickness: int | Tensor = ...) -> CCheckerDraw: ...



CCheckerDetector_create = CCheckerDetector.create
CCheckerDraw_create = CCheckerDraw.create
CChecker_create = CChecker.create
DetectorParameters_create = DetectorParameters.create

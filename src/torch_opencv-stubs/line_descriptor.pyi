# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv
import torch_opencv.typing


# Classes
class KeyLine:
    angle: float
    class_id: int
    octave: int
    @property
    def pt(self) -> tuple[float, float]: ...
    @pt.setter
    def pt(self, value: torch_opencv.typing.Point2f) -> None: ...
    response: float
    size: float
    startPointX: float
    startPointY: float
    endPointX: float
    endPointY: float
    sPointInOctaveX: float
    sPointInOctaveY: float
    ePointInOctaveX: float
    ePointInOctaveY: float
    lineLength: float
    numOfPixels: int

    # Functions
    def __init__(self) -> None: ...

    def getStartPoint(self) -> tuple[float, float]: ...

    def getEndPoint(self) -> tuple[float, float]: ...

    def getStartPointInOctave(self) -> tuple[float, float]: ...

    def getEndPointInOctave(self) -> tuple[float, float]: ...


class BinaryDescriptor(torch_opencv.Algorithm):
    # Functions
    @classmethod
    def createBinaryDescriptor(cls) -> BinaryDescriptor: ...

    def getNumOfOctaves(self) -> int: ...

    def setNumOfOctaves(self, octaves: int | Tensor) -> None: ...

    def getWidthOfBand(self) -> int: ...

    def setWidthOfBand(self, width: int | Tensor) -> None: ...

    def getReductionRatio(self) -> int: ...

    def setReductionRatio(self, rRatio: int | Tensor) -> None: ...

    def detect(self, image: torch_opencv.typing.MatLike, mask: torch_opencv.typing.MatLike | None = ...) -> _typing.Sequence[KeyLine]: ...

    def compute(self, image: torch_opencv.typing.MatLike, keylines: _typing.Sequence[KeyLine], descriptors: torch_opencv.typing.MatLike | None = ..., returnFloatDescr: bool = ...) -> tuple[_typing.Sequence[KeyLine], Tensor]: ...


class LSDParam:
    scale: float
    sigma_scale: float
    quant: float
    ang_th: float
    log_eps: float
    density_th: float
    n_bins: int

    # Functions
    def __init__(self) -> None: ...


class LSDDetector(torch_opencv.Algorithm):
    # Functions
    def __init__(self, _params: LSDParam) -> None: ...

    @classmethod
    def createLSDDetector(cls) -> LSDDetector: ...

    @classmethod
    def createLSDDetectorWithParams(cls, params: LSDParam) -> LSDDetector: ...

    @_typing.overload
    def detect(self, image: torch_opencv.typing.MatLike, scale: int | Tensor, numOctaves: int | Tensor, mask: torch_opencv.typing.MatLike | None = ...) -> _typing.Sequence[KeyLine]: ...
    @_typing.overload
    def detect(self, images: _typing.Sequence[torch_opencv.typing.MatLike], keylines: _typing.Sequence[_typing.Sequence[KeyLine]], scale: int | Tensor, numOctaves: int | Tensor, masks: _typing.Sequence[torch_opencv.typing.MatLike] | None = ...) -> None: ...


class BinaryDescriptorMatcher(torch_opencv.Algorithm):
    # Functions
    def __init__(self) -> None: ...

    def match(self, queryDescriptors: torch_opencv.typing.MatLike, trainDescriptors: torch_opencv.typing.MatLike, mask: torch_opencv.typing.MatLike | None = ...) -> _typing.Sequence[torch_opencv.DMatch]: ...

    def matchQuery(self, queryDescriptors: torch_opencv.typing.MatLike, masks: _typing.Sequence[torch_opencv.typing.MatLike] | None = ...) -> _typing.Sequence[torch_opencv.DMatch]: ...

    def knnMatch(self, queryDescriptors: torch_opencv.typing.MatLike, trainDescriptors: torch_opencv.typing.MatLike, k: int | Tensor, mask: torch_opencv.typing.MatLike | None = ..., compactResult: bool = ...) -> _typing.Sequence[_typing.Sequence[torch_opencv.DMatch]]: ...

    def knnMatchQuery(self, queryDescriptors: torch_opencv.typing.MatLike, matches: _typing.Sequence[_typing.Sequence[torch_opencv.DMatch]], k: int | Tensor, masks: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., compactResult: bool = ...) -> None: ...


class DrawLinesMatchesFlags:
    ...


# Functions
def drawKeylines(image: torch_opencv.typing.MatLike, keylines: _typing.Sequence[KeyLine], outImage: torch_opencv.typing.MatLike | None = ..., color: torch_opencv.typing.Scalar = ..., flags: int | Tensor = ...) -> Tensor: ...

def drawLineMatches(img1: torch_opencv.typing.MatLike, keylines1: _typing.Sequence[KeyLine], img2: torch_opencv.typing.MatLike, keylines2: _typing.Sequence[KeyLine], matches1to2: _typing.Sequence[torch_opencv.DMatch], outImg: torch_opencv.typing.MatLike | None = ..., matchColor: torch_opencv.typing.Scalar = ..., singleLineColor: torch_opencv.typing.Scalar = ..., matchesMask: torch_opencv.typing.MatLike | _typing.Sequence[int | Tensor] = ..., flags: int | Tensor = ...) -> Tensor: ...


BinaryDescriptor_createBinaryDescriptor = BinaryDescriptor.createBinaryDescriptor
LSDDetector_createLSDDetector = LSDDetector.createLSDDetector
LSDDetector_createLSDDetectorWithParams = LSDDetector.createLSDDetectorWithParams

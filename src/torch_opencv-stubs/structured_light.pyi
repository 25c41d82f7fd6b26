# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv
import torch_opencv.typing


# Enumerations
FTP: int
PSP: int
FAPS: int
DECODE_3D_UNDERWORLD: int



# Classes
class GrayCodePattern(StructuredLightPattern):
    # Functions
    @classmethod
    def create(cls, width: int | Tensor, height: int | Tensor) -> GrayCodePattern: ...

    def getNumberOfPatternImages(self) -> int: ...

    def setWhiteThreshold(self, value: int | Tensor) -> None: ...

    def setBlackThreshold(self, value: int | Tensor) -> None: ...

    @_typing.overload
    def getImagesForShadowMasks(self, blackImage: torch_opencv.typing.MatLike, whiteImage: torch_opencv.typing.MatLike) -> tuple[Tensor, Tensor]: ...
    @_typing.overload
    def getImagesForShadowMasks(self, blackImage: torch_opencv.UMat, whiteImage: torch_opencv.UMat) -> tuple[torch_opencv.UMat, torch_opencv.UMat]: ...

    @_typing.overload
    def getProjPixel(self, patternImages: _typing.Sequence[torch_opencv.typing.MatLike], x: int | Tensor, y: int | Tensor) -> tuple[bool, tuple[int, int]]: ...
    @_typing.overload
    def getProjPixel(self, patternImages: _typing.Sequence[torch_opencv.UMat], x: int | Tensor, y: int | Tensor) -> tuple[bool, tuple[int, int]]: ...


class StructuredLightPattern(torch_opencv.Algorithm):
    # Functions
    @_typing.overload
    def generate(self, patternImages: _typing.Sequence[torch_opencv.typing.MatLike] | None = ...) -> tuple[bool, _typing.Sequence[Tensor]]: ...
    @_typing.overload
    def generate(self, patternImages: _typing.Sequence[torch_opencv.UMat] | None = ...) -> tuple[bool, _typing.Sequence[torch_opencv.UMat]]: ...

    @_typing.overload
    def decode(self, patternImages: _typing.Sequence[_typing.Sequence[torch_opencv.typing.MatLike]], disparityMap: torch_opencv.typing.MatLike | None = ..., blackImages: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., whiteImages: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., flags: int | Tensor = ...) -> tuple[bool, Tensor]: ...
    @_typing.overload
    def decode(self, patternImages: _typing.Sequence[_typing.Sequence[torch_opencv.typing.MatLike]], disparityMap: torch_opencv.UMat | None = ..., blackImages: _typing.Sequence[torch_opencv.UMat] | None = ..., whiteImages: _typing.Sequence[torch_opencv.UMat] | None = ..., flags: int | Tensor = ...) -> tuple[bool, torch_opencv.UMat]: ...


class SinusoidalPattern(StructuredLightPattern):
    # Classes
    class Params:
        width: int
        height: int
        nbrOfPeriods: int
        shiftValue: float
        methodId: int
        nbrOfPixelsBetweenMarkers: int
        horizontal: bool
        setMarkers: bool

        # Functions
        def __init__(self) -> None: ...



    # Functions
    @classmethod
    def create(cls, parameters: SinusoidalPattern.Params = ...) -> SinusoidalPattern: ...

    @_typing.overload
    def computePhaseMap(self, patternImages: _typing.Sequence[torch_opencv.typing.MatLike], wrappedPhaseMap: torch_opencv.typing.MatLike | None = ..., shadowMask: torch_opencv.typing.MatLike | None = ..., fundamental: torch_opencv.typing.MatLike | None = ...) -> tuple[Tensor, Tensor]: ...
    @_typing.overload
    def computePhaseMap(self, patternImages: _typing.Sequence[torch_opencv.UMat], wrappedPhaseMap: torch_opencv.UMat | None = ..., shadowMask: torch_opencv.UMat | None = ..., fundamental: torch_opencv.UMat | None = ...) -> tuple[torch_opencv.UMat, torch_opencv.UMat]: ...

    @_typing.overload
    def unwrapPhaseMap(self, wrappedPhaseMap: torch_opencv.typing.MatLike, camSize: torch_opencv.typing.Size, unwrappedPhaseMap: torch_opencv.typing.MatLike | None = ..., shadowMask: torch_opencv.typing.MatLike | None = ...) -> Tensor: ...
    @_typing.overload
    def unwrapPhaseMap(self, wrappedPhaseMap: torch_opencv.UMat, camSize: torch_opencv.typing.Size, unwrappedPhaseMap: torch_opencv.UMat | None = ..., shadowMask: torch_opencv.UMat | None = ...) -> torch_opencv.UMat: ...

    @_typing.overload
    def findProCamMatches(self, projUnwrappedPhaseMap: torch_opencv.typing.MatLike, camUnwrappedPhaseMap: torch_opencv.typing.MatLike, matches: _typing.Sequence[torch_opencv.typing.MatLike] | None = ...) -> _typing.Sequence[Tensor]: ...
    @_typing.overload
    def findProCamMatches(self, projUnwrappedPhaseMap: torch_opencv.UMat, camUnwrappedPhaseMap: torch_opencv.UMat, matches: _typing.Sequence[torch_opencv.UMat] | None = ...) -> _typing.Sequence[torch_opencv.UMat]: ...

    @_typing.overload
    def computeDataModulationTerm(self, patternImages: _typing.Sequence[torch_opencv.typing.MatLike], shadowMask: torch_opencv.typing.MatLike, dataModulationTerm: torch_opencv.typing.MatLike | None = ...) -> Tensor: ...
    @_typing.overload
    def computeDataModulationTerm(self, patternImages: _typing.Sequence[torch_opencv.UMat], shadowMask: torch_opencv.UMat, dataModulationTerm: torch_opencv.UMat | None = ...) -> torch_opencv.UMat: ...



GrayCodePattern_create = GrayCodePattern.create
SinusoidalPattern_create = SinusoidalPattern.create

# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv
import torch_opencv.typing


# Classes
class Tracker(torch_opencv.Algorithm):
    # Functions
    @_typing.overload
    def compute(self, img: torch_opencv.typing.MatLike, num: int | Tensor, len: int | Tensor, K: torch_opencv.typing.MatLike, rvec: torch_opencv.typing.MatLike, tvec: torch_opencv.typing.MatLike, termcrit: torch_opencv.typing.TermCriteria = ...) -> tuple[float, Tensor, Tensor]: ...
    @_typing.overload
    def compute(self, img: torch_opencv.UMat, num: int | Tensor, len: int | Tensor, K: torch_opencv.UMat, rvec: torch_opencv.UMat, tvec: torch_opencv.UMat, termcrit: torch_opencv.typing.TermCriteria = ...) -> tuple[float, torch_opencv.UMat, torch_opencv.UMat]: ...

    def clearState(self) -> None: ...


class Rapid(Tracker):
    # Functions
    @classmethod
    @_typing.overload
    def create(cls, pts3d: torch_opencv.typing.MatLike, tris: torch_opencv.typing.MatLike) -> Rapid: ...
    @classmethod
    @_typing.overload
    def create(cls, pts3d: torch_opencv.UMat, tris: torch_opencv.UMat) -> Rapid: ...


class OLSTracker(Tracker):
    # Functions
    @classmethod
    @_typing.overload
    def create(cls, pts3d: torch_opencv.typing.MatLike, tris: torch_opencv.typing.MatLike, histBins: int | Tensor = ..., sobelThesh: int | Tensor = ...) -> OLSTracker: ...
    @classmethod
    @_typing.overload
    def create(cls, pts3d: torch_opencv.UMat, tris: torch_opencv.UMat, histBins: int | Tensor = ..., sobelThesh: int | Tensor = ...) -> OLSTracker: ...


class GOSTracker(Tracker):
    # Functions
    @staticmethod
    @_typing.overload
    def create(pts3d: torch_opencv.typing.MatLike, tris: torch_opencv.typing.MatLike, histBins: int | Tensor = ..., sobelThesh: int | Tensor = ...) -> OLSTracker: ...
    @staticmethod
    @_typing.overload
    def create(pts3d: torch_opencv.UMat, tris: torch_opencv.UMat, histBins: int | Tensor = ..., sobelThesh: int | Tensor = ...) -> OLSTracker: ...



# Functions
@_typing.overload
def convertCorrespondencies(cols: torch_opencv.typing.MatLike, srcLocations: torch_opencv.typing.MatLike, pts2d: torch_opencv.typing.MatLike | None = ..., pts3d: torch_opencv.typing.MatLike | None = ..., mask: torch_opencv.typing.MatLike | None = ...) -> tuple[Tensor, Tensor]: ...
@_typing.overload
def convertCorrespondencies(cols: torch_opencv.UMat, srcLocations: torch_opencv.UMat, pts2d: torch_opencv.UMat | None = ..., pts3d: torch_opencv.UMat | None = ..., mask: torch_opencv.UMat | None = ...) -> tuple[torch_opencv.UMat, torch_opencv.UMat]: ...

@_typing.overload
def drawCorrespondencies(bundle: torch_opencv.typing.MatLike, cols: torch_opencv.typing.MatLike, colors: torch_opencv.typing.MatLike | None = ...) -> Tensor: ...
@_typing.overload
def drawCorrespondencies(bundle: torch_opencv.UMat, cols: torch_opencv.UMat, colors: torch_opencv.UMat | None = ...) -> torch_opencv.UMat: ...

@_typing.overload
def drawSearchLines(img: torch_opencv.typing.MatLike, locations: torch_opencv.typing.MatLike, color: torch_opencv.typing.Scalar) -> Tensor: ...
@_typing.overload
def drawSearchLines(img: torch_opencv.UMat, locations: torch_opencv.UMat, color: torch_opencv.typing.Scalar) -> torch_opencv.UMat: ...

@_typing.overload
def drawWireframe(img: torch_opencv.typing.MatLike, pts2d: torch_opencv.typing.MatLike, tris: torch_opencv.typing.MatLike, color: torch_opencv.typing.Scalar, type: int | Tensor = ..., cullBackface: bool = ...) -> Tensor: ...
@_typing.overload
def drawWireframe(img: torch_opencv.UMat, pts2d: torch_opencv.UMat, tris: torch_opencv.UMat, color: torch_opencv.typing.Scalar, type: int | Tensor = ..., cullBackface: bool = ...) -> torch_opencv.UMat: ...

@_typing.overload
def extractControlPoints(num: int | Tensor, len: int | Tensor, pts3d: torch_opencv.typing.MatLike, rvec: torch_opencv.typing.MatLike, tvec: torch_opencv.typing.MatLike, K: torch_opencv.typing.MatLike, imsize: torch_opencv.typing.Size, tris: torch_opencv.typing.MatLike, ctl2d: torch_opencv.typing.MatLike | None = ..., ctl3d: torch_opencv.typing.MatLike | None = ...) -> tuple[Tensor, Tensor]: ...
@_typing.overload
def extractControlPoints(num: int | Tensor, len: int | Tensor, pts3d: torch_opencv.UMat, rvec: torch_opencv.UMat, tvec: torch_opencv.UMat, K: torch_opencv.UMat, imsize: torch_opencv.typing.Size, tris: torch_opencv.UMat, ctl2d: torch_opencv.UMat | None = ..., ctl3d: torch_opencv.UMat | None = ...) -> tuple[torch_opencv.UMat, torch_opencv.UMat]: ...

@_typing.overload
def extractLineBundle(len: int | Tensor, ctl2d: torch_opencv.typing.MatLike, img: torch_opencv.typing.MatLike, bundle: torch_opencv.typing.MatLike | None = ..., srcLocations: torch_opencv.typing.MatLike | None = ...) -> tuple[Tensor, Tensor]: ...
@_typing.overload
def extractLineBundle(len: int | Tensor, ctl2d: torch_opencv.UMat, img: torch_opencv.UMat, bundle: torch_opencv.UMat | None = ..., srcLocations: torch_opencv.UMat | None = ...) -> tuple[torch_opencv.UMat, torch_opencv.UMat]: ...

@_typing.overload
def findCorrespondencies(bundle: torch_opencv.typing.MatLike, cols: torch_opencv.typing.MatLike | None = ..., response: torch_opencv.typing.MatLike | None = ...) -> tuple[Tensor, Tensor]: ...
@_typing.overload
def findCorrespondencies(bundle: torch_opencv.UMat, cols: torch_opencv.UMat | None = ..., response: torch_opencv.UMat | None = ...) -> tuple[torch_opencv.UMat, torch_opencv.UMat]: ...

@_typing.overload
def rapid(img: torch_opencv.typing.MatLike, num: int | Tensor, len: int | Tensor, pts3d: torch_opencv.typing.MatLike, tris: torch_opencv.typing.MatLike, K: torch_opencv.typing.MatLike, rvec: torch_opencv.typing.MatLike, tvec: torch_opencv.typing.MatLike) -> tuple[float, Tensor, Tensor, float]: ...
@_typing.overload
def rapid(img: torch_opencv.UMat, num: int | Tensor, len: int | Tensor, pts3d: torch_opencv.UMat, tris: torch_opencv.UMat, K: torch_opencv.UMat, rvec: torch_opencv.UMat, tvec: torch_opencv.UMat) -> tuple[float, torch_opencv.UMat, torch_opencv.UMat, float]: ...


GOSTracker_create = GOSTracker.create
OLSTracker_create = OLSTracker.create
Rapid_create = Rapid.create

# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv
import torch_opencv.typing


# Enumerations
BLOCK_MEAN_HASH_MODE_0: int
BLOCK_MEAN_HASH_MODE_1: int
BlockMeanHashMode = int
"""One of [BLOCK_MEAN_HASH_MODE_0, BLOCK_MEAN_HASH_MODE_1]"""



# Classes
class AverageHash(ImgHashBase):
    # Functions
    @classmethod
    def create(cls) -> AverageHash: ...


class ImgHashBase(torch_opencv.Algorithm):
    # Functions
    @_typing.overload
    def compute(self, inputArr: torch_opencv.typing.MatLike, outputArr: torch_opencv.typing.MatLike | None = ...) -> Tensor: ...
    @_typing.overload
    def compute(self, inputArr: torch_opencv.UMat, outputArr: torch_opencv.UMat | None = ...) -> torch_opencv.UMat: ...

    @_typing.overload
    def compare(self, hashOne: torch_opencv.typing.MatLike, hashTwo: torch_opencv.typing.MatLike) -> float: ...
    @_typing.overload
    def compare(self, hashOne: torch_opencv.UMat, hashTwo: torch_opencv.UMat) -> float: ...


class BlockMeanHash(ImgHashBase):
    # Functions
    def setMode(self, mode: int | Tensor) -> None: ...

    def getMean(self) -> Tensor: ...

    @classmethod
    def create(cls, mode: int | Tensor = ...) -> BlockMeanHash: ...


class ColorMomentHash(ImgHashBase):
    # Functions
    @classmethod
    def create(cls) -> ColorMomentHash: ...


class MarrHildrethHash(ImgHashBase):
    # Functions
    def getAlpha(self) -> float: ...

    def getScale(self) -> float: ...

    def setKernelParam(self, alpha: float | Tensor, scale: float | Tensor) -> None: ...

    @classmethod
    def create(cls, alpha: float | Tensor = ..., scale: float | Tensor = ...) -> MarrHildrethHash: ...


class PHash(ImgHashBase):
    # Functions
    @classmethod
    def create(cls) -> PHash: ...


class RadialVarianceHash(ImgHashBase):
    # Functions
    @classmethod
    def create(cls, sigma: float | Tensor = ..., numOfAngleLine: int | Tensor = ...) -> RadialVarianceHash: ...

    def getNumOfAngleLine(self) -> int: ...

    def getSigma(self) -> float: ...

    def setNumOfAngleLine(self, value: int | Tensor) -> None: ...

    def setSigma(self, value: float | Tensor) -> None: ...



# Functions
@_typing.overload
def averageHash(inputArr: torch_opencv.typing.MatLike, outputArr: torch_opencv.typing.MatLike | None = ...) -> Tensor: ...
@_typing.overload
def averageHash(inputArr: torch_opencv.UMat, outputArr: torch_opencv.UMat | None = ...) -> torch_opencv.UMat: ...

@_typing.overload
def blockMeanHash(inputArr: torch_opencv.typing.MatLike, outputArr: torch_opencv.typing.MatLike | None = ..., mode: int | Tensor = ...) -> Tensor: ...
@_typing.overload
def blockMeanHash(inputArr: torch_opencv.UMat, outputArr: torch_opencv.UMat | None = ..., mode: int | Tensor = ...) -> torch_opencv.UMat: ...

@_typing.overload
def colorMomentHash(inputArr: torch_opencv.typing.MatLike, outputArr: torch_opencv.typing.MatLike | None = ...) -> Tensor: ...
@_typing.overload
def colorMomentHash(inputArr: torch_opencv.UMat, outputArr: torch_opencv.UMat | None = ...) -> torch_opencv.UMat: ...

@_typing.overload
def marrHildrethHash(inputArr: torch_opencv.typing.MatLike, outputArr: torch_opencv.typing.MatLike | None = ..., alpha: float | Tensor = ..., scale: float | Tensor = ...) -> Tensor: ...
@_typing.overload
def marrHildrethHash(inputArr: torch_opencv.UMat, outputArr: torch_opencv.UMat | None = ..., alpha: float | Tensor = ..., scale: float | Tensor = ...) -> torch_opencv.UMat: ...

@_typing.overload
def pHash(inputArr: torch_opencv.typing.MatLike, outputArr: torch_opencv.typing.MatLike | None = ...) -> Tensor: ...
@_typing.overload
def pHash(inputArr: torch_opencv.UMat, outputArr: torch_opencv.UMat | None = ...) -> torch_opencv.UMat: ...

@_typing.overload
def radialVarianceHash(inputArr: torch_opencv.typing.MatLike, outputArr: torch_opencv.typing.MatLike | None = ..., sigma: float | Tensor = ..., numOfAngleLine: int | Tensor = ...) -> Tensor: ...
@_typing.overload
def radialVarianceHash(inputArr: torch_opencv.UMat, outputArr: torch_opencv.UMat | None = ..., sigma: float | Tensor = ..., numOfAngleLine: int | Tensor = ...) -> torch_opencv.UMat: ...


AverageHash_create = AverageHash.create
BlockMeanHash_create = BlockMeanHash.create
ColorMomentHash_create = ColorMomentHash.create
MarrHildrethHash_create = MarrHildrethHash.create
PHash_create = PHash.create
RadialVarianceHash_create = RadialVarianceHash.create

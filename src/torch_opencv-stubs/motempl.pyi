# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv
import torch_opencv.typing


# Functions
@_typing.overload
def calcGlobalOrientation(orientation: torch_opencv.typing.MatLike, mask: torch_opencv.typing.MatLike, mhi: torch_opencv.typing.MatLike, timestamp: float | Tensor, duration: float | Tensor) -> float: ...
@_typing.overload
def calcGlobalOrientation(orientation: torch_opencv.UMat, mask: torch_opencv.UMat, mhi: torch_opencv.UMat, timestamp: float | Tensor, duration: float | Tensor) -> float: ...

@_typing.overload
def calcMotionGradient(mhi: torch_opencv.typing.MatLike, delta1: float | Tensor, delta2: float | Tensor, mask: torch_opencv.typing.MatLike | None = ..., orientation: torch_opencv.typing.MatLike | None = ..., apertureSize: int | Tensor = ...) -> tuple[Tensor, Tensor]: ...
@_typing.overload
def calcMotionGradient(mhi: torch_opencv.UMat, delta1: float | Tensor, delta2: float | Tensor, mask: torch_opencv.UMat | None = ..., orientation: torch_opencv.UMat | None = ..., apertureSize: int | Tensor = ...) -> tuple[torch_opencv.UMat, torch_opencv.UMat]: ...

@_typing.overload
def segmentMotion(mhi: torch_opencv.typing.MatLike, timestamp: float | Tensor, segThresh: float | Tensor, segmask: torch_opencv.typing.MatLike | None = ...) -> tuple[Tensor, Tensor]: ...
@_typing.overload
def segmentMotion(mhi: torch_opencv.UMat, timestamp: float | Tensor, segThresh: float | Tensor, segmask: torch_opencv.UMat | None = ...) -> tuple[torch_opencv.UMat, Tensor]: ...

@_typing.overload
def updateMotionHistory(silhouette: torch_opencv.typing.MatLike, mhi: torch_opencv.typing.MatLike, timestamp: float | Tensor, duration: float | Tensor) -> Tensor: ...
@_typing.overload
def updateMotionHistory(silhouette: torch_opencv.UMat, mhi: torch_opencv.UMat, timestamp: float | Tensor, duration: float | Tensor) -> torch_opencv.UMat: ...



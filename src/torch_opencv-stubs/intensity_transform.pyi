# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv
import torch_opencv.typing


# Functions
@_typing.overload
def BIMEF(input: torch_opencv.typing.MatLike, output: torch_opencv.typing.MatLike | None = ..., mu: float | Tensor = ..., a: float | Tensor = ..., b: float | Tensor = ...) -> Tensor: ...
@_typing.overload
def BIMEF(input: torch_opencv.UMat, output: torch_opencv.UMat | None = ..., mu: float | Tensor = ..., a: float | Tensor = ..., b: float | Tensor = ...) -> torch_opencv.UMat: ...

@_typing.overload
def BIMEF2(input: torch_opencv.typing.MatLike, k: float | Tensor, mu: float | Tensor, a: float | Tensor, b: float | Tensor, output: torch_opencv.typing.MatLike | None = ...) -> Tensor: ...
@_typing.overload
def BIMEF2(input: torch_opencv.UMat, k: float | Tensor, mu: float | Tensor, a: float | Tensor, b: float | Tensor, output: torch_opencv.UMat | None = ...) -> torch_opencv.UMat: ...

def autoscaling(input: torch_opencv.typing.MatLike, output: torch_opencv.typing.MatLike) -> None: ...

def contrastStretching(input: torch_opencv.typing.MatLike, output: torch_opencv.typing.MatLike, r1: int | Tensor, s1: int | Tensor, r2: int | Tensor, s2: int | Tensor) -> None: ...

def gammaCorrection(input: torch_opencv.typing.MatLike, output: torch_opencv.typing.MatLike, gamma: float | Tensor) -> None: ...

def logTransform(input: torch_opencv.typing.MatLike, output: torch_opencv.typing.MatLike) -> None: ...



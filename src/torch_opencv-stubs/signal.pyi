# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv
import torch_opencv.typing


# Functions
@_typing.overload
def resampleSignal(inputSignal: torch_opencv.typing.MatLike, inFreq: int | Tensor, outFreq: int | Tensor, outSignal: torch_opencv.typing.MatLike | None = ...) -> Tensor: ...
@_typing.overload
def resampleSignal(inputSignal: torch_opencv.UMat, inFreq: int | Tensor, outFreq: int | Tensor, outSignal: torch_opencv.UMat | None = ...) -> torch_opencv.UMat: ...



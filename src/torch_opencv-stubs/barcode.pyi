# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv
import torch_opencv.typing
import os


# Classes
class BarcodeDetector(torch_opencv.GraphicalCodeDetector):
    # Functions
    @_typing.overload
    def __init__(self) -> None: ...
    @_typing.overload
    def __init__(self, prototxt_path: str | os.PathLike[str], model_path: str | os.PathLike[str]) -> None: ...

    @_typing.overload
    def decodeWithType(self, img: torch_opencv.typing.MatLike, points: torch_opencv.typing.MatLike) -> tuple[bool, _typing.Sequence[str], _typing.Sequence[str]]: ...
    @_typing.overload
    def decodeWithType(self, img: torch_opencv.UMat, points: torch_opencv.UMat) -> tuple[bool, _typing.Sequence[str], _typing.Sequence[str]]: ...

    @_typing.overload
    def detectAndDecodeWithType(self, img: torch_opencv.typing.MatLike, points: torch_opencv.typing.MatLike | None = ...) -> tuple[bool, _typing.Sequence[str], _typing.Sequence[str], Tensor]: ...
    @_typing.overload
    def detectAndDecodeWithType(self, img: torch_opencv.UMat, points: torch_opencv.UMat | None = ...) -> tuple[bool, _typing.Sequence[str], _typing.Sequence[str], torch_opencv.UMat]: ...

    def getDownsamplingThreshold(self) -> float: ...

    def setDownsamplingThreshold(self, thresh: float | Tensor) -> BarcodeDetector: ...

    def getDetectorScales(self) -> Tensor: ...

    def setDetectorScales(self, sizes: torch_opencv.typing.MatLike | _typing.Sequence[float | Tensor]) -> BarcodeDetector: ...

    def getGradientThreshold(self) -> float: ...

    def setGradientThreshold(self, thresh: float | Tensor) -> BarcodeDetector: ...




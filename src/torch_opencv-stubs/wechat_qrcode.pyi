# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv
import torch_opencv.typing


# Classes
class WeChatQRCode:
    # Functions
    def __init__(self, detector_prototxt_path: str = ..., detector_caffe_model_path: str = ..., super_resolution_prototxt_path: str = ..., super_resolution_caffe_model_path: str = ...) -> None: ...

    @_typing.overload
    def detectAndDecode(self, img: torch_opencv.typing.MatLike, points: _typing.Sequence[torch_opencv.typing.MatLike] | None = ...) -> tuple[_typing.Sequence[str], _typing.Sequence[Tensor]]: ...
    @_typing.overload
    def detectAndDecode(self, img: torch_opencv.UMat, points: _typing.Sequence[torch_opencv.UMat] | None = ...) -> tuple[_typing.Sequence[str], _typing.Sequence[torch_opencv.UMat]]: ...

    def setScaleFactor(self, _scalingFactor: float | Tensor) -> None: ...

    def getScaleFactor(self) -> float: ...




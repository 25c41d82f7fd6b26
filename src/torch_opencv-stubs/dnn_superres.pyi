# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv
import torch_opencv.typing


# Classes
class DnnSuperResImpl:
    # Functions
    @classmethod
    def create(cls) -> DnnSuperResImpl: ...

    def readModel(self, path: str) -> None: ...

    def setModel(self, algo: str, scale: int | Tensor) -> None: ...

    def setPreferableBackend(self, backendId: int | Tensor) -> None: ...

    def setPreferableTarget(self, targetId: int | Tensor) -> None: ...

    @_typing.overload
    def upsample(self, img: torch_opencv.typing.MatLike, result: torch_opencv.typing.MatLike | None = ...) -> Tensor: ...
    @_typing.overload
    def upsample(self, img: torch_opencv.UMat, result: torch_opencv.UMat | None = ...) -> torch_opencv.UMat: ...

    @_typing.overload
    def upsampleMultioutput(self, img: torch_opencv.typing.MatLike, imgs_new: _typing.Sequence[torch_opencv.typing.MatLike], scale_factors: torch_opencv.typing.MatLike | _typing.Sequence[int | Tensor], node_names: _typing.Sequence[str]) -> None: ...
    @_typing.overload
    def upsampleMultioutput(self, img: torch_opencv.UMat, imgs_new: _typing.Sequence[torch_opencv.typing.MatLike], scale_factors: torch_opencv.typing.MatLike | _typing.Sequence[int | Tensor], node_names: _typing.Sequence[str]) -> None: ...

    def getScale(self) -> int: ...

    def getAlgorithm(self) -> str: ...



DnnSuperResImpl_create = DnnSuperResImpl.create

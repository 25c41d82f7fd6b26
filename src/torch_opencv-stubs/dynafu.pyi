# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv
import torch_opencv.kinfu
import torch_opencv.typing


# Classes
class DynaFu:
    # Functions
    @classmethod
    def create(cls, _params: torch_opencv.kinfu.Params) -> DynaFu: ...

    @_typing.overload
    def render(self, image: torch_opencv.typing.MatLike | None = ..., cameraPose: torch_opencv.typing.Matx44f = ...) -> Tensor: ...
    @_typing.overload
    def render(self, image: torch_opencv.UMat | None = ..., cameraPose: torch_opencv.typing.Matx44f = ...) -> torch_opencv.UMat: ...

    @_typing.overload
    def getCloud(self, points: torch_opencv.typing.MatLike | None = ..., normals: torch_opencv.typing.MatLike | None = ...) -> tuple[Tensor, Tensor]: ...
    @_typing.overload
    def getCloud(self, points: torch_opencv.UMat | None = ..., normals: torch_opencv.UMat | None = ...) -> tuple[torch_opencv.UMat, torch_opencv.UMat]: ...

    @_typing.overload
    def getPoints(self, points: torch_opencv.typing.MatLike | None = ...) -> Tensor: ...
    @_typing.overload
    def getPoints(self, points: torch_opencv.UMat | None = ...) -> torch_opencv.UMat: ...

    @_typing.overload
    def getNormals(self, points: torch_opencv.typing.MatLike, normals: torch_opencv.typing.MatLike | None = ...) -> Tensor: ...
    @_typing.overload
    def getNormals(self, points: torch_opencv.UMat, normals: torch_opencv.UMat | None = ...) -> torch_opencv.UMat: ...

    def reset(self) -> None: ...

    @_typing.overload
    def update(self, depth: torch_opencv.typing.MatLike) -> bool: ...
    @_typing.overload
    def update(self, depth: torch_opencv.UMat) -> bool: ...



DynaFu_create = DynaFu.create

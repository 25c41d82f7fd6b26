# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv
import torch_opencv.typing


# Classes
class Params:
    @property
    def frameSize(self) -> tuple[int, int]: ...
    @frameSize.setter
    def frameSize(self, value: torch_opencv.typing.Size) -> None: ...
    @property
    def intr(self) -> Tensor: ...
    @intr.setter
    def intr(self, value: torch_opencv.typing.Matx33f) -> None: ...
    @property
    def rgb_intr(self) -> Tensor: ...
    @rgb_intr.setter
    def rgb_intr(self, value: torch_opencv.typing.Matx33f) -> None: ...
    depthFactor: float
    bilateral_sigma_depth: float
    bilateral_sigma_spatial: float
    bilateral_kernel_size: int
    pyramidLevels: int
    tsdf_min_camera_movement: float
    @property
    def lightPose(self) -> tuple[float, float, float]: ...
    @lightPose.setter
    def lightPose(self, value: torch_opencv.typing.Vec3f) -> None: ...
    icpDistThresh: float
    icpAngleThresh: float
    @property
    def icpIterations(self) -> Tensor: ...
    @icpIterations.setter
    def icpIterations(self, value: torch_opencv.typing.MatLike | _typing.Sequence[int | Tensor]) -> None: ...
    truncateThreshold: float

    # Functions
    @classmethod
    def defaultParams(cls) -> Params: ...

    @classmethod
    def coarseParams(cls) -> Params: ...

    @classmethod
    def hashTSDFParams(cls, isCoarse: bool) -> Params: ...


class LargeKinfu:
    # Functions
    @classmethod
    def create(cls, _params: Params) -> LargeKinfu: ...

    @_typing.overload
    def render(self, image: torch_opencv.typing.MatLike | None = ...) -> Tensor: ...
    @_typing.overload
    def render(self, image: torch_opencv.UMat | None = ...) -> torch_opencv.UMat: ...
    @_typing.overload
    def render(self, cameraPose: torch_opencv.typing.Matx44f, image: torch_opencv.typing.MatLike | None = ...) -> Tensor: ...
    @_typing.overload
    def render(self, cameraPose: torch_opencv.typing.Matx44f, image: torch_opencv.UMat | None = ...) -> torch_opencv.UMat: ...

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



LargeKinfu_create = LargeKinfu.create
Params_coarseParams = Params.coarseParams
Params_defaultParams = Params.defaultParams
Params_hashTSDFParams = Params.hashTSDFParams

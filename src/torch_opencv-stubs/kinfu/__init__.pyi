# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv
import torch_opencv.typing


from torch_opencv.kinfu import detail as detail


# Enumerations
VolumeType_TSDF: int
VOLUME_TYPE_TSDF: int
VolumeType_HASHTSDF: int
VOLUME_TYPE_HASHTSDF: int
VolumeType_COLOREDTSDF: int
VOLUME_TYPE_COLOREDTSDF: int
VolumeType = int
"""One of [VolumeType_TSDF, VOLUME_TYPE_TSDF, VolumeType_HASHTSDF, VOLUME_TYPE_HASHTSDF, VolumeType_COLOREDTSDF, VOLUME_TYPE_COLOREDTSDF]"""



# Classes
class Params:
    @property
    def frameSize(self) -> tuple[int, int]: ...
    @frameSize.setter
    def frameSize(self, value: torch_opencv.typing.Size) -> None: ...
    volumeType: VolumeType
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
    @property
    def volumeDims(self) -> tuple[int, int, int]: ...
    @volumeDims.setter
    def volumeDims(self, value: torch_opencv.typing.Vec3i) -> None: ...
    voxelSize: float
    tsdf_min_camera_movement: float
    tsdf_trunc_dist: float
    tsdf_max_weight: int
    raycast_step_factor: float
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
    @_typing.overload
    def __init__(self) -> None: ...
    @_typing.overload
    def __init__(self, volumeInitialPoseRot: torch_opencv.typing.Matx33f, volumeInitialPoseTransl: torch_opencv.typing.Vec3f) -> None: ...
    @_typing.overload
    def __init__(self, volumeInitialPose: torch_opencv.typing.Matx44f) -> None: ...

    @_typing.overload
    def setInitialVolumePose(self, R: torch_opencv.typing.Matx33f, t: torch_opencv.typing.Vec3f) -> None: ...
    @_typing.overload
    def setInitialVolumePose(self, homogen_tf: torch_opencv.typing.Matx44f) -> None: ...

    @classmethod
    def defaultParams(cls) -> Params: ...

    @classmethod
    def coarseParams(cls) -> Params: ...

    @classmethod
    def hashTSDFParams(cls, isCoarse: bool) -> Params: ...

    @classmethod
    def coloredTSDFParams(cls, isCoarse: bool) -> Params: ...


class KinFu:
    # Functions
    @classmethod
    def create(cls, _params: Params) -> KinFu: ...

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


class Volume:
    ...

class VolumeParams:
    type: VolumeType
    @property
    def resolution(self) -> tuple[int, int, int]: ...
    @resolution.setter
    def resolution(self, value: torch_opencv.typing.Vec3i) -> None: ...
    voxelSize: float
    tsdfTruncDist: float
    maxWeight: int
    depthTruncThreshold: float
    raycastStepFactor: float

    # Functions
    @classmethod
    def defaultParams(cls, _volumeType: VolumeType) -> VolumeParams: ...

    @classmethod
    def coarseParams(cls, _volumeType: VolumeType) -> VolumeParams: ...



# Functions
def makeVolume(_volumeType: VolumeType, _voxelSize: float | Tensor, _pose: torch_opencv.typing.Matx44f, _raycastStepFactor: float | Tensor, _truncDist: float | Tensor, _maxWeight: int | Tensor, _truncateThreshold: float | Tensor, _resolution: torch_opencv.typing.Vec3i) -> Volume: ...


KinFu_create = KinFu.create
Params_coarseParams = Params.coarseParams
Params_coloredTSDFParams = Params.coloredTSDFParams
Params_defaultParams = Params.defaultParams
Params_hashTSDFParams = Params.hashTSDFParams
VolumeParams_coarseParams = VolumeParams.coarseParams
VolumeParams_defaultParams = VolumeParams.defaultParams

# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv
import torch_opencv.typing


# Enumerations
CALIB_USE_INTRINSIC_GUESS: int
CALIB_RECOMPUTE_EXTRINSIC: int
CALIB_CHECK_COND: int
CALIB_FIX_SKEW: int
CALIB_FIX_K1: int
CALIB_FIX_K2: int
CALIB_FIX_K3: int
CALIB_FIX_K4: int
CALIB_FIX_INTRINSIC: int
CALIB_FIX_PRINCIPAL_POINT: int
CALIB_ZERO_DISPARITY: int
CALIB_FIX_FOCAL_LENGTH: int



# Functions
@_typing.overload
def calibrate(objectPoints: _typing.Sequence[torch_opencv.typing.MatLike], imagePoints: _typing.Sequence[torch_opencv.typing.MatLike], image_size: torch_opencv.typing.Size, K: torch_opencv.typing.MatLike, D: torch_opencv.typing.MatLike, rvecs: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., tvecs: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., flags: int | Tensor = ..., criteria: torch_opencv.typing.TermCriteria = ...) -> tuple[float, Tensor, Tensor, _typing.Sequence[Tensor], _typing.Sequence[Tensor]]: ...
@_typing.overload
def calibrate(objectPoints: _typing.Sequence[torch_opencv.UMat], imagePoints: _typing.Sequence[torch_opencv.UMat], image_size: torch_opencv.typing.Size, K: torch_opencv.UMat, D: torch_opencv.UMat, rvecs: _typing.Sequence[torch_opencv.UMat] | None = ..., tvecs: _typing.Sequence[torch_opencv.UMat] | None = ..., flags: int | Tensor = ..., criteria: torch_opencv.typing.TermCriteria = ...) -> tuple[float, torch_opencv.UMat, torch_opencv.UMat, _typing.Sequence[torch_opencv.UMat], _typing.Sequence[torch_opencv.UMat]]: ...

@_typing.overload
def distortPoints(undistorted: torch_opencv.typing.MatLike, K: torch_opencv.typing.MatLike, D: torch_opencv.typing.MatLike, distorted: torch_opencv.typing.MatLike | None = ..., alpha: float | Tensor = ...) -> Tensor: ...
@_typing.overload
def distortPoints(undistorted: torch_opencv.UMat, K: torch_opencv.UMat, D: torch_opencv.UMat, distorted: torch_opencv.UMat | None = ..., alpha: float | Tensor = ...) -> torch_opencv.UMat: ...
@_typing.overload
def distortPoints(undistorted: torch_opencv.typing.MatLike, Kundistorted: torch_opencv.typing.MatLike, K: torch_opencv.typing.MatLike, D: torch_opencv.typing.MatLike, distorted: torch_opencv.typing.MatLike | None = ..., alpha: float | Tensor = ...) -> Tensor: ...
@_typing.overload
def distortPoints(undistorted: torch_opencv.UMat, Kundistorted: torch_opencv.UMat, K: torch_opencv.UMat, D: torch_opencv.UMat, distorted: torch_opencv.UMat | None = ..., alpha: float | Tensor = ...) -> torch_opencv.UMat: ...

@_typing.overload
def estimateNewCameraMatrixForUndistortRectify(K: torch_opencv.typing.MatLike, D: torch_opencv.typing.MatLike, image_size: torch_opencv.typing.Size, R: torch_opencv.typing.MatLike, P: torch_opencv.typing.MatLike | None = ..., balance: float | Tensor = ..., new_size: torch_opencv.typing.Size = ..., fov_scale: float | Tensor = ...) -> Tensor: ...
@_typing.overload
def estimateNewCameraMatrixForUndistortRectify(K: torch_opencv.UMat, D: torch_opencv.UMat, image_size: torch_opencv.typing.Size, R: torch_opencv.UMat, P: torch_opencv.UMat | None = ..., balance: float | Tensor = ..., new_size: torch_opencv.typing.Size = ..., fov_scale: float | Tensor = ...) -> torch_opencv.UMat: ...

@_typing.overload
def initUndistortRectifyMap(K: torch_opencv.typing.MatLike, D: torch_opencv.typing.MatLike | None, R: torch_opencv.typing.MatLike, P: torch_opencv.typing.MatLike, size: torch_opencv.typing.Size, m1type: int | Tensor, map1: torch_opencv.typing.MatLike | None = ..., map2: torch_opencv.typing.MatLike | None = ...) -> tuple[Tensor, Tensor]: ...
@_typing.overload
def initUndistortRectifyMap(K: torch_opencv.UMat, D: torch_opencv.UMat | None, R: torch_opencv.UMat, P: torch_opencv.UMat, size: torch_opencv.typing.Size, m1type: int | Tensor, map1: torch_opencv.UMat | None = ..., map2: torch_opencv.UMat | None = ...) -> tuple[torch_opencv.UMat, torch_opencv.UMat]: ...

@_typing.overload
def projectPoints(objectPoints: torch_opencv.typing.MatLike, rvec: torch_opencv.typing.MatLike, tvec: torch_opencv.typing.MatLike, K: torch_opencv.typing.MatLike, D: torch_opencv.typing.MatLike, imagePoints: torch_opencv.typing.MatLike | None = ..., alpha: float | Tensor = ..., jacobian: torch_opencv.typing.MatLike | None = ...) -> tuple[Tensor, Tensor]: ...
@_typing.overload
def projectPoints(objectPoints: torch_opencv.UMat, rvec: torch_opencv.UMat, tvec: torch_opencv.UMat, K: torch_opencv.UMat, D: torch_opencv.UMat, imagePoints: torch_opencv.UMat | None = ..., alpha: float | Tensor = ..., jacobian: torch_opencv.UMat | None = ...) -> tuple[torch_opencv.UMat, torch_opencv.UMat]: ...

@_typing.overload
def solvePnP(objectPoints: torch_opencv.typing.MatLike, imagePoints: torch_opencv.typing.MatLike, cameraMatrix: torch_opencv.typing.MatLike, distCoeffs: torch_opencv.typing.MatLike | None, rvec: torch_opencv.typing.MatLike | None = ..., tvec: torch_opencv.typing.MatLike | None = ..., useExtrinsicGuess: bool = ..., flags: int | Tensor = ..., criteria: torch_opencv.typing.TermCriteria = ...) -> tuple[bool, Tensor, Tensor]: ...
@_typing.overload
def solvePnP(objectPoints: torch_opencv.UMat, imagePoints: torch_opencv.UMat, cameraMatrix: torch_opencv.UMat, distCoeffs: torch_opencv.UMat, rvec: torch_opencv.UMat | None = ..., tvec: torch_opencv.UMat | None = ..., useExtrinsicGuess: bool = ..., flags: int | Tensor = ..., criteria: torch_opencv.typing.TermCriteria = ...) -> tuple[bool, torch_opencv.UMat, torch_opencv.UMat]: ...

@_typing.overload
def solvePnPRansac(objectPoints: torch_opencv.typing.MatLike, imagePoints: torch_opencv.typing.MatLike, cameraMatrix: torch_opencv.typing.MatLike, distCoeffs: torch_opencv.typing.MatLike | None, rvec: torch_opencv.typing.MatLike | None = ..., tvec: torch_opencv.typing.MatLike | None = ..., useExtrinsicGuess: bool = ..., iterationsCount: int | Tensor = ..., reprojectionError: float | Tensor = ..., confidence: float | Tensor = ..., inliers: torch_opencv.typing.MatLike | None = ..., flags: int | Tensor = ..., criteria: torch_opencv.typing.TermCriteria = ...) -> tuple[bool, Tensor, Tensor, Tensor]: ...
@_typing.overload
def solvePnPRansac(objectPoints: torch_opencv.UMat, imagePoints: torch_opencv.UMat, cameraMatrix: torch_opencv.UMat, distCoeffs: torch_opencv.UMat, rvec: torch_opencv.UMat | None = ..., tvec: torch_opencv.UMat | None = ..., useExtrinsicGuess: bool = ..., iterationsCount: int | Tensor = ..., reprojectionError: float | Tensor = ..., confidence: float | Tensor = ..., inliers: torch_opencv.UMat | None = ..., flags: int | Tensor = ..., criteria: torch_opencv.typing.TermCriteria = ...) -> tuple[bool, torch_opencv.UMat, torch_opencv.UMat, torch_opencv.UMat]: ...

@_typing.overload
def stereoCalibrate(objectPoints: _typing.Sequence[torch_opencv.typing.MatLike], imagePoints1: _typing.Sequence[torch_opencv.typing.MatLike], imagePoints2: _typing.Sequence[torch_opencv.typing.MatLike], K1: torch_opencv.typing.MatLike, D1: torch_opencv.typing.MatLike, K2: torch_opencv.typing.MatLike, D2: torch_opencv.typing.MatLike, imageSize: torch_opencv.typing.Size, R: torch_opencv.typing.MatLike | None = ..., T: torch_opencv.typing.MatLike | None = ..., rvecs: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., tvecs: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., flags: int | Tensor = ..., criteria: torch_opencv.typing.TermCriteria = ...) -> tuple[float, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, _typing.Sequence[Tensor], _typing.Sequence[Tensor]]: ...
@_typing.overload
def stereoCalibrate(objectPoints: _typing.Sequence[torch_opencv.UMat], imagePoints1: _typing.Sequence[torch_opencv.UMat], imagePoints2: _typing.Sequence[torch_opencv.UMat], K1: torch_opencv.UMat, D1: torch_opencv.UMat, K2: torch_opencv.UMat, D2: torch_opencv.UMat, imageSize: torch_opencv.typing.Size, R: torch_opencv.UMat | None = ..., T: torch_opencv.UMat | None = ..., rvecs: _typing.Sequence[torch_opencv.UMat] | None = ..., tvecs: _typing.Sequence[torch_opencv.UMat] | None = ..., flags: int | Tensor = ..., criteria: torch_opencv.typing.TermCriteria = ...) -> tuple[float, torch_opencv.UMat, torch_opencv.UMat, torch_opencv.UMat, torch_opencv.UMat, torch_opencv.UMat, torch_opencv.UMat, _typing.Sequence[torch_opencv.UMat], _typing.Sequence[torch_opencv.UMat]]: ...
@_typing.overload
def stereoCalibrate(objectPoints: _typing.Sequence[torch_opencv.typing.MatLike], imagePoints1: _typing.Sequence[torch_opencv.typing.MatLike], imagePoints2: _typing.Sequence[torch_opencv.typing.MatLike], K1: torch_opencv.typing.MatLike, D1: torch_opencv.typing.MatLike, K2: torch_opencv.typing.MatLike, D2: torch_opencv.typing.MatLike, imageSize: torch_opencv.typing.Size, R: torch_opencv.typing.MatLike | None = ..., T: torch_opencv.typing.MatLike | None = ..., flags: int | Tensor = ..., criteria: torch_opencv.typing.TermCriteria = ...) -> tuple[float, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]: ...
@_typing.overload
def stereoCalibrate(objectPoints: _typing.Sequence[torch_opencv.UMat], imagePoints1: _typing.Sequence[torch_opencv.UMat], imagePoints2: _typing.Sequence[torch_opencv.UMat], K1: torch_opencv.UMat, D1: torch_opencv.UMat, K2: torch_opencv.UMat, D2: torch_opencv.UMat, imageSize: torch_opencv.typing.Size, R: torch_opencv.UMat | None = ..., T: torch_opencv.UMat | None = ..., flags: int | Tensor = ..., criteria: torch_opencv.typing.TermCriteria = ...) -> tuple[float, torch_opencv.UMat, torch_opencv.UMat, torch_opencv.UMat, torch_opencv.UMat, torch_opencv.UMat, torch_opencv.UMat]: ...

@_typing.overload
def stereoRectify(K1: torch_opencv.typing.MatLike, D1: torch_opencv.typing.MatLike, K2: torch_opencv.typing.MatLike, D2: torch_opencv.typing.MatLike, imageSize: torch_opencv.typing.Size, R: torch_opencv.typing.MatLike, tvec: torch_opencv.typing.MatLike, flags: int | Tensor, R1: torch_opencv.typing.MatLike | None = ..., R2: torch_opencv.typing.MatLike | None = ..., P1: torch_opencv.typing.MatLike | None = ..., P2: torch_opencv.typing.MatLike | None = ..., Q: torch_opencv.typing.MatLike | None = ..., newImageSize: torch_opencv.typing.Size = ..., balance: float | Tensor = ..., fov_scale: float | Tensor = ...) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]: ...
@_typing.overload
def stereoRectify(K1: torch_opencv.UMat, D1: torch_opencv.UMat, K2: torch_opencv.UMat, D2: torch_opencv.UMat, imageSize: torch_opencv.typing.Size, R: torch_opencv.UMat, tvec: torch_opencv.UMat, flags: int | Tensor, R1: torch_opencv.UMat | None = ..., R2: torch_opencv.UMat | None = ..., P1: torch_opencv.UMat | None = ..., P2: torch_opencv.UMat | None = ..., Q: torch_opencv.UMat | None = ..., newImageSize: torch_opencv.typing.Size = ..., balance: float | Tensor = ..., fov_scale: float | Tensor = ...) -> tuple[torch_opencv.UMat, torch_opencv.UMat, torch_opencv.UMat, torch_opencv.UMat, torch_opencv.UMat]: ...

@_typing.overload
def undistortImage(distorted: torch_opencv.typing.MatLike, K: torch_opencv.typing.MatLike, D: torch_opencv.typing.MatLike, undistorted: torch_opencv.typing.MatLike | None = ..., Knew: torch_opencv.typing.MatLike | None = ..., new_size: torch_opencv.typing.Size = ...) -> Tensor: ...
@_typing.overload
def undistortImage(distorted: torch_opencv.UMat, K: torch_opencv.UMat, D: torch_opencv.UMat, undistorted: torch_opencv.UMat | None = ..., Knew: torch_opencv.UMat | None = ..., new_size: torch_opencv.typing.Size = ...) -> torch_opencv.UMat: ...

@_typing.overload
def undistortPoints(distorted: torch_opencv.typing.MatLike, K: torch_opencv.typing.MatLike, D: torch_opencv.typing.MatLike, undistorted: torch_opencv.typing.MatLike | None = ..., R: torch_opencv.typing.MatLike | None = ..., P: torch_opencv.typing.MatLike | None = ..., criteria: torch_opencv.typing.TermCriteria = ...) -> Tensor: ...
@_typing.overload
def undistortPoints(distorted: torch_opencv.UMat, K: torch_opencv.UMat, D: torch_opencv.UMat, undistorted: torch_opencv.UMat | None = ..., R: torch_opencv.UMat | None = ..., P: torch_opencv.UMat | None = ..., criteria: torch_opencv.typing.TermCriteria = ...) -> torch_opencv.UMat: ...



# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv
import torch_opencv.typing


# Enumerations
CALIB_USE_GUESS: int
CALIB_FIX_SKEW: int
CALIB_FIX_K1: int
CALIB_FIX_K2: int
CALIB_FIX_P1: int
CALIB_FIX_P2: int
CALIB_FIX_XI: int
CALIB_FIX_GAMMA: int
CALIB_FIX_CENTER: int
RECTIFY_PERSPECTIVE: int
RECTIFY_CYLINDRICAL: int
RECTIFY_LONGLATI: int
RECTIFY_STEREOGRAPHIC: int
XYZRGB: int
XYZ: int



# Functions
@_typing.overload
def calibrate(objectPoints: _typing.Sequence[torch_opencv.typing.MatLike], imagePoints: _typing.Sequence[torch_opencv.typing.MatLike], size: torch_opencv.typing.Size, K: torch_opencv.typing.MatLike, xi: torch_opencv.typing.MatLike, D: torch_opencv.typing.MatLike, flags: int | Tensor, criteria: torch_opencv.typing.TermCriteria, rvecs: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., tvecs: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., idx: torch_opencv.typing.MatLike | None = ...) -> tuple[float, Tensor, Tensor, Tensor, _typing.Sequence[Tensor], _typing.Sequence[Tensor], Tensor]: ...
@_typing.overload
def calibrate(objectPoints: _typing.Sequence[torch_opencv.UMat], imagePoints: _typing.Sequence[torch_opencv.UMat], size: torch_opencv.typing.Size, K: torch_opencv.UMat, xi: torch_opencv.UMat, D: torch_opencv.UMat, flags: int | Tensor, criteria: torch_opencv.typing.TermCriteria, rvecs: _typing.Sequence[torch_opencv.UMat] | None = ..., tvecs: _typing.Sequence[torch_opencv.UMat] | None = ..., idx: torch_opencv.UMat | None = ...) -> tuple[float, torch_opencv.UMat, torch_opencv.UMat, torch_opencv.UMat, _typing.Sequence[torch_opencv.UMat], _typing.Sequence[torch_opencv.UMat], torch_opencv.UMat]: ...

@_typing.overload
def initUndistortRectifyMap(K: torch_opencv.typing.MatLike, D: torch_opencv.typing.MatLike, xi: torch_opencv.typing.MatLike, R: torch_opencv.typing.MatLike, P: torch_opencv.typing.MatLike, size: torch_opencv.typing.Size, m1type: int | Tensor, flags: int | Tensor, map1: torch_opencv.typing.MatLike | None = ..., map2: torch_opencv.typing.MatLike | None = ...) -> tuple[Tensor, Tensor]: ...
@_typing.overload
def initUndistortRectifyMap(K: torch_opencv.UMat, D: torch_opencv.UMat, xi: torch_opencv.UMat, R: torch_opencv.UMat, P: torch_opencv.UMat, size: torch_opencv.typing.Size, m1type: int | Tensor, flags: int | Tensor, map1: torch_opencv.UMat | None = ..., map2: torch_opencv.UMat | None = ...) -> tuple[torch_opencv.UMat, torch_opencv.UMat]: ...

@_typing.overload
def projectPoints(objectPoints: torch_opencv.typing.MatLike, rvec: torch_opencv.typing.MatLike, tvec: torch_opencv.typing.MatLike, K: torch_opencv.typing.MatLike, xi: float | Tensor, D: torch_opencv.typing.MatLike, imagePoints: torch_opencv.typing.MatLike | None = ..., jacobian: torch_opencv.typing.MatLike | None = ...) -> tuple[Tensor, Tensor]: ...
@_typing.overload
def projectPoints(objectPoints: torch_opencv.UMat, rvec: torch_opencv.UMat, tvec: torch_opencv.UMat, K: torch_opencv.UMat, xi: float | Tensor, D: torch_opencv.UMat, imagePoints: torch_opencv.UMat | None = ..., jacobian: torch_opencv.UMat | None = ...) -> tuple[torch_opencv.UMat, torch_opencv.UMat]: ...

@_typing.overload
def stereoCalibrate(objectPoints: _typing.Sequence[torch_opencv.typing.MatLike], imagePoints1: _typing.Sequence[torch_opencv.typing.MatLike], imagePoints2: _typing.Sequence[torch_opencv.typing.MatLike], imageSize1: torch_opencv.typing.Size, imageSize2: torch_opencv.typing.Size, K1: torch_opencv.typing.MatLike, xi1: torch_opencv.typing.MatLike, D1: torch_opencv.typing.MatLike, K2: torch_opencv.typing.MatLike, xi2: torch_opencv.typing.MatLike, D2: torch_opencv.typing.MatLike, flags: int | Tensor, criteria: torch_opencv.typing.TermCriteria, rvec: torch_opencv.typing.MatLike | None = ..., tvec: torch_opencv.typing.MatLike | None = ..., rvecsL: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., tvecsL: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., idx: torch_opencv.typing.MatLike | None = ...) -> tuple[float, _typing.Sequence[Tensor], _typing.Sequence[Tensor], _typing.Sequence[Tensor], Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, _typing.Sequence[Tensor], _typing.Sequence[Tensor], Tensor]: ...
@_typing.overload
def stereoCalibrate(objectPoints: _typing.Sequence[torch_opencv.UMat], imagePoints1: _typing.Sequence[torch_opencv.UMat], imagePoints2: _typing.Sequence[torch_opencv.UMat], imageSize1: torch_opencv.typing.Size, imageSize2: torch_opencv.typing.Size, K1: torch_opencv.UMat, xi1: torch_opencv.UMat, D1: torch_opencv.UMat, K2: torch_opencv.UMat, xi2: torch_opencv.UMat, D2: torch_opencv.UMat, flags: int | Tensor, criteria: torch_opencv.typing.TermCriteria, rvec: torch_opencv.UMat | None = ..., tvec: torch_opencv.UMat | None = ..., rvecsL: _typing.Sequence[torch_opencv.UMat] | None = ..., tvecsL: _typing.Sequence[torch_opencv.UMat] | None = ..., idx: torch_opencv.UMat | None = ...) -> tuple[float, _typing.Sequence[torch_opencv.UMat], _typing.Sequence[torch_opencv.UMat], _typing.Sequence[torch_opencv.UMat], torch_opencv.UMat, torch_opencv.UMat, torch_opencv.UMat, torch_opencv.UMat, torch_opencv.UMat, torch_opencv.UMat, torch_opencv.UMat, torch_opencv.UMat, _typing.Sequence[torch_opencv.UMat], _typing.Sequence[torch_opencv.UMat], torch_opencv.UMat]: ...

@_typing.overload
def stereoReconstruct(image1: torch_opencv.typing.MatLike, image2: torch_opencv.typing.MatLike, K1: torch_opencv.typing.MatLike, D1: torch_opencv.typing.MatLike, xi1: torch_opencv.typing.MatLike, K2: torch_opencv.typing.MatLike, D2: torch_opencv.typing.MatLike, xi2: torch_opencv.typing.MatLike, R: torch_opencv.typing.MatLike, T: torch_opencv.typing.MatLike, flag: int | Tensor, numDisparities: int | Tensor, SADWindowSize: int | Tensor, disparity: torch_opencv.typing.MatLike | None = ..., image1Rec: torch_opencv.typing.MatLike | None = ..., image2Rec: torch_opencv.typing.MatLike | None = ..., newSize: torch_opencv.typing.Size = ..., Knew: torch_opencv.typing.MatLike | None = ..., pointCloud: torch_opencv.typing.MatLike | None = ..., pointType: int | Tensor = ...) -> tuple[Tensor, Tensor, Tensor, Tensor]: ...
@_typing.overload
def stereoReconstruct(image1: torch_opencv.UMat, image2: torch_opencv.UMat, K1: torch_opencv.UMat, D1: torch_opencv.UMat, xi1: torch_opencv.UMat, K2: torch_opencv.UMat, D2: torch_opencv.UMat, xi2: torch_opencv.UMat, R: torch_opencv.UMat, T: torch_opencv.UMat, flag: int | Tensor, numDisparities: int | Tensor, SADWindowSize: int | Tensor, disparity: torch_opencv.UMat | None = ..., image1Rec: torch_opencv.UMat | None = ..., image2Rec: torch_opencv.UMat | None = ..., newSize: torch_opencv.typing.Size = ..., Knew: torch_opencv.UMat | None = ..., pointCloud: torch_opencv.UMat | None = ..., pointType: int | Tensor = ...) -> tuple[torch_opencv.UMat, torch_opencv.UMat, torch_opencv.UMat, torch_opencv.UMat]: ...

@_typing.overload
def stereoRectify(R: torch_opencv.typing.MatLike, T: torch_opencv.typing.MatLike, R1: torch_opencv.typing.MatLike | None = ..., R2: torch_opencv.typing.MatLike | None = ...) -> tuple[Tensor, Tensor]: ...
@_typing.overload
def stereoRectify(R: torch_opencv.UMat, T: torch_opencv.UMat, R1: torch_opencv.UMat | None = ..., R2: torch_opencv.UMat | None = ...) -> tuple[torch_opencv.UMat, torch_opencv.UMat]: ...

@_typing.overload
def undistortImage(distorted: torch_opencv.typing.MatLike, K: torch_opencv.typing.MatLike, D: torch_opencv.typing.MatLike, xi: torch_opencv.typing.MatLike, flags: int | Tensor, undistorted: torch_opencv.typing.MatLike | None = ..., Knew: torch_opencv.typing.MatLike | None = ..., new_size: torch_opencv.typing.Size = ..., R: torch_opencv.typing.MatLike | None = ...) -> Tensor: ...
@_typing.overload
def undistortImage(distorted: torch_opencv.UMat, K: torch_opencv.UMat, D: torch_opencv.UMat, xi: torch_opencv.UMat, flags: int | Tensor, undistorted: torch_opencv.UMat | None = ..., Knew: torch_opencv.UMat | None = ..., new_size: torch_opencv.typing.Size = ..., R: torch_opencv.UMat | None = ...) -> torch_opencv.UMat: ...

@_typing.overload
def undistortPoints(distorted: torch_opencv.typing.MatLike, K: torch_opencv.typing.MatLike, D: torch_opencv.typing.MatLike, xi: torch_opencv.typing.MatLike, R: torch_opencv.typing.MatLike, undistorted: torch_opencv.typing.MatLike | None = ...) -> Tensor: ...
@_typing.overload
def undistortPoints(distorted: torch_opencv.UMat, K: torch_opencv.UMat, D: torch_opencv.UMat, xi: torch_opencv.UMat, R: torch_opencv.UMat, undistorted: torch_opencv.UMat | None = ...) -> torch_opencv.UMat: ...



# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

MultiCameraCalibration_PINHOLE: int
MULTI_CAMERA_CALIBRATION_PINHOLE: int
MultiCameraCalibration_OMNIDIRECTIONAL: int
MULTI_CAMERA_CALIBRATION_OMNIDIRECTIONAL: int


# Classes


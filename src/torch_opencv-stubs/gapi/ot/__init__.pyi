# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv


from torch_opencv.gapi.ot import cpu as cpu


# Enumerations
NEW: int
TRACKED: int
LOST: int
TrackingStatus = int
"""One of [NEW, TRACKED, LOST]"""



# Classes
class ObjectTrackerParams:
    max_num_objects: int
    input_image_format: int
    tracking_per_class: bool


# Functions
@_typing.overload
def track(mat: torch_opencv.GMat, detected_rects: torch_opencv.GArrayT, detected_class_labels: torch_opencv.GArrayT, delta: float | Tensor) -> tuple[torch_opencv.GArrayT, torch_opencv.GArrayT, torch_opencv.GArrayT, torch_opencv.GArrayT]: ...
@_typing.overload
def track(frame: torch_opencv.GFrame, detected_rects: torch_opencv.GArrayT, detected_class_labels: torch_opencv.GArrayT, delta: float | Tensor) -> tuple[torch_opencv.GArrayT, torch_opencv.GArrayT, torch_opencv.GArrayT, torch_opencv.GArrayT]: ...



# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv
import torch_opencv.typing


# Classes
class Tracker(torch_opencv.Algorithm):
    # Functions
    @_typing.overload
    def init(self, image: torch_opencv.typing.MatLike, boundingBox: torch_opencv.typing.Rect2d) -> bool: ...
    @_typing.overload
    def init(self, image: torch_opencv.UMat, boundingBox: torch_opencv.typing.Rect2d) -> bool: ...

    @_typing.overload
    def update(self, image: torch_opencv.typing.MatLike) -> tuple[bool, tuple[float, float, float, float]]: ...
    @_typing.overload
    def update(self, image: torch_opencv.UMat) -> tuple[bool, tuple[float, float, float, float]]: ...


class TrackerMIL(Tracker):
    # Functions
    @classmethod
    def create(cls) -> TrackerMIL: ...


class TrackerBoosting(Tracker):
    # Functions
    @classmethod
    def create(cls) -> TrackerBoosting: ...


class TrackerMedianFlow(Tracker):
    # Functions
    @classmethod
    def create(cls) -> TrackerMedianFlow: ...


class TrackerTLD(Tracker):
    # Functions
    @classmethod
    def create(cls) -> TrackerTLD: ...


class TrackerKCF(Tracker):
    # Functions
    @classmethod
    def create(cls) -> TrackerKCF: ...


class TrackerMOSSE(Tracker):
    # Functions
    @classmethod
    def create(cls) -> TrackerMOSSE: ...


class MultiTracker(torch_opencv.Algorithm):
    # Functions
    def __init__(self) -> None: ...

    @_typing.overload
    def add(self, newTracker: Tracker, image: torch_opencv.typing.MatLike, boundingBox: torch_opencv.typing.Rect2d) -> bool: ...
    @_typing.overload
    def add(self, newTracker: Tracker, image: torch_opencv.UMat, boundingBox: torch_opencv.typing.Rect2d) -> bool: ...

    @_typing.overload
    def update(self, image: torch_opencv.typing.MatLike) -> tuple[bool, Tensor]: ...
    @_typing.overload
    def update(self, image: torch_opencv.UMat) -> tuple[bool, Tensor]: ...

    def getObjects(self) -> Tensor: ...

    @classmethod
    def create(cls) -> MultiTracker: ...


class TrackerCSRT(Tracker):
    # Functions
    @classmethod
    def create(cls) -> TrackerCSRT: ...

    @_typing.overload
    def setInitialMask(self, mask: torch_opencv.typing.MatLike) -> None: ...
    @_typing.overload
    def setInitialMask(self, mask: torch_opencv.UMat) -> None: ...



# Functions
def upgradeTrackingAPI(legacy_tracker: Tracker) -> Tracker: ...


MultiTracker_create = MultiTracker.create
TrackerBoosting_create = TrackerBoosting.create
TrackerCSRT_create = TrackerCSRT.create
TrackerKCF_create = TrackerKCF.create
TrackerMIL_create = TrackerMIL.create
TrackerMOSSE_create = TrackerMOSSE.create
TrackerMedianFlow_create = TrackerMedianFlow.create
TrackerTLD_create = TrackerTLD.create

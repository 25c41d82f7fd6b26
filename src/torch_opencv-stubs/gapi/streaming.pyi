# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv


# Enumerations
sync_policy_dont_sync: int
SYNC_POLICY_DONT_SYNC: int
sync_policy_drop: int
SYNC_POLICY_DROP: int
sync_policy = int
"""One of [sync_policy_dont_sync, SYNC_POLICY_DONT_SYNC, sync_policy_drop, SYNC_POLICY_DROP]"""



# Classes
class queue_capacity:
    capacity: int

    # Functions
    def __init__(self, cap: int | Tensor = ...) -> None: ...



# Functions
def desync(g: torch_opencv.GMat) -> torch_opencv.GMat: ...

def seqNo(arg1: torch_opencv.GMat) -> torch_opencv.GOpaqueT: ...

def seq_id(arg1: torch_opencv.GMat) -> torch_opencv.GOpaqueT: ...

@_typing.overload
def size(src: torch_opencv.GMat) -> torch_opencv.GOpaqueT: ...
@_typing.overload
def size(r: torch_opencv.GOpaqueT) -> torch_opencv.GOpaqueT: ...
@_typing.overload
def size(src: torch_opencv.GFrame) -> torch_opencv.GOpaqueT: ...

def timestamp(arg1: torch_opencv.GMat) -> torch_opencv.GOpaqueT: ...



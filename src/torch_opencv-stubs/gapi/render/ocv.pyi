# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv


# Functions
def kernels() -> torch_opencv.GKernelPackage: ...



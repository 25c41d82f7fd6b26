# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

MatHeader_AUTO_STEP: int
MAT_HEADER_AUTO_STEP: int
MatHeader_TYPE_MASK: int
MAT_HEADER_TYPE_MASK: int


# Classes


# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

# Enumerations
TYPE_BS_MOG2: int
TYPE_BS_KNN: int
BackgroundSubtractorType = int
"""One of [TYPE_BS_MOG2, TYPE_BS_KNN]"""




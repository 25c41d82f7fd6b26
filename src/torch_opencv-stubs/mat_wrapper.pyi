# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
from typing import Any

from numpy import ndarray
from torch import Tensor

class Mat(ndarray[Any, Any]):
    wrap_channels: bool | None
    def __new__(cls, arr: Tensor | ndarray[Any, Any], **kwargs: Any) -> Mat: ...

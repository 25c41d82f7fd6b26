# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

# Classes
class ExportClassName:
    # Classes
    class Params:
        int_value: int
        float_value: float

        # Functions
        def __init__(self, int_param: int | Tensor = ..., float_param: float | Tensor = ...) -> None: ...



    # Functions
    def getIntParam(self) -> int: ...

    def getFloatParam(self) -> float: ...

    @staticmethod
    def originalName() -> str: ...

    @classmethod
    def create(cls, params: ExportClassName.Params = ...) -> ExportClassName: ...



# Functions
def testEchoBooleanFunction(flag: bool) -> bool: ...


ExportClassName_create = ExportClassName.create
ExportClassName_originalName = ExportClassName.originalName

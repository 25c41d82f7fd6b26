# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

# Functions
def addSamplesDataSearchPath(path: str) -> None: ...

def addSamplesDataSearchSubDirectory(subdir: str) -> None: ...

def findFile(relative_path: str, required: bool = ..., silentMode: bool = ...) -> str: ...

def findFileOrKeep(relative_path: str, silentMode: bool = ...) -> str: ...



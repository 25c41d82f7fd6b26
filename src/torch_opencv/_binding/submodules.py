"""Lets ``import`` find ``torch_opencv.ml`` and OpenCV's other submodules, which have no files in this package.

Light on purpose: torch and cv2 are imported only once a name is asked for that no file here has.
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.abc import Loader, MetaPathFinder

    class _Finder(MetaPathFinder, Loader): ...
else:
    _Finder = object  # importing the base classes takes longer than all the rest here

_PACKAGE = "torch_opencv."


class _OpencvSubmodules(_Finder):
    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if not fullname.startswith(_PACKAGE) or fullname.startswith(_PACKAGE + "_") or _submodule(fullname) is None:
            return None
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return _submodule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is left to do: members are made when they are first asked for."""


def _submodule(fullname: str) -> ModuleType | None:
    from torch_opencv._binding import namespace

    return namespace.submodule(fullname)


def install() -> None:
    """Add the finder behind Python's own, so that the files of this package come first."""
    if not any(isinstance(finder, _OpencvSubmodules) for finder in sys.meta_path):
        sys.meta_path.append(_OpencvSubmodules())

"""The names of ``torch_opencv`` itself: those of the installed cv2, looked up when they are first asked for."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

from torch_opencv._binding.install import require_opencv

require_opencv()

import cv2  # noqa: E402

from torch_opencv._binding import arguments, wrap  # noqa: E402

_OURS = frozenset(("cuda", "cudacodec"))  # packages of this project that stand in the place of cv2's
_SUBMODULES = {
    module.__name__: module for module in (wrap.wrap_module(one) for one in wrap.submodules(cv2) if one is not cv2.cuda)
}


def member(name: str) -> Any:
    """What stands for ``cv2.<name>``.

    Raises:
        AttributeError: if cv2 has no such public name.
    """
    if name == "__all__":
        return wrap.public_names(cv2)
    if name in _OURS:
        return importlib.import_module(f"torch_opencv.{name}")
    return wrap.counterpart(cv2, name)


def _is_in_cuda(function: str) -> bool:
    return hasattr(member("cuda"), function)


arguments.is_in_cuda = _is_in_cuda


def names() -> list[str]:
    """The public names of cv2."""
    return wrap.public_names(cv2)


def submodule(fullname: str) -> ModuleType | None:
    """The submodule ``torch_opencv.<...>``, or None if cv2 has none of that name."""
    return _SUBMODULES.get(fullname)

"""Which implementation serves which name of ``cv.cuda``: the one routing table.

1. *native*: written here, over tensors of any device. :mod:`~torch_opencv.cuda._calls` registers them.
2. *pass-through*: the installed cv2's own, where cv2 was built with CUDA.
3. *missing*: neither; asking for the name is an error that says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal

import cv2

from torch_opencv.cuda._api import MODULES

Route = Literal["native", "pass-through", "missing"]

NATIVE: dict[str, Any] = {}
"""The native functions, classes and constants, by name."""

FORMS: dict[str, tuple[Callable[..., Any], ...]] = {}
"""The forms of the native functions that are called in several ways, by name."""

_MODULE_OF: dict[str, str] = {name: module for module, names in MODULES.items() for name in names}


_INSTEAD = {
    ("NvidiaOpticalFlow", "NvidiaHWOpticalFlow"): (
        "is the optical-flow engine in NVIDIA's hardware, which only an OpenCV built with CUDA and NVIDIA's Optical "
        "Flow SDK can drive: call cv.cuda.FarnebackOpticalFlow or OpticalFlowDual_TVL1, which are native"
    ),
}
"""What is to be said of names that are missing for reasons of their own."""


def register(name: str, module: str, implementation: Any) -> None:
    """Add a native implementation. ``module`` is OpenCV's."""
    NATIVE[name] = implementation
    _MODULE_OF.setdefault(name, module)


def names() -> list[str]:
    """Every name of OpenCV's CUDA modules, and those that are only here."""
    return sorted(_MODULE_OF)


def module_of(name: str) -> str | None:
    """OpenCV's module that a name belongs to; None for a name that no module has."""
    return _MODULE_OF.get(name)


def route(name: str) -> Route:
    """Which way a name goes."""
    if name in NATIVE:
        return "native"
    return "pass-through" if hasattr(cv2.cuda, name) and opencv_has_cuda() else "missing"


def opencv_has_cuda() -> bool:
    """Whether the installed OpenCV was built with CUDA."""
    return re.search(r"NVIDIA CUDA:\s+YES", cv2.getBuildInformation()) is not None


def why_missing(name: str) -> str:
    """One line on a name that is not here: what it is, and what to do."""
    module = module_of(name)
    if module is None:
        return f"module 'torch_opencv.cuda' has no attribute '{name}', nor has OpenCV's CUDA API"
    for names_, instead in _INSTEAD.items():
        if name.startswith(names_):
            return f"cv.cuda.{name} {instead}"
    remedy = "install an OpenCV built with CUDA"
    if hasattr(cv2, name):
        remedy += f", or call cv.{name} on CPU tensors"
    return (
        f"cv.cuda.{name} of OpenCV's module {module} is not native yet, and the installed OpenCV {cv2.__version__} "
        f"was built without CUDA, so that it can't be passed on to cv2.cuda either: {remedy}"
    )

"""The fast path in C++ (``native/``), where it was built and this PyTorch has what it needs; nothing where not.

:class:`Native` puts it in front of a function of :mod:`~torch_opencv._binding.wrap`, which is called for whatever isn't
plainly simple, and for everything if the fast path is missing. Both do the same; tests/binding holds them to it.

``TORCH_OPENCV_NATIVE=0`` in the environment turns the fast path off.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any, TypeVar

import cv2
import torch
from torch import Tensor
from torch.autograd import forward_ad

from torch_opencv._binding.arguments import TO_CV2, SlowCall, Wrapped, add_hint, unwrap
from torch_opencv._binding.memory import SUPPORTED_DTYPES, increment_versions
from torch_opencv._binding.results import FromCv2, fill_empties
from torch_opencv._binding.signature import Signature


def _load(from_cv2: FromCv2) -> tuple[ModuleType | None, str]:
    """The extension, ready for use; otherwise None and the reason."""
    if os.environ.get("TORCH_OPENCV_NATIVE") == "0":
        return None, "TORCH_OPENCV_NATIVE=0"
    if not hasattr(Tensor, "__dlpack_c_exchange_api__"):
        return None, f"torch {torch.__version__} lacks DLPack's exchange interface"
    try:
        extension = import_module(f"{__package__}._native")
    except ImportError as error:
        version = f"Python {sys.version_info[0]}.{sys.version_info[1]}"
        return None, str(error) if find_spec(f"{__package__}._native") else f"not built for {version}"
    try:
        extension.set_up(
            Tensor,
            Wrapped,
            TO_CV2,
            from_cv2,
            from_cv2.convert,
            unwrap,
            Wrapped.wrap.__func__,  # type: ignore[attr-defined]
            increment_versions,
            cv2.error,
            vars(forward_ad),
            torch.bool in SUPPORTED_DTYPES,
            torch.uint32 in SUPPORTED_DTYPES,
        )
    except (ImportError, AttributeError, ValueError) as error:
        return None, str(error)
    return extension, ""


_Python = TypeVar("_Python", bound="Callable[..., Any] | property")


class _Kinds(dict[int | str, int]):
    """What a 1-dim tensor is to each parameter, by position or name. Fills as they come by."""

    def __init__(self, signature: Signature) -> None:
        super().__init__()
        self._signature = signature

    def __missing__(self, key: int | str) -> int:
        self[key] = kind = self._kind(key)
        return kind

    def _kind(self, key: int | str) -> int:
        """0: left to Python; 1: an array; 2: numbers. As :class:`SlowCall` decides it."""
        if self._signature.takes_anything(key):
            return 0
        if not self._signature.takes_array(key):
            return 2
        return 1 if self._signature.types_at(key) else 0


class Native:
    """The fast path, or why there is none.

    Args:
        from_cv2: converts the functions' results.
    """

    def __init__(self, from_cv2: FromCv2) -> None:
        self._from_cv2 = from_cv2
        self._extension, self.why_not = _load(from_cv2)

    def in_front_of(self, function: _Python, target: object, signature: Signature) -> _Python:
        """What stands for a function or a property: the fast path in front of it, or itself.

        Args:
            function: of Python, or a property, which takes over whatever isn't simple.
            target: what it calls, a function of cv2, or reads, the descriptor of an attribute.
            signature: of the target.
        """
        if self._extension is None:
            return function
        from_cv2 = self._from_cv2

        def finish(outputs: list[tuple[int | str, Tensor, Any]], result: Any) -> Any:
            return SlowCall(signature, from_cv2).results_into(outputs, result)

        def results(result: Any) -> Any:
            return fill_empties(from_cv2.convert(result), signature)

        def explain(error: cv2.error, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            add_hint(error, signature, args, kwargs)

        has_bool = torch.bool in SUPPORTED_DTYPES
        front: _Python = self._extension.in_front_of(
            function, target, signature.outputs, _Kinds(signature), finish, results, explain if has_bool else None
        )
        return front

    def enable(self, on: bool) -> bool:
        """Take the fast path, or leave everything to Python: to compare the two.

        Args:
            on: whether it is taken from now on.

        Returns:
            What it was before.
        """
        return self._extension is not None and self._extension.enable(on)

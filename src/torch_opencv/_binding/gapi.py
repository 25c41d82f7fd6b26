"""G-API's operations and kernels of the user's own, in Python: cv2 gives them arrays, and these see to tensors.

They are the counterparts of the two decorators that cv2 itself has in Python, ``cv2.gapi.op`` and ``cv2.gapi.kernel``.
As those do, they add to the class that they decorate.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import cv2
import torch
from torch import Tensor

from torch_opencv._binding import memory
from torch_opencv._binding.arguments import Wrapped
from torch_opencv._binding.outputs import RefusedError
from torch_opencv._binding.results import FromCv2

_Decorator = Callable[[type], type]
_POINT_LENGTH = 4  # a 1-dim tensor up to this long is a scalar, a point, a size or a rectangle


def op(from_cv2: FromCv2) -> Callable[..., _Decorator]:
    """The counterpart of ``cv2.gapi.op``, which declares an operation.

    It decorates a class with a static method ``outMeta(*descriptions)``, and is told the operation's name, what it
    takes (``cv.GMat``, ``cv.GScalar``, ``cv.GArray.Int``, ..., or a type of Python's) and what it gives.

    Args:
        from_cv2: the way from cv2's objects to those of the namespace.

    """

    def op(op_id: str, in_types: Sequence[type], out_types: Sequence[type]) -> _Decorator:
        of_cv2: Any = cv2.gapi  # whose stubs don't have it
        decorate = of_cv2.op(op_id, in_types=[*map(_class, in_types)], out_types=[*map(_class, out_types)])

        def decorated(class_: type) -> type:
            _adapt(class_, "outMeta", from_cv2)
            decorate(class_)
            on = class_.on  # type: ignore[attr-defined]

            @functools.wraps(on)
            def on_ours(*args: Any) -> Any:
                return from_cv2.convert(on(*map(_to_cv2, args)))

            class_.on = staticmethod(on_ours)  # type: ignore[attr-defined]
            return class_

        return decorated

    return op


def kernel(from_cv2: FromCv2) -> Callable[[type], _Decorator]:
    """The counterpart of ``cv2.gapi.kernel``, which declares a kernel of an operation.

    It decorates a class with a static method ``run``, which is given a tensor for each ``GMat`` (of its dtype, (H, W)
    or (H, W, C)), and returns one, a tuple of several, or whatever else the operation gives. What the static method
    ``setup(*descriptions)`` returns, if there is one, is its last argument each time.
    """

    def kernel(op_cls: type) -> _Decorator:
        of_cv2: Any = cv2.gapi

        def decorated(class_: type) -> type:
            for name in ("run", "setup"):
                _adapt(class_, name, from_cv2)
            of_cv2.kernel(op_cls)(class_)
            return class_

        return decorated

    return kernel


def _adapt(class_: type, name: str, from_cv2: FromCv2) -> None:
    """Let one of the user's static methods be given tensors and our objects, and give cv2 what it knows."""
    method = getattr(class_, name, None)
    if method is None:
        return

    @functools.wraps(method)
    def of_arrays(*args: Any) -> Any:
        try:
            return _to_cv2(method(*map(from_cv2.convert, args)))
        except RefusedError as refusal:
            raise TypeError(f"{class_.__name__}.{name} returned a tensor that {refusal}") from None

    setattr(class_, name, staticmethod(of_arrays))


def _class(type_: type) -> type:
    return type_._class_of_cv2 if issubclass(type_, Wrapped) else type_


def _to_cv2(x: Any) -> Any:
    if isinstance(x, Wrapped):
        return x._cv
    if isinstance(x, Tensor):
        if x.ndim == 0:
            return x.item()
        array = memory.to_array(x)
        return tuple(array.tolist()) if x.ndim == 1 and x.numel() <= _POINT_LENGTH else array
    if type(x) in (list, tuple, torch.Size):
        return (list if type(x) is list else tuple)(map(_to_cv2, x))
    return x

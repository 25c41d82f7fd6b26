"""cv2's results on their way to the user: tensors for arrays, tensor-speaking objects for OpenCV's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from torch_opencv._binding.memory import to_tensor
from torch_opencv._binding.signature import Signature


class FromCv2(dict[type, Callable[[Any], Any] | None]):
    """How each type of result is turned into what the user gets; None where it is given as it is.

    The table fills as types come by.

    Args:
        wrapper: gives the function that wraps the objects of a cv2 class.
    """

    def __init__(self, wrapper: Callable[[type], Callable[[Any], Any]]) -> None:
        super().__init__()
        self._wrapper = wrapper

    def __missing__(self, type_: type) -> Callable[[Any], Any] | None:
        self[type_] = convert = self._converter(type_)
        return convert

    def _converter(self, type_: type) -> Callable[[Any], Any] | None:
        if issubclass(type_, np.ndarray):
            return to_tensor
        if type_ in (list, tuple):
            return self._sequence
        if issubclass(type_, tuple) and (make := getattr(type_, "_make", None)):  # a namedtuple, of cv2's Python code
            return lambda result: make(map(self.convert, result))
        if issubclass(type_, np.generic):
            return type_.item
        if is_opencv_class(type_):
            return self._wrapper(type_)
        return None

    def _sequence(self, sequence: list[Any] | tuple[Any, ...]) -> Any:
        for x in sequence:
            if self[type(x)] is not None:
                return type(sequence)([self.convert(x) for x in sequence])
        return sequence

    def convert(self, result: Any) -> Any:
        """One result of cv2, whole.

        Args:
            result: arrays and objects inside of lists and tuples are converted, too.
        """
        convert = self[type(result)]
        return result if convert is None else convert(result)


def is_opencv_class(type_: type) -> bool:
    """Whether a class is OpenCV's own, made in C++: not an exception, nor Python code that cv2 brings along."""
    own = type_.__module__.split(".")[0] == "cv2" and not {"__dict__", "__slots__"} & set(vars(type_))
    return own and not issubclass(type_, (BaseException, np.ndarray))


_ELEMENTS: dict[str, tuple[tuple[int, ...], torch.dtype]] = {
    "int": ((), torch.int32),
    "float": ((), torch.float64),
    "cv2.typing.Point": ((2,), torch.int32),
    "cv2.typing.Point2f": ((2,), torch.float32),
    "cv2.typing.Point2d": ((2,), torch.float64),
    "cv2.typing.Point3f": ((3,), torch.float32),
    "cv2.typing.Rect": ((4,), torch.int32),
    "cv2.typing.Rect2d": ((4,), torch.float64),
    "cv2.typing.Size": ((2,), torch.int32),
    "cv2.typing.Vec4f": ((4,), torch.float32),
    "cv2.typing.Vec4i": ((4,), torch.int32),
    "cv2.typing.Vec6f": ((6,), torch.float32),
}


_NOTHING = ()  # Python has one empty tuple; `is` never asks a tensor whether it equals it


def fill_empties(result: Any, signature: Signature) -> Any:
    """Make tensors of cv2's ``()``: it gives N rectangles as an ``(N, 4)`` array, but none of them as an empty tuple.

    The shape is the one that the type of the result says. A list of arrays or of objects stays ``()``.
    """
    if type(result) is not tuple:
        return result
    several = signature.result_count > 1 and len(result) == signature.result_count
    results = result if several else (result,)
    for x in results:
        if x is _NOTHING:
            break
    else:
        return result
    types = signature.result_types()
    if len(types) != len(results):
        return result
    filled = tuple(_empty(type_) if x is _NOTHING else x for x, type_ in zip(results, types, strict=True))
    return filled if several else filled[0]


def _empty(type_: str) -> Any:
    element = _ELEMENTS.get(type_.removeprefix("_typing.Sequence[").removesuffix("]"))
    return () if element is None else torch.empty((0, *element[0]), dtype=element[1], device="cpu")

"""``getX`` and ``setX`` of OpenCV's classes, declared once: :func:`settings`."""

from __future__ import annotations

import inspect
import keyword
from collections.abc import Callable
from typing import Any, TypeVar

Class = TypeVar("Class", bound=type)


def settings(*declared: tuple[str, str, str]) -> Callable[[Class], Class]:
    """Give a class ``getX`` and ``setX`` for attributes ``_x``.

    Args:
        *declared: name, type and meaning, such as ``("MinDist", "float", "the least distance of two centres")``, whose
            attribute is ``_minDist``.
    """

    def declare(class_: Class) -> Class:
        for name, kind, meaning in declared:
            for method in (_getter(name, kind, meaning), _setter(name, kind, meaning)):
                if method.__name__ not in vars(class_):
                    method.__qualname__ = f"{class_.__qualname__}.{method.__name__}"
                    method.__module__ = class_.__module__
                    setattr(class_, method.__name__, method)
        return class_

    return declare


def _attribute(name: str) -> str:
    return f"_{name[0].lower()}{name[1:]}"


def _getter(name: str, kind: str, meaning: str) -> Callable[..., Any]:
    attribute = _attribute(name)

    def get(self: Any) -> Any:
        return getattr(self, attribute)

    get.__name__, get.__doc__ = f"get{name}", f"{meaning[0].upper()}{meaning[1:]}."
    get.__annotations__ = {"return": kind}
    return get


def _setter(name: str, kind: str, meaning: str) -> Callable[..., Any]:
    attribute = _attribute(name)
    called = attribute[1:] + "_" * keyword.iskeyword(attribute[1:])
    own, value = (inspect.Parameter(x, inspect.Parameter.POSITIONAL_OR_KEYWORD) for x in ("self", called))
    signature = inspect.Signature([own, value.replace(annotation=kind)], return_annotation="None")

    def set(self: Any, *args: Any, **kwargs: Any) -> None:
        try:
            setattr(self, attribute, signature.bind(self, *args, **kwargs).arguments[called])
        except TypeError as error:
            raise TypeError(f"cv.cuda.{type(self).__name__}.set{name}: {error}: pass one value") from None

    set.__name__, set.__doc__ = f"set{name}", f"Set {meaning}."
    set.__signature__ = signature  # type: ignore[attr-defined]
    return set

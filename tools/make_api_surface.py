"""Writes tests/api_surface.json, the public API as it is: ``python tools/make_api_surface.py``.

A change to that file is a change to what users may rely on, so it is one that somebody meant. OpenCV's own names are
not in it: they are whatever the installed cv2 has.
"""

from __future__ import annotations

import importlib
import inspect
import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[1] / "tests" / "api_surface.json"

MODULES = (
    "torch_opencv.cli",
    "torch_opencv.errors",
    "torch_opencv.live",
    "torch_opencv.live.overlay",
    "torch_opencv.ray",
    "torch_opencv.runtime",
    "torch_opencv.t7",
    "torch_opencv.training.style",
    "torch_opencv.vision",
    "torch_opencv.weights",
)


def surface() -> dict[str, dict[str, Any]]:
    """By module and name: a function's signature, or a class's bases and public members."""
    return {name: _module(importlib.import_module(name)) for name in MODULES}


def _module(module: Any) -> dict[str, Any]:
    names = getattr(module, "__all__", None) or [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__
    ]
    return {name: _described(getattr(module, name)) for name in sorted(names)}


def _described(value: Any) -> Any:
    if inspect.isclass(value):
        members = {name: _member(member) for name, member in vars(value).items() if not name.startswith("_")}
        if "__init__" in vars(value) or hasattr(value, "__dataclass_fields__"):
            members["__init__"] = _signature(value.__init__)
        bases = [base.__name__ for base in value.__bases__ if base is not object]
        return {"bases": bases, "members": dict(sorted(members.items()))}
    return _signature(value) if callable(value) else type(value).__name__


def _member(member: Any) -> str:
    if isinstance(member, (staticmethod, classmethod)):
        return _signature(member.__func__)
    if isinstance(member, property):
        return "property"
    return _signature(member) if inspect.isfunction(member) else "attribute"


def _signature(function: Any) -> str:
    """Names, kinds and defaults of the parameters, without their types, which the type checkers look after."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return "callable"
    untyped = [one.replace(annotation=inspect.Parameter.empty) for one in signature.parameters.values()]
    return str(signature.replace(parameters=untyped, return_annotation=inspect.Signature.empty))


def main() -> None:
    FILE.write_text(json.dumps(surface(), indent=1) + "\n", "utf-8")
    print(f"{FILE.name}: {sum(map(len, surface().values()))} names of {len(MODULES)} modules")


if __name__ == "__main__":
    main()

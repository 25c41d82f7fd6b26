"""Apps of the user's own, in Python files."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from torch_opencv.errors import TorchOpencvError, first_line


class AppError(TorchOpencvError):
    """An app of the user's own can't be loaded."""


def load_app(spec: str) -> Callable[..., Any]:
    """The class or function that ``FILE.py:NAME`` names. The file is run as a module of its own name.

    Raises:
        AppError: there is no such file or app, or the file can't be imported.

    """
    file, colon, name = spec.rpartition(":")
    path = Path(file)
    if not colon or path.suffix != ".py":
        raise AppError(f"{spec!r} names no app: give FILE.py:NAME, as brightness.py:Brightness")
    if not path.is_file():
        raise AppError(f"there is no file {file}")
    module_spec = importlib.util.spec_from_file_location(path.stem, path)
    assert module_spec
    assert module_spec.loader
    module = importlib.util.module_from_spec(module_spec)
    sys.path.insert(0, str(path.parent.absolute()))  # as if the file were run: it may import its neighbours
    sys.modules[path.stem] = module
    try:
        module_spec.loader.exec_module(module)
    except Exception as error:
        raise AppError(f"{file} can't be imported: {type(error).__name__}: {first_line(error)}") from error
    app = getattr(module, name, None)
    if not (inspect.isfunction(app) or (inspect.isclass(app) and hasattr(app, "process"))):
        classes = [one for one, value in vars(module).items() if inspect.isclass(value) and hasattr(value, "process")]
        known = f"it has {', '.join(classes)}" if classes else "it has no class with a method process"
        raise AppError(f"{file} has no app {name!r}: {known}")
    return app

"""One checksum of all that decides what a module computes, by which a compiled network is found again.

A module is walked with everything that it consists of: settings, parameters and buffers to the bit, and the code of its
classes and functions with whatever that names: other functions, globals, closures. Of what is installed (PyTorch, other
packages, Python's own library) a class or function counts by its name, its own code and the file that it is in, and not
by what it calls: that changes when another version is installed.

Exporting the module and taking the graph's checksum would be exact, but takes as long as compiling: 6 s of a
classifier's 10, where this takes 0.05 s. What the walk can't see (a file that is read in `forward`, the environment) is
why `accelerate` also compares a kept network's outputs with the module's.
"""

from __future__ import annotations

import hashlib
import inspect
import platform
import re
import sys
import sysconfig
from collections import deque
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, MappingProxyType, MethodType, ModuleType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

_PLAIN = (bool, int, float, complex, str, bytes, range, torch.dtype, torch.device, torch.layout, torch.memory_format)
_OPERATORS = (torch._ops.OpOverload, torch._ops.OpOverloadPacket)
# Of a class's dictionary: what Python puts there itself, and differs without meaning anything.
_NO_MEMBERS = {
    "__dict__",
    "__weakref__",
    "__doc__",
    "__module__",
    "__annotations__",
    "__abstractmethods__",
    "_abc_impl",
}
_NO_MEMBERS |= {"__firstlineno__", "__static_attributes__", "__annotate__", "__annotations_cache__"}


def fingerprint(module: nn.Module, circumstances: Iterable[object] = ()) -> str | None:
    """The key for a module, whatever its mode: 64 hex digits, the same in every process.

    Args:
        module: what is to be told apart from all others.
        circumstances: what else must be the same: versions, the form of the inputs.

    Returns:
        The key; None if the module has parts that can't be told, such as objects of a library written in C++.

    """
    walk = _Walk()
    try:
        walk.add([platform.python_version(), *circumstances])
        walk.add(module)
        walk.finish()
    except (_UntellableError, OSError, RecursionError):
        return None
    return walk.digest.hexdigest()


class _UntellableError(Exception):
    pass


class _Walk:
    """Adds values and all that they consist of to one checksum."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self._files: set[Path] = set()
        self._seen: dict[int, tuple[int, object]] = {}  # id: number, and the object itself, lest its id is used again
        # Classes and functions wait until the values are done: they call one another, deeper than Python's stack.
        self._waiting: deque[type | FunctionType] = deque()

    def add(self, value: object) -> None:
        if value is None or value is Ellipsis or type(value) in _PLAIN:
            self._text(f"{value!r};")
        elif isinstance(value, Tensor):
            self._tensor(value)
        elif isinstance(value, tuple | frozenset):  # equal ones may or may not be one object, as the compiler likes
            self._text(f"{type(value).__qualname__}(")
            self._compound(value)
            self._text(")")
        elif id(value) in self._seen:
            self._text(f"again {self._seen[id(value)][0]};")
        else:
            self._seen[id(value)] = (len(self._seen), value)
            self._text(f"{type(value).__module__}.{type(value).__qualname__}(")
            self._compound(value)
            self._text(")")

    def finish(self) -> None:
        """Add what is left: the code, and the files of what is installed."""
        while self._waiting:
            one = self._waiting.popleft()
            if isinstance(one, FunctionType):
                self._function(one)
            else:
                self._class(one)
        for file in sorted(self._files):
            self.digest.update(file.read_bytes())

    def _compound(self, value: object) -> None:
        if isinstance(value, nn.Module):
            self.add(type(value))
            self.add({key: item for key, item in vars(value).items() if key != "training"})
        elif isinstance(value, dict | MappingProxyType):
            self.add([*value.items()])
        elif isinstance(value, list | tuple):
            for item in value:
                self.add(item)
        elif isinstance(value, set | frozenset):  # whose order changes from process to process
            for item in sorted(value, key=repr):
                self.add(item)
        elif isinstance(value, np.ndarray):
            self._text(f"{value.dtype}{value.shape}")
            self.digest.update(value.tobytes())
        elif isinstance(value, type | FunctionType):
            self._text(f"{value.__module__}.{value.__qualname__}")
            self._waiting.append(value)
        elif isinstance(value, MethodType):
            self.add([value.__func__, value.__self__])
        elif isinstance(value, BuiltinFunctionType):
            self._text(value.__qualname__)
            self.add(value.__self__)
        elif isinstance(value, property | classmethod | staticmethod):
            functions = (value.fget, value.fset) if isinstance(value, property) else (value.__func__,)
            self.add([*functions])
        elif isinstance(value, ModuleType):
            self._text(value.__name__)
        elif isinstance(value, _OPERATORS):
            self._text(str(value))
        else:
            self._other(value)

    def _other(self, value: object) -> None:
        """Any other object, by what it would be pickled as: partial functions, say, and what has slots."""
        try:
            parts = value.__reduce_ex__(4)
        except Exception:
            raise _UntellableError from None
        self.add(type(value))
        if isinstance(parts, str):  # a name
            self._text(re.sub(r" at 0x[0-9a-f]+", "", repr(value)))
            return
        made_by, given, *rest = parts
        self.add(
            [made_by, given, *(list(part) if index in (1, 2) and part else part for index, part in enumerate(rest))]
        )

    def _text(self, text: str) -> None:
        self.digest.update(text.encode("utf-8", "surrogatepass"))

    def _tensor(self, tensor: Tensor) -> None:
        self._text(f"{tensor.dtype}{tuple(tensor.shape)};")
        if tensor.numel():  # as bytes, since NumPy doesn't have every dtype
            data: memoryview = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data
            self.digest.update(data)

    def _class(self, kind: type) -> None:
        if _is_torchs(kind.__module__):
            return
        if self._is_installed(kind):
            for base in kind.__bases__:
                self.add(base)
            return
        self.add(kind.__bases__)
        for name, member in sorted(vars(kind).items()):
            if (
                name not in _NO_MEMBERS
                and not inspect.isgetsetdescriptor(member)
                and not inspect.ismemberdescriptor(member)
            ):
                self._text(f"{name}=")
                self.add(member)

    def _function(self, function: FunctionType) -> None:
        names = self._code(function.__code__)
        self.add([function.__defaults__, function.__kwdefaults__])
        for cell in function.__closure__ or ():
            try:
                self.add(cell.cell_contents)
            except ValueError:  # empty as yet  # noqa: PERF203
                self._text("empty;")
        if _is_torchs(function.__module__ or "") or self._is_installed(function):
            return
        for name in names:
            if name in function.__globals__:
                self._text(f"{name}=")
                self._global(function.__globals__[name], names)

    def _global(self, value: object, names: list[str]) -> None:
        """What a function names; of a module of the user's, what of it is named in the same function."""
        self.add(value)
        if isinstance(value, ModuleType) and not _is_torchs(value.__name__) and not _is_librarys(value):
            for name in names:
                if name in vars(value):
                    self._text(f"{name}=")
                    self.add(vars(value)[name])

    def _code(self, code: CodeType) -> list[str]:
        """Add code, without where it stands; give the names in it."""
        self.digest.update(code.co_code)
        self.add([code.co_names, code.co_varnames, code.co_freevars, code.co_argcount, code.co_kwonlyargcount])
        names = list(code.co_names)
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                names += self._code(constant)
            else:
                self.add(constant)
        return list(dict.fromkeys(names))

    def _is_installed(self, item: Any) -> bool:
        """Whether it comes with Python or a package; its file counts then."""
        try:
            file = inspect.getsourcefile(item)
        except (TypeError, OSError):  # typed in, or not written in Python
            module = sys.modules.get(item.__module__)
            return module is not None and _is_librarys(module)
        path = Path(file or "")
        if not _is_library(path):
            return False
        if path.is_file() and not _is_standard(path):  # Python's own library has its version
            self._files.add(path)
        return True


def _is_torchs(name: str) -> bool:
    """Whether a module is one of PyTorch's, whose version the circumstances have."""
    return name.partition(".")[0] == "torch"


def _is_librarys(module: ModuleType) -> bool:
    file = getattr(module, "__file__", None)
    return module.__name__ in sys.builtin_module_names if file is None else _is_library(Path(file))


def _is_library(path: Path) -> bool:
    """Whether the file is of Python's own library or an installed package other than this one."""
    return _is_standard(path) or (
        any(path.is_relative_to(folder) for folder in _packages()) and not path.is_relative_to(_OWN)
    )


def _is_standard(path: Path) -> bool:
    return path.is_relative_to(sysconfig.get_path("stdlib")) and not any(
        path.is_relative_to(folder) for folder in _packages()
    )


@cache
def _packages() -> tuple[str, ...]:
    return sysconfig.get_path("purelib"), sysconfig.get_path("platlib")


_OWN = Path(__file__).parent.parent

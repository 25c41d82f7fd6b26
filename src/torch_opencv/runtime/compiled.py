"""Compiled networks on disk, so that the seconds of compiling are spent once on a machine.

`home() / "compiled"` holds files `KEY-SHA256.onnx`: the key says what was compiled, the sum what must be in the
file. The folder may be deleted at any time. A file that isn't what its name says is removed, and made again.
"""

from __future__ import annotations

import hashlib
import inspect
import logging
import re
from collections.abc import Iterable
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from torch_opencv._files import atomic_write
from torch_opencv._paths import home

_log = logging.getLogger(__name__)


def read(key: str) -> bytes | None:
    """What is kept under the key; None if nothing is, or nothing undamaged."""
    for path in _folder().glob(f"{key}-*.onnx"):
        try:
            graph = path.read_bytes()
            if path.name == _name(key, graph):
                return graph
            _log.warning("%s is damaged: it is made again", path)
            path.unlink(missing_ok=True)
        except OSError as error:  # noqa: PERF203 (one that can't be read must not hide another)
            _log.warning("%s can't be used: %s", path, error.strerror)
    return None


def write(key: str, graph: bytes) -> None:
    """Keep the graph; other processes see the whole file or none. If that fails the log says so, and that is all."""
    try:
        _folder().mkdir(parents=True, exist_ok=True)
        with atomic_write(_folder() / _name(key, graph)) as part:
            part.write_bytes(graph)
    except OSError as error:
        _log.warning("a compiled network can't be kept in %s, and is made each time: %s", _folder(), error.strerror)


def _folder() -> Path:
    return home() / "compiled"


def _name(key: str, graph: bytes) -> str:
    return f"{key}-{hashlib.sha256(graph).hexdigest()}.onnx"


def fingerprint(module: nn.Module, circumstances: Iterable[object]) -> str | None:
    """The key for a module in evaluation mode: 64 hex digits, the same in every process.

    It covers everything that decides what the module computes: all its parts with their settings, parameters and
    buffers to the bit, the source files of their classes and functions, and the `circumstances`. (Not PyTorch's own
    sources: its version belongs in the circumstances.) None if it can't be told, as for a class without a source file.
    """
    walk = _Walk()
    try:
        walk.add([*circumstances])
        walk.add(module)
        for source in sorted(walk.sources):
            walk.digest.update(source.read_bytes())
    except (_UntellableError, OSError, RecursionError):
        return None
    return walk.digest.hexdigest()


class _UntellableError(Exception):
    pass


class _Walk:
    """Adds values and all that they consist of to one checksum."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self.sources: set[Path] = set()
        self._seen: dict[int, tuple[int, object]] = {}  # id: number, and the object itself, lest its id is used again

    def add(self, value: object) -> None:
        if value is None or isinstance(value, bool | int | float | str | bytes | torch.dtype | torch.device):
            self._text(f"{value!r};")
        elif isinstance(value, Tensor):
            self._tensor(value)
        elif id(value) in self._seen:
            self._text(f"again {self._seen[id(value)][0]};")
        else:
            self._seen[id(value)] = (len(self._seen), value)
            self._compound(value)

    def _compound(self, value: object) -> None:
        self._text(f"{type(value).__module__}.{type(value).__qualname__}(")
        if isinstance(value, dict):
            for key, item in value.items():
                self.add(key)
                self.add(item)
        elif isinstance(value, list | tuple):
            for item in value:
                self.add(item)
        elif isinstance(value, set | frozenset):  # whose order changes from process to process
            for item in sorted(value, key=repr):
                self.add(item)
        elif isinstance(value, np.ndarray):  # which prints itself with an ellipsis
            self._text(f"{value.dtype}{value.shape}")
            self.digest.update(value.tobytes())
        elif isinstance(value, type):
            self._text(f"{value.__module__}.{value.__qualname__}")
            self._class(value)
        elif isinstance(value, FunctionType):
            self._text(f"{value.__module__}.{value.__qualname__}")
            self._source(value)
            self.add([value.__defaults__, [cell.cell_contents for cell in value.__closure__ or ()]])
        elif hasattr(value, "__dict__"):
            self._class(type(value))
            for key, item in vars(value).items():
                if not (key == "training" and isinstance(value, nn.Module)):
                    self._text(f"{key}=")
                    self.add(item)
        else:  # without an address, which changes from process to process
            self._text(re.sub(r" at 0x[0-9a-f]+", "", repr(value)))
        self._text(")")

    def _text(self, text: str) -> None:
        self.digest.update(text.encode())

    def _tensor(self, tensor: Tensor) -> None:
        self._text(f"{tensor.dtype}{tuple(tensor.shape)};")
        if tensor.numel():  # as bytes, since NumPy doesn't have every dtype
            data: memoryview = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data
            self.digest.update(data)

    def _class(self, kind: type) -> None:
        for base in kind.__mro__:
            self._source(base)

    def _source(self, item: Any) -> None:
        package = item.__module__.partition(".")[0]
        if package in ("torch", "builtins", "collections", "typing", "abc", "enum"):
            return
        try:
            path = Path(inspect.getsourcefile(item) or "")
        except (TypeError, OSError):
            raise _UntellableError from None
        if not path.is_file():
            raise _UntellableError
        self.sources.add(path)

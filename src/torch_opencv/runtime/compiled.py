"""Compiled networks on disk, so that the seconds of compiling are spent once on a machine.

`home() / "compiled"` holds files `KEY-SHA256.onnx`: the key says what was compiled, the sum what must be in the
file. The folder may be deleted at any time. A file that isn't what its name says, or doesn't compute what its module
does, is removed, and made again. Only the user may read and write there.
"""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

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
        _folder().parent.mkdir(parents=True, exist_ok=True)
        _folder().mkdir(mode=0o700, exist_ok=True)
        _folder().chmod(0o700)  # it may be from before this was so
        with atomic_write(_folder() / _name(key, graph)) as part:
            part.chmod(0o600)
            part.write_bytes(graph)
    except OSError as error:
        _log.warning("a compiled network can't be kept in %s, and is made each time: %s", _folder(), error.strerror)


def discard(key: str) -> None:
    """Keep nothing under the key any more."""
    for path in _folder().glob(f"{key}-*.onnx"):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:  # noqa: PERF203 (each is to be tried)
            _log.warning("%s can't be removed: %s", path, error.strerror)


def _folder() -> Path:
    return home() / "compiled"


def _name(key: str, graph: bytes) -> str:
    return f"{key}-{hashlib.sha256(graph).hexdigest()}.onnx"

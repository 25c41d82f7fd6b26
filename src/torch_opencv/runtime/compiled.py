"""Compiled networks on disk, so that the seconds of compiling are spent once on a machine.

`home() / "compiled"` holds files `KEY-SHA256.onnx`: the key says what was compiled, the sum what must be in the
file. The folder may be deleted at any time. A file that isn't what its name says, or doesn't compute what its module
does, is removed, and made again. Only the user may read and write there.

`KEY.f32.json` and `KEY.bf16.json` beside it say how the network runs fastest here, where there was a choice.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from torch_opencv._system.files import atomic_write
from torch_opencv._system.paths import home

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Choice:
    """How a network runs fastest on this machine.

    Attributes:
        name: the network's.
        backend: what runs it; "" if that is another file's matter, as the precision that was wanted can't be had.
        precision: "f32" or "bf16".
        ratio: how many times as fast OpenVINO was as ONNX Runtime in f32; None if it wasn't measured.
        why: why the other way, or the precision that was wanted, isn't taken; "" if speed alone decided.
        processor: where it was measured.
        measured: all that the measurement holds for.

    """

    name: str
    backend: str
    precision: str
    ratio: float | None
    why: str
    processor: str
    measured: str


def read(key: str) -> bytes | None:
    """What is kept of a compiled network.

    Args:
        key: of `fingerprint`.

    Returns:
        The ONNX graph; None if nothing is kept, or nothing undamaged.
    """
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
    """Keep a graph; other processes see the whole file or none. If that fails the log says so, and that is all.

    Args:
        key: of `fingerprint`.
        graph: ONNX, serialised.
    """
    try:
        _make_folder()
        with atomic_write(_folder() / _name(key, graph)) as part:
            part.chmod(0o600)
            part.write_bytes(graph)
    except OSError as error:
        _log.warning("a compiled network can't be kept in %s, and is made each time: %s", _folder(), error.strerror)


def file_of(graph: bytes) -> Path | None:
    """The file in which a graph is kept; None if it isn't.

    Args:
        graph: ONNX, serialised.
    """
    return next(_folder().glob(f"*-{hashlib.sha256(graph).hexdigest()}.onnx"), None)


def discard(key: str) -> None:
    """Keep nothing under the key any more."""
    for path in (*_folder().glob(f"{key}-*.onnx"), *_folder().glob(f"{key}.*.json")):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:  # noqa: PERF203 (each is to be tried)
            _log.warning("%s can't be removed: %s", path, error.strerror)


def read_choice(key: str, wanted: str) -> Choice | None:
    """What was chosen for a network; None if nothing was, or it can't be read.

    Args:
        key: of `fingerprint`.
        wanted: the precision that was asked for.
    """
    return _choice(_folder() / f"{key}.{wanted}.json")


def write_choice(key: str, wanted: str, choice: Choice) -> None:
    """Keep what was chosen for a network, where the network itself is kept.

    Args:
        key: of `fingerprint`.
        wanted: the precision that was asked for.
        choice: to be kept.
    """
    try:
        _make_folder()
        with atomic_write(_folder() / f"{key}.{wanted}.json") as part:
            part.chmod(0o600)
            part.write_text(json.dumps(asdict(choice)), encoding="utf-8")
    except OSError as error:
        _log.warning("what was measured can't be kept in %s, and is each time: %s", _folder(), error.strerror)


def choices() -> dict[tuple[str, str], Choice]:
    """What was chosen last, by the networks' names and the precisions that were asked for."""
    found = []
    for path in _folder().glob("*.json"):
        with suppress(OSError):  # it has just been removed
            found.append((path.stat().st_mtime, path))
    last = {
        (choice.name, path.stem.partition(".")[2]): choice for _, path in sorted(found) if (choice := _choice(path))
    }
    return dict(sorted(last.items()))


def count() -> int:
    """How many networks are kept."""
    return sum(1 for _ in _folder().glob("*.onnx"))


def _choice(path: Path) -> Choice | None:
    try:
        return Choice(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # there is none, or it is damaged or another version's
        return None


@contextmanager
def lock(key: str, waiting: Callable[[], None]) -> Iterator[None]:
    """Keep other processes from compiling the same at the same time; where there can't be a lock, they just may.

    Args:
        key: of what is compiled.
        waiting: called again and again while another process has the lock; what it raises ends the waiting.

    """
    from filelock import FileLock, Timeout  # here, since it is needed for compiling only

    path = _folder() / f"{key}.lock"
    held = FileLock(path)
    try:
        _make_folder()
        while not held.is_locked:
            try:
                held.acquire(timeout=0.1)
            except Timeout:  # noqa: PERF203 (it is waited in between)
                waiting()
    except OSError:  # `write` will say so
        yield
        return
    try:
        yield
    finally:
        with suppress(OSError):  # Windows has no way to remove what is open
            path.unlink(missing_ok=True)
        held.release()


def _make_folder() -> None:
    _folder().parent.mkdir(parents=True, exist_ok=True)
    _folder().mkdir(mode=0o700, exist_ok=True)
    _folder().chmod(0o700)  # it may be from before this was so


def _folder() -> Path:
    return home() / "compiled"


def _name(key: str, graph: bytes) -> str:
    return f"{key}-{hashlib.sha256(graph).hexdigest()}.onnx"

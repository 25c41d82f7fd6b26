"""The files of an archive: what names, folders, patterns and addresses stand for, and how each is opened.

Addresses (``s3://...`` and the like) go through fsspec, which has a package for each kind of storage. Where a storage
is given, a file system of fsspec's or pyarrow's, all names are names in it.
"""

from __future__ import annotations

import glob
import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any, cast

from torch_opencv.errors import first_line
from torch_opencv.live.errors import SourceError
from torch_opencv.live.sources.addresses import SCHEMES

Paths = str | Path | Sequence[str | Path]

_BUFFER = 1 << 22  # bytes that are read at once of pyarrow's files, which have no buffer: FFmpeg reads 32 KB at a time


def as_storage(filesystem: object) -> Any:
    """A file system as fsspec has them, which may be sent to workers.

    Args:
        filesystem: of fsspec's or pyarrow's.

    Raises:
        TypeError: it is neither.
    """
    import fsspec
    from fsspec.implementations.arrow import ArrowFSWrapper
    from pyarrow import fs

    if isinstance(filesystem, fsspec.AbstractFileSystem):
        return filesystem
    handler = getattr(filesystem, "handler", None)
    if isinstance(filesystem, fs.PyFileSystem) and isinstance(handler, fs.FSSpecHandler):
        return handler.fs
    if isinstance(filesystem, fs.FileSystem):
        return ArrowFSWrapper(filesystem)
    raise TypeError(f"filesystem must be one of pyarrow's or fsspec's, not {type(filesystem).__name__}")


def find(paths: Paths, suffixes: frozenset[str], storage: Any = None) -> list[str]:
    """The files that are meant, in natural order, each once.

    Args:
        paths: files, folders (what is in them and below), patterns such as ``archive/**/*.mp4``, or addresses of these.
        suffixes: what the names of the files that folders and patterns stand for end in, in lower case.
        storage: of `as_storage`, if they are in one; "" is all of it.

    Raises:
        SourceError: one of them stands for no file, or can't be reached.
    """
    named = [paths] if isinstance(paths, str | Path) else list(paths)
    found: dict[str, None] = {}
    for one in map(str, named):
        elsewhere = storage is not None or "://" in one
        files = _at_address(one, suffixes, storage) if elsewhere else _here(one, suffixes)
        found |= dict.fromkeys(sorted(files, key=_natural))
    if not found:
        raise SourceError("no files are named")
    return list(found)


def opened(path: str, storage: Any = None) -> str | IO[bytes]:
    """What FFmpeg and the like read a file from: its path, or an open file if it is elsewhere.

    Args:
        path: of `find`.
        storage: as there.

    Raises:
        SourceError: it can't be opened.
    """
    if storage is not None:
        from fsspec.implementations.arrow import ArrowFSWrapper

        file = _try(path, lambda storage, name: storage.open(name, "rb"), storage)
        return cast("IO[bytes]", io.BufferedReader(file, _BUFFER) if isinstance(storage, ArrowFSWrapper) else file)
    if "://" not in path:  # from its root, as FFmpeg would take the front of a name such as 10:30.mp4 for a protocol
        return str(Path(path).absolute())
    return cast("IO[bytes]", _try(path, lambda storage, name: storage.open(name, "rb")))


def read(path: str, storage: Any = None) -> bytes:
    """All of a file.

    Args:
        path: of `find`.
        storage: as there.

    Raises:
        SourceError: it can't be read.
    """
    if storage is not None or "://" in path:
        return cast(bytes, _try(path, lambda storage, name: storage.cat_file(name), storage))
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise SourceError(f"{path} can't be read: {error.strerror}") from None


def is_storage(name: str) -> bool:
    """Whether a name is the address of a file in a storage that fsspec knows, and not of a stream.

    >>> is_storage("s3://bucket/clip.mp4"), is_storage("rtsp://10.0.0.7/live"), is_storage("clip.mp4")
    (True, False, False)

    Args:
        name: as the user wrote it.
    """
    scheme, found, _ = name.partition("://")
    if not found or scheme.lower() in SCHEMES:
        return False
    import fsspec

    return scheme in fsspec.available_protocols()


def _here(name: str, suffixes: frozenset[str]) -> list[str]:
    path = Path(name)
    try:
        if path.is_dir():
            files = [
                str(one) for one in path.rglob("*") if _is_meant(one.relative_to(path), suffixes) and one.is_file()
            ]
        elif path.exists():
            return [name]
        else:
            files = [one for one in glob.glob(name, recursive=True) if _has(one, suffixes) and Path(one).is_file()]  # noqa: PTH207
    except (OSError, ValueError) as error:
        raise SourceError(f"{name} can't be looked through: {first_line(error)}") from None
    return files or _none(name, suffixes)


def _at_address(address: str, suffixes: frozenset[str], given: Any) -> list[str]:
    if re.match(r"[^/]*://[^/]*@", address):
        raise SourceError(
            "addresses must not hold a user or password, which would be written to the results: leave them to the "
            "storage's own settings (for s3:// the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, say)"
        )

    def look(storage: Any, name: str) -> list[str]:
        if set(name) & set("*?["):
            names = [one for one in storage.glob(name) if _has(one, suffixes)]
        elif storage.isdir(name):
            names = [one for one in storage.find(name) if _has(one, suffixes)]
        else:
            names = [storage.info(name)["name"]] if storage.exists(name) else []
        return names if given is not None else [storage.unstrip_protocol(one) for one in names]

    return cast("list[str]", _try(address, look, given)) or _none(address, suffixes)


def _try(address: str, use: Callable[[Any, str], Any], storage: Any = None) -> Any:
    """What a function says of a storage and a name in it: those that an address stands for, or the given ones."""
    import fsspec

    try:
        return use(*((storage, address) if storage is not None else fsspec.core.url_to_fs(address)))
    except ImportError as error:
        address = address.partition("?")[0]  # what follows may be a signature
        raise SourceError(f"{address} needs another package: {first_line(error)}") from None
    except Exception as error:  # each kind of storage has exceptions of its own
        address = address.partition("?")[0]
        raise SourceError(f"{address} can't be reached: {first_line(error)}") from None


def _none(name: str, suffixes: frozenset[str]) -> list[str]:
    what = "videos" if ".mp4" in suffixes else "images"
    raise SourceError(f"no such file, nor a folder or pattern with {what} in it: {name!r}")


def _is_meant(path: Path, suffixes: frozenset[str]) -> bool:
    return _has(path.name, suffixes) and not any(part.startswith(".") for part in path.parts)


def _has(name: str, suffixes: frozenset[str]) -> bool:
    return Path(name).suffix.lower() in suffixes


def _natural(path: str) -> list[str | int]:
    """A sort key that puts img2 before img10."""
    return [int(part) if i % 2 else part.casefold() for i, part in enumerate(re.split(r"([0-9]+)", path))]

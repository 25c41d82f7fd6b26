"""Checksums: what a file of the catalogue must be, to the bit.

Written in the catalogue as `KIND:HEX`. `sha256` is the rule. `git-blob` is the id under which git stores a file
(`sha1("blob <size>\\0" + content)`), for files that are published in a git repository without any other sum. `md5` is
there for the one old file whose publisher gives nothing else. Both have known collisions, but making another file that
has the sum of a *given* one is beyond anybody's reach for either.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_DIGITS: Final = {"sha256": 64, "git-blob": 40, "md5": 32}

# What this process has already hashed: (path, kind) -> ((size, mtime, ctime, inode), hex). Hashing costs about a
# millisecond per MB (19 MB: 20 ms), too much for each call of a program that asks often. And while size, times and
# inode stay as they were, another reading says nothing new: the time of the last change (ctime) can't be set back.
_hashed: dict[tuple[str, str], tuple[tuple[int, int, int, int], str]] = {}


@dataclass(frozen=True)
class Checksum:
    """A published checksum.

    Attributes:
        kind: "sha256", "git-blob" or "md5".
        hex: its lower-case digits.

    """

    kind: str
    hex: str

    @classmethod
    def parse(cls, text: str) -> "Checksum":
        """A checksum as the catalogue writes it.

        >>> Checksum.parse("md5:d41d8cd98f00b204e9800998ecf8427e").kind
        'md5'

        Args:
            text: `KIND:HEX`.

        Raises:
            ValueError: it is anything else.
        """
        kind, _, digits = text.partition(":")
        if kind not in _DIGITS or not re.fullmatch(rf"[0-9a-f]{{{_DIGITS.get(kind, 0)}}}", digits):
            raise ValueError(
                f"{text!r} is not a checksum: {', '.join(f'{k}:{n} hex digits' for k, n in _DIGITS.items())}"
            )
        return cls(kind, digits)

    def __str__(self) -> str:
        return f"{self.kind} {self.hex}"

    def of(self, path: Path, *, fresh: bool = False) -> str:
        """The sum, of this kind, that a file has.

        Args:
            path: the file. It is read once per process, until its size, times or inode change.
            fresh: read it again in any case.

        Returns:
            Its hex digits.

        Raises:
            OSError: it can't be read.

        """
        status = path.stat()
        state = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        key = (str(path), self.kind)
        if not fresh and key in _hashed and _hashed[key][0] == state:
            return _hashed[key][1]
        found = _digest(path, self.kind, status.st_size)
        _hashed[key] = (state, found)
        return found


def _digest(path: Path, kind: str, size: int) -> str:
    # usedforsecurity: md5 and sha1 are refused by FIPS builds of Python otherwise.
    digest = hashlib.new("sha1" if kind == "git-blob" else kind, usedforsecurity=kind == "sha256")
    if kind == "git-blob":
        digest.update(b"blob %d\0" % size)
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()

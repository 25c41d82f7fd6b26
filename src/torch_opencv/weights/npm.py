"""Files out of an npm package, by the user's own `npm` client: its registry, its proxy, its credentials.

`npm pack` fetches the package's archive into a temporary folder and runs none of its scripts. Of the archive, only the
named files are taken; an archive that holds a link, a device or a name that leads out of the folder is refused as a
whole (no honest package has one: npm strips links when it packs).
"""

import gzip
import re
import shutil
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from torch_opencv.weights.catalogue import File, Npm
from torch_opencv.weights.errors import MirrorFailedError

_PATIENCE_S = 900
# Packages with weights unpack to tens of megabytes (face-api: 24). More than this is an attack or a mistake.
_LARGEST_ARCHIVE = 512 << 20


def unpack(mirror: Npm, files: Sequence[File], folder: Path) -> None:
    """Take files out of an npm package. They are *not* verified here.

    Args:
        mirror: the package, and the folder in it.
        files: which.
        folder: where to write them, under their own names.

    Raises:
        MirrorFailedError: there is no npm, it fails, or the archive is not as it should be.
        OSError: the folder can't take the files.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise MirrorFailedError("there is no `npm` on the PATH (Node.js brings it)")
    with tempfile.TemporaryDirectory(prefix="torch-opencv-npm-") as temporary:
        archive = _pack(npm, mirror.package, Path(temporary))
        try:
            with gzip.open(archive) as stream:
                _take(_Bounded(stream), mirror.folder, files, folder)
        except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise MirrorFailedError(f"its archive is damaged ({error})") from None


def _pack(npm: str, package: str, folder: Path) -> Path:
    # The folder is the working directory rather than --pack-destination, which npm before version 7.20 doesn't know.
    command = [npm, "pack", package, "--ignore-scripts", "--silent"]
    try:
        result = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE_S,
        )
    except subprocess.TimeoutExpired:
        raise MirrorFailedError(f"`npm pack` did not finish within {_PATIENCE_S} s") from None
    except OSError as error:
        raise MirrorFailedError(f"`npm` can't be run: {error.strerror}") from None
    archives = list(folder.glob("*.tgz"))
    if result.returncode != 0 or len(archives) != 1:
        raise MirrorFailedError(f"`npm pack {package}` failed: {_complaint(result)}")
    return archives[0]


def _complaint(result: "subprocess.CompletedProcess[str]") -> str:
    """npm's own reason in one line, without what may be secret in it: users, passwords and queries of addresses."""
    text = result.stderr.strip() or result.stdout.strip()
    lines = [re.sub(r"^npm (error|ERR!)\s*", "", line).strip() for line in text.splitlines()]
    reason = next((line for line in lines if line and not line.startswith(("code ", "errno ", "syscall "))), "")
    reason = re.sub(r"://[^/\s@]+@", "://", re.sub(r"\?\S*", "", reason))
    return reason[:200] or f"exit status {result.returncode}"


class _Bounded:
    """A stream that ends in an error after `_LARGEST_ARCHIVE` bytes: a small archive can unpack to terabytes."""

    def __init__(self, stream: gzip.GzipFile) -> None:
        self._stream = stream
        self._left = _LARGEST_ARCHIVE

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise MirrorFailedError(f"its archive unpacks to more than {_LARGEST_ARCHIVE:,} bytes, refused")
        return data


def _take(stream: _Bounded, inside: str, files: Sequence[File], folder: Path) -> None:
    wanted = {str(PurePosixPath(inside, file.name)): file for file in files}
    with tarfile.open(fileobj=stream, mode="r|") as archive:  # type: ignore[call-overload]
        for member in archive:
            parts = PurePosixPath(member.name.replace("\\", "/")).parts
            if ".." in parts or member.name.startswith(("/", "\\")) or ":" in member.name:
                raise MirrorFailedError(
                    f"its archive holds {member.name[:100]!r}, which leads out of the folder: refused"
                )
            if not (member.isreg() or member.isdir()):
                raise MirrorFailedError(
                    f"its archive holds {member.name[:100]!r}, which is a link or a device: refused"
                )
            file = wanted.get(member.name)
            if file is None:
                continue
            if member.size != file.size:
                raise MirrorFailedError(f"its {file.name} has {member.size:,} bytes instead of {file.size:,}")
            content = archive.extractfile(member)
            assert content is not None  # it is a regular file
            with (folder / file.name).open("wb") as target:
                shutil.copyfileobj(content, target)
            del wanted[member.name]
    if wanted:
        raise MirrorFailedError(f"its archive has no {', '.join(sorted(wanted))}")

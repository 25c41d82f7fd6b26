"""Weights of which nobody has published a checksum: fetched once, and opened only if the user accepts what came.

The archive is downloaded (bounded, resumed), and its SHA-256 computed. Whoever calls decides about that, by asking the
user. Then the one .t7 file in it is unpacked, and its own checksum is kept beside it: from then on it is verified as
other weights are. Before that nothing in it is looked at.
"""

from __future__ import annotations

import json
import shutil
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from torch_opencv._system.files import atomic_write
from torch_opencv._system.paths import home, offline
from torch_opencv._system.progress import progress_bar
from torch_opencv.weights.catalogue import Entry, File
from torch_opencv.weights.checksum import Checksum
from torch_opencv.weights.download import announced_size, bring
from torch_opencv.weights.errors import MirrorFailedError, WeightsError

_LARGEST = 4_000_000_000  # bytes, of the archive and of what is in it
_ACCEPTED = "accepted.json"
_BLOCK = 1 << 20

Accepts = Callable[[str, int], bool]


def accepted(entry: Entry) -> File | None:
    """The file that the user has accepted, or None.

    Args:
        entry: one without files of its own.
    """
    with suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads((_folder(entry) / _ACCEPTED).read_text())
        if kept["name"] == _name(entry):
            return File(kept["name"], int(kept["size"]), Checksum.parse(kept["checksum"]))
    return None


def fetch(entry: Entry, accepts: Accepts, *, shown: bool) -> Path:
    """Download weights without a published checksum, and keep them if they are accepted.

    Args:
        entry: one without files of its own.
        accepts: is told the archive's SHA-256, in hex digits, and its size in bytes, and says whether to open it. What
            it says no to stays where it is for one more time, so that it needn't be downloaded again, and can be
            accepted without the network.
        shown: whether progress may be shown.

    Returns:
        The unpacked file's path.

    Raises:
        WeightsError: it can't be downloaded, isn't accepted, or holds something else.
        OSError: the disk doesn't take it.
    """
    assert entry.by_hand
    folder = _folder(entry)
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / f".{entry.name}.unverified"
    before = archive.exists()
    if not before:
        _download(entry.by_hand, archive, entry.name, shown=shown)
    found = Checksum("sha256", "").of(archive, fresh=True)
    if not accepts(found, archive.stat().st_size):
        # Twice the same: it may have been damaged on the way, so that it must come anew, if it can.
        if before and not offline():
            archive.unlink()
        raise WeightsError(
            f"{entry.name} isn't opened: what was downloaded has the sha256 {found}, and nobody has published the "
            f"right one; if you trust it, give `torch-opencv models fetch {entry.name} --accept-sha256 {found}`"
        )
    return _keep(entry, archive)


def _download(url: str, archive: Path, name: str, *, shown: bool) -> None:
    """Bring the archive, which is there only once it is whole."""
    if offline():
        raise WeightsError(f"{name} is not on this machine, and TORCH_OPENCV_OFFLINE is set")
    part = archive.with_name(f"{archive.name}.part")
    try:
        size = announced_size(url, _LARGEST)
        with progress_bar(url.rpartition("/")[2], size, unit="B", shown=shown) as arrived:
            bring(url, part, size, arrived=arrived)
    except MirrorFailedError as error:
        raise WeightsError(f"{name} can't be fetched: {url} {error}") from None
    part.replace(archive)


def _keep(entry: Entry, archive: Path) -> Path:
    """Unpack an accepted archive, and note the checksum of what was in it."""
    target = _folder(entry) / _name(entry)
    with atomic_write(target) as part:
        try:
            _unpack(archive, part)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
            archive.unlink()
            raise WeightsError(
                f"{entry.name}: what was downloaded can't be unpacked, and was thrown away: {error}"
            ) from None
        kept = {
            "name": target.name,
            "size": part.stat().st_size,
            "checksum": f"sha256:{Checksum('sha256', '').of(part)}",
        }
    with atomic_write(target.with_name(_ACCEPTED)) as part:
        part.write_text(json.dumps(kept))
    archive.unlink()
    return target


def _unpack(archive: Path, target: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        members = [one for one in packed.infolist() if one.filename.endswith(".t7") and "__MACOSX" not in one.filename]
        if len(members) != 1:
            raise ValueError(f"it holds {len(members)} .t7 files instead of one")
        if members[0].file_size > _LARGEST:
            raise ValueError(f"its .t7 file has more than {_LARGEST:,} bytes")
        left = members[0].file_size  # which zipfile doesn't hold the data to
        if shutil.disk_usage(target.parent).free < left:
            raise OSError(28, "No space left on device", str(target))
        with packed.open(members[0]) as source, target.open("wb") as out:
            while block := source.read(min(_BLOCK, left + 1)):
                left -= len(block)
                if left < 0:
                    raise ValueError("its .t7 file is longer than it says")
                out.write(block)


def _folder(entry: Entry) -> Path:
    return home() / "weights" / entry.name


def _name(entry: Entry) -> str:
    return f"{entry.name}.t7"

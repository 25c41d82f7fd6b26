"""What the user names as cameras: addresses, numbers, and lists of them, and what each is called where it is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from torch_opencv._names.sources import is_address
from torch_opencv.live.errors import SourceError
from torch_opencv.live.sources.addresses import check_address, without_secrets
from torch_opencv.ray.files import is_storage

_LONGEST_LIST = 1 << 24  # bytes
_NUMBER = re.compile("[0-9]{1,4}")
_LONGEST_STEM = 60  # characters of a name that its file has, too


@dataclass(frozen=True)
class CameraName:
    """A camera, before it is opened."""

    number: int
    """0, 1, ... in the order in which they were named."""
    spec: str = field(repr=False)
    """As the user wrote it: it may hold a password, so it is shown nowhere."""
    shown: str
    """What it is called on the wall and in its results; never with a password."""

    @property
    def stem(self) -> str:
        """What its file of results is called, without the ending.

        >>> CameraName(6, "", "rtsp://***@10.0.0.7:554/live").stem
        '0006-10.0.0.7-554-live'
        """
        name = re.sub("[^0-9A-Za-z.]+", "-", self.shown.partition("://")[2] or self.shown).strip("-.")
        return f"{self.number:04d}-{name[:_LONGEST_STEM]}".rstrip("-.")


def are_cameras(sources: Sequence[str]) -> bool:
    """Whether live sources are meant, and no archive: an address, a camera, or a list that begins with one.

    >>> are_cameras(["rtsp://10.0.0.7/live"]), are_cameras(["0", "1"]), are_cameras(["archive/*.mp4"])
    (True, True, False)

    Args:
        sources: as the user wrote them.
    """
    return any(_is_camera(source) or (_is_list(source) and _names_cameras(Path(source))) for source in sources)


def named(sources: Sequence[str]) -> list[CameraName]:
    """The cameras that are meant.

    >>> [camera.shown for camera in named(["rtsp://admin:1234@10.0.0.7/live", "0"])]
    ['rtsp://***@10.0.0.7/live', 'camera 0']

    Args:
        sources: addresses of streams, camera numbers or devices, and lists (.txt) of them, one a line; empty lines and
            those that begin with ``#`` are left out.

    Raises:
        SourceError: one is none of these, or a list can't be read; no message repeats an address.
    """
    cameras: list[CameraName] = []
    for spec, where in _specs(sources):
        if not (_is_camera(spec) or is_address(spec)):
            raise SourceError(
                f"{where}is no camera: with --ray, cameras are rtsp:// or http(s):// addresses or camera numbers, and "
                "can't be mixed with files"
            )
        if is_address(spec):
            try:
                check_address(spec)
            except SourceError as error:
                raise SourceError(f"{where}{'' if not where else 'is wrong: '}{error}") from None
            shown = without_secrets(spec)
        else:
            shown = f"camera {spec}" if _NUMBER.fullmatch(spec) else spec
        cameras.append(CameraName(len(cameras), spec, shown))
    if not cameras:
        raise SourceError("no camera is named: give addresses, or a list (.txt) of them, one a line")
    return cameras


def _specs(sources: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each camera's spec, and how to speak of it in a message without repeating it."""
    for number, source in enumerate(sources, 1):
        if not _is_list(source):
            yield source, f"SOURCE {number} "
            continue
        for at, line in enumerate(_lines(Path(source)), 1):
            if line and not line.startswith("#"):
                yield line, f"line {at} of {source} "


def _lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST_LIST + 1)
        if len(content) > _LONGEST_LIST:
            raise SourceError(f"{path} is no list of cameras: it is larger than {_LONGEST_LIST >> 20} MiB")
        return [line.strip() for line in content.decode("utf-8-sig").splitlines()]
    except OSError as error:
        raise SourceError(f"{path} can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SourceError(f"{path} is no list of cameras: it isn't text in UTF-8") from None


def _is_camera(spec: str) -> bool:
    """Also what has the form of an address that nobody knows: it is told so without being repeated."""
    address = is_address(spec) and not is_storage(spec)
    return address or bool(_NUMBER.fullmatch(spec)) or spec.startswith("/dev/")


def _is_list(spec: str) -> bool:
    return spec.lower().endswith(".txt") and not is_address(spec)


def _names_cameras(path: Path) -> bool:
    first = next((line for line in _lines(path) if line and not line.startswith("#")), "")
    return _is_camera(first)

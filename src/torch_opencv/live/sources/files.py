"""Several files as one source: those of a folder, a glob, a list or a numbered sequence."""

from __future__ import annotations

import glob
import logging
import re
from collections.abc import Sequence
from pathlib import Path

from torch_opencv._names.images import is_image
from torch_opencv._names.sources import shown_name
from torch_opencv.live.errors import SourceError
from torch_opencv.live.sources.addresses import SCHEMES
from torch_opencv.live.sources.base import Source
from torch_opencv.live.sources.images import Images
from torch_opencv.live.sources.videos import VIDEO_SUFFIXES, Videos

_log = logging.getLogger(__name__)

_NUMBER = re.compile(r"%0?([0-9]*)d")
_SEQUENCE_FPS = 25.0  # as FFmpeg and OpenCV take it
_LONGEST_LIST = 1 << 24  # bytes


def open_folder(folder: Path, name: str) -> Source:
    """The images that lie directly in a folder, or if there are none the videos; hidden files aside.

    Args:
        folder: the folder.
        name: what messages call it.

    Raises:
        SourceError: it can't be read, or none of its files can.
    """
    try:
        files = [path for path in folder.iterdir() if not path.name.startswith(".")]
    except OSError as error:
        raise SourceError(f"the folder {name} can't be read: {error.strerror}") from None
    images = [path for path in files if is_image(path)]
    videos = [path for path in files if path.suffix.lower() in VIDEO_SUFFIXES]
    if images:
        source = Images(sorted(images, key=_natural), name=name, with_paths=True)
        if videos:
            _log.info("%s: taking its %d images, and leaving out its %d videos", name, len(images), len(videos))
        return source
    if videos:
        return Videos(sorted(videos, key=_natural), name=name)
    raise SourceError(
        f"no images or videos in the folder {name}: files whose names end in .jpg, .png, .mp4 and the like are taken"
    )


def open_glob(pattern: str) -> Source:
    """Every file that a pattern matches: images, or videos.

    Args:
        pattern: such as ``photos/**/*.jpg``.

    Raises:
        SourceError: there is none, they are of both kinds, or none can be read.
    """
    files = [path for path in map(Path, glob.glob(pattern, recursive=True)) if path.is_file()]  # noqa: PTH207
    if not files:
        raise SourceError(f"no file matches {pattern}")
    return _of_one_kind(sorted(files, key=_natural), pattern)


def open_list(path: Path, name: str) -> Source:
    """The files that a text file names, one a line, in that order; relative to the list's own folder.

    Empty lines, and lines that begin with ``#``, are left out.

    Args:
        path: the list.
        name: what messages call it.

    Raises:
        SourceError: it is no such list, a file isn't there, they are of both kinds, or none can be read.
    """
    try:
        with path.open("rb") as file:
            lines = file.read(_LONGEST_LIST + 1).decode().splitlines()
    except UnicodeDecodeError:
        raise SourceError(f"{name} is no list of files: it isn't text in UTF-8") from None
    if path.stat().st_size > _LONGEST_LIST:
        raise SourceError(f"{name} is no list of files: it is larger than {_LONGEST_LIST >> 20} MiB")
    entries = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not entries:
        raise SourceError(f"{name} names no file: write one a line")
    if address := next((entry for entry in entries if "://" in entry), ""):
        scheme = address.partition("://")[0]
        what = f"a stream ({scheme}://...)" if scheme in SCHEMES else "an address"
        raise SourceError(f"{name} names {what}, but a list is of files: give streams as SOURCEs")
    files = [path.parent / entry for entry in entries]
    if missing := next((file for file in files if not file.is_file()), None):
        what = shown_name(entries[files.index(missing)], str(missing))
        raise SourceError(f"{name} names {what}, and there is no such file")
    return _of_one_kind(files, name)


def open_sequence(spec: str) -> Source:
    """The frames of a video as numbered images, from the lowest number that there is.

    Args:
        spec: a path with a field for the number, such as ``f%03d.png``.

    Raises:
        SourceError: there is no such file, or none can be read.
    """
    path = Path(spec)
    match = _NUMBER.search(path.name)
    assert match
    before, after = path.name[: match.start()], path.name[match.end() :]
    digits = int(match[1] or 1)
    numbered = re.compile(re.escape(before) + "([0-9]{%d,})" % digits + re.escape(after))  # noqa: UP031 (braces)
    try:
        found = [(int(one[1]), file) for file in path.parent.iterdir() if (one := numbered.fullmatch(file.name))]
    except OSError as error:
        raise SourceError(f"{spec}: the folder {path.parent} can't be read: {error.strerror}") from None
    if not found:
        raise SourceError(f"no file is named as {spec}, with a number in the place of %{match[1]}d")
    return Images([file for _, file in sorted(found)], name=spec, with_paths=True, fps=_SEQUENCE_FPS)


def _of_one_kind(files: Sequence[Path], name: str) -> Source:
    videos = [file for file in files if file.suffix.lower() in VIDEO_SUFFIXES]
    if len(videos) == len(files):
        return Videos(files, name=name)
    if videos:
        raise SourceError(f"{name} has images and videos: give them as two SOURCEs")
    return Images(files, name=name, with_paths=True)


def _natural(path: Path) -> list[str | int]:
    """A sort key that puts img2 before img10."""
    parts = re.split(r"([0-9]+)", str(path))
    return [int(part) if i % 2 else part.casefold() for i, part in enumerate(parts)]

"""Where frames come from: cameras, videos, images, folders, globs and lists of them, streams, and the bundled sample.

`open_source` turns what a user writes into a `Source`. A new kind of source is a subclass of `Source` and a line there.
"""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path

import torch_opencv as cv
from torch_opencv._names.images import IMAGE_SUFFIXES
from torch_opencv._names.sources import KINDS, SAMPLE, is_address, is_sequence, why_missing
from torch_opencv.live.errors import SourceError
from torch_opencv.live.sources.base import Frame, Source
from torch_opencv.live.sources.captures import Camera, Video, first_camera
from torch_opencv.live.sources.files import open_folder, open_glob, open_list, open_sequence
from torch_opencv.live.sources.images import Images
from torch_opencv.live.sources.piped import PipedVideo
from torch_opencv.live.sources.streams import Stream

__all__ = ["SAMPLE", "Frame", "Source", "open_source"]

_MOVING_SUFFIXES = (".gif", ".mjpg", ".mjpeg")  # begin like an image, but may hold many
_log = logging.getLogger(__name__)


def open_source(spec: str | int | Path | None = None) -> Source:
    """Open what the user named, and read its first frame to be sure that there is one.

    Args:
        spec: a camera number (``0``) or device path (``/dev/video0``), a video, an image, a folder of images or of
            videos, a glob of either (``"photos/*.jpg"``), a text file that names some (``"files.txt"``), the numbered
            frames of a video (``"f%03d.png"``), a stream (``"rtsp://..."``, ``"http://..."``), ``"-"``, a video on
            standard input, or ``"sample"``, the bundled video. A file whose name is one of these words is meant by
            ``./sample``, or a ``pathlib.Path``. None: the first camera if there is one, else the sample; the log says
            which.

    Raises:
        SourceError: it doesn't exist or can't be read; one line that says what is wrong and what to do.

    """
    if spec is None:
        return _default_source()
    if isinstance(spec, Path):
        return Camera(str(spec)) if spec.is_char_device() else _open_path(str(spec))
    spec = str(spec)
    if re.fullmatch("[0-9]{1,4}", spec):
        return Camera(int(spec))
    if spec.startswith("/dev/"):
        return Camera(spec)
    if spec == "sample":
        return Video(SAMPLE, name="sample")
    if spec == "-":
        return PipedVideo()
    if spec == "browser":
        raise SourceError("the camera of whoever opens the page needs the page: --view browser")
    if is_address(spec):
        return Stream(spec)
    if missing := why_missing(spec):
        raise SourceError(missing)
    return _open_path(spec)


def _default_source() -> Source:
    camera = first_camera()
    if camera is None:
        _log.info("no camera found, so this is the sample video; give a SOURCE for your own")
        return open_source("sample")
    _log.info("no SOURCE given, so this is %s", camera.name)
    return camera


def _open_path(spec: str) -> Source:
    path = Path(spec)
    if not spec or not os.path.exists(spec):  # noqa: PTH110 (Path.exists raises for a name that is too long)
        if set(spec) & set("*?["):
            return open_glob(spec)
        if is_sequence(spec):
            return open_sequence(spec)
        raise SourceError(why_missing(spec))
    if path.is_dir():
        return open_folder(path, spec)
    if not path.is_file():
        raise SourceError(f"{spec} is neither a file nor a folder; {KINDS}")
    if path.stat().st_size == 0:
        raise SourceError(f"{spec} is empty (0 bytes)")
    try:
        path.open("rb").close()
    except OSError as error:
        raise SourceError(f"{spec} can't be read: {error.strerror}") from None
    suffix = path.suffix.lower()
    if suffix == ".txt":
        return open_list(path, spec)
    if suffix not in _MOVING_SUFFIXES and (suffix in IMAGE_SUFFIXES or cv.haveImageReader(spec)):
        return Images([path], name=spec, with_paths=False)
    return Video(path, name=spec)

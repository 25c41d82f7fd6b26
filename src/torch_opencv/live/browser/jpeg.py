"""JPEG on the way out and in: frames for the page, and what may be decoded of what a visitor sends."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import torch_opencv as cv
from torch_opencv.live.views import AnnotatedFrame

_LONGEST_SIDE = 1920  # pixels; more than a page shows would only cost time
_QUALITY = 85
_SEQUENTIAL = (0xC0, 0xC1)  # the frame headers of baseline and extended sequential JPEG
_TABLES = (0xC4, 0xDB, 0xDD)  # Huffman codes, quantization, restart interval
_MOST_SEGMENTS = 64  # with the fill bytes between them; a canvas makes some ten
_MOST_OTHER_DATA = 1 << 17  # bytes of applications' data and comments: a colour profile, say
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # what ends a scan; in it are stuffed and restart markers only


@dataclass(frozen=True, slots=True)
class Packet:
    """A frame as it goes to every viewer: a JSON message, then the JPEG.

    Attributes:
        number: the frame's, from 1 on.
        message: JSON.
        jpeg: the file.
        frame: what it was made of.
    """

    number: int
    message: str
    jpeg: bytes
    frame: AnnotatedFrame


def encode(number: int, frame: AnnotatedFrame) -> Packet:
    """Make a frame ready to be sent, scaled down if it's larger than full HD.

    Args:
        number: from 1 on, the newest the highest.
        frame: what to show.
    """
    image = frame.image
    scale = _LONGEST_SIDE / max(image.shape[:2])
    scale = min(1.0, scale)
    if scale < 1:
        size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
        image = cv.resize(image, size, interpolation=cv.INTER_AREA)
    jpeg = cv.imencode(".jpg", image, [cv.IMWRITE_JPEG_QUALITY, _QUALITY])[1]
    stats = asdict(frame.stats)
    stats["recording_path"] = frame.stats.recording_path and frame.stats.recording_path.name
    stats["files"] = [path.name for path in frame.stats.files]
    message = {
        "type": "frame",
        "number": number,
        "source": frame.frame.source,
        "size": [frame.frame.image.shape[1], frame.frame.image.shape[0]],
        "drawn": frame.image is not frame.frame.image,
        "fields": frame.fields,
        "stats": stats,
        "pictures": [{**asdict(one), "box": [round(scale * value) for value in one.box]} for one in frame.pictures],
    }
    return Packet(number, _strict_json(message), jpeg.numpy().tobytes(), frame)


def jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height of a JPEG as a browser's canvas makes it, read from its markers; nothing is decoded.

    Others are refused, as a small file of many scans can keep a decoder busy for minutes: each goes over the whole
    image again. There may be one scan of each component, and few other segments, so that the size bounds the work:
    the worst that is accepted takes a twentieth of a second, at 2560 x 1440 pixels, so no process of its own is needed
    to decode it.

    Args:
        data: the file (ISO/IEC 10918-1, annex B).

    Raises:
        ValueError: it isn't such a JPEG, or isn't whole; the message says so.

    """
    if data[:2] != b"\xff\xd8" or data[-2:] != b"\xff\xd9":
        raise ValueError("truncated JPEG")
    size: tuple[int, int] | None = None
    components: set[int] = set()  # those that no scan has had yet
    at = 2
    other_data = 0
    for _ in range(_MOST_SEGMENTS):
        if data[at : at + 1] != b"\xff" or at + 2 > len(data):
            break
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker == 0xD9 and size and not components and at == len(data) - 2:
            return size
        segment = data[at + 4 : at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")]
        at += 4 + len(segment)
        if marker in _SEQUENTIAL and size is None:
            size, components = _frame(segment)
        elif marker == 0xDA and size and (scanned := _scan(segment)) and scanned <= components:
            components -= scanned
            end = _MARKER.search(data, at)
            at = end.start() if end else len(data)
        elif 0xE0 <= marker <= 0xEF or marker == 0xFE:
            other_data += len(segment)
            if other_data > _MOST_OTHER_DATA:
                break
        elif marker not in _TABLES:
            break
    raise ValueError("that is no JPEG of the plain kind, baseline with 8 bits")


def _frame(segment: bytes) -> tuple[tuple[int, int], set[int]]:
    """Width and height, and the components' names, of a frame header: of grey or of a colour image with 8 bits."""
    if len(segment) < 6:
        raise ValueError("truncated JPEG")
    height, width = int.from_bytes(segment[1:3], "big"), int.from_bytes(segment[3:5], "big")
    components = set(segment[6::3])
    if segment[:1] != b"\x08" or not width or not height or len(segment) != 6 + 3 * segment[5]:
        raise ValueError("that is no JPEG of the plain kind, baseline with 8 bits")
    if len(components) not in (1, 3) or len(components) != segment[5]:
        raise ValueError("that is neither a grey nor a colour JPEG")
    return (width, height), components


def _scan(segment: bytes) -> set[int]:
    """The components' names in a scan's header; none if it makes no sense."""
    if not segment or len(segment) != 4 + 2 * segment[0]:
        return set()
    names = segment[1:-3:2]
    return set(names) if len(set(names)) == len(names) else set()


def _strict_json(message: Mapping[str, object]) -> str:
    """JSON that JavaScript reads: NaN and infinity, which Python writes all the same, become null."""
    text = json.dumps(message, default=str, skipkeys=True)
    if "NaN" in text or "Infinity" in text:
        text = json.dumps(json.loads(text, parse_constant=lambda _: None))
    return text

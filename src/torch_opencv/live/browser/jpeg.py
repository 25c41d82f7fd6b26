"""JPEG on the way out and in: frames for the page, and what may be decoded of what a visitor sends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import torch_opencv as cv
from torch_opencv.live.views import AnnotatedFrame

_LONGEST_SIDE = 1920  # pixels; more than a page shows would only cost time
_QUALITY = 85
_SEQUENTIAL = (0xC0, 0xC1)  # the frame headers of baseline and extended sequential JPEG


@dataclass(frozen=True, slots=True)
class Packet:
    """A frame as it goes to every viewer: a JSON message, then the JPEG."""

    number: int
    message: str
    jpeg: bytes
    frame: AnnotatedFrame


def encode(number: int, frame: AnnotatedFrame) -> Packet:
    """Make a frame ready to be sent, scaled down if it's larger than full HD."""
    image = frame.image
    scale = _LONGEST_SIDE / max(image.shape[:2])
    if scale < 1:
        size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
        image = cv.resize(image, size, interpolation=cv.INTER_AREA)
    jpeg = cv.imencode(".jpg", image, [cv.IMWRITE_JPEG_QUALITY, _QUALITY])[1]
    message = {
        "type": "frame",
        "number": number,
        "source": frame.frame.source,
        "fields": frame.fields,
        "stats": asdict(frame.stats),
    }
    return Packet(number, _strict_json(message), jpeg.numpy().tobytes(), frame)


def jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height of a JPEG as a browser's canvas makes it, read from its header; nothing is decoded.

    Other kinds (progressive, say) are refused: a small file of those can keep a decoder busy for minutes.

    Raises:
        ValueError: it isn't such a JPEG, or isn't whole; the message says so.

    """
    if data[:2] != b"\xff\xd8" or data[-2:] != b"\xff\xd9":
        raise ValueError("that is no whole JPEG")
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
        elif marker in _SEQUENTIAL:
            height, width = int.from_bytes(data[at + 5 : at + 7], "big"), int.from_bytes(data[at + 7 : at + 9], "big")
            if data[at + 4] != 8 or not width or not height:
                break
            return width, height
        elif 0xE0 <= marker <= 0xEF or marker in (0xC4, 0xDB, 0xDD, 0xFE):  # tables, comments, applications' data
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        else:
            break
    raise ValueError("that is no JPEG of the plain kind, baseline with 8 bits")


def _strict_json(message: Mapping[str, object]) -> str:
    """JSON that JavaScript reads: NaN and infinity, which Python writes all the same, become null."""
    text = json.dumps(message, default=str, skipkeys=True)
    if "NaN" in text or "Infinity" in text:
        text = json.dumps(json.loads(text, parse_constant=lambda _: None))
    return text

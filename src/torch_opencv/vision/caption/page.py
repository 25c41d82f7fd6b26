"""A page of pictures with their captions, in one file: searchable, for phones and desktops, without any network.

The pictures are in it, as small JPEGs. Whatever it says, names of files above all, is escaped; and its security policy
allows nothing but these pictures and its own style and script.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final

import torch

import torch_opencv as cv

THUMBNAIL: Final = 256
"""The longer side of a picture, in pixels."""
_QUALITY: Final = 78  # of JPEG: some 10 kB a picture
_FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True)
class Picture:
    """A picture on the page.

    Attributes:
        jpeg: the picture's file, as `thumbnail` makes it.
        size: its width and height in pixels.
        caption: what is said about it.
        name: the file that it is of, and the like.
        alternatives: what else is said.
    """

    jpeg: bytes
    size: tuple[int, int]
    caption: str
    name: str
    alternatives: tuple[str, ...] = ()


def thumbnail(image: torch.Tensor) -> tuple[bytes, tuple[int, int]]:
    """A small JPEG of an image, and its width and height.

    Args:
        image: torch.uint8 (H, W, 3), BGR.
    """
    height, width = image.shape[:2]
    scale = min(1.0, THUMBNAIL / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv.resize(image.cpu().contiguous(), size, interpolation=cv.INTER_AREA)
    _, data = cv.imencode(".jpg", small, [cv.IMWRITE_JPEG_QUALITY, _QUALITY])
    return data.numpy().tobytes(), size


def page(pictures: Sequence[Picture], title: str) -> str:
    """The page, as the text of an HTML file.

    Args:
        pictures: in their order.
        title: of the page.
    """
    style, script = ((_FOLDER / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    policy = f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'"
    template = Template((_FOLDER / "page.html").read_text(encoding="utf-8"))
    return template.substitute(
        policy=policy,
        title=_escaped(title),
        style=style,
        script=script,
        count=f"{len(pictures)} {'picture' if len(pictures) == 1 else 'pictures'}",
        pictures="".join(map(_figure, pictures)),
    )


def _figure(picture: Picture) -> str:
    data = base64.b64encode(picture.jpeg).decode("ascii")
    width, height = picture.size
    others = "".join(f"<li>{_escaped(text)}</li>" for text in picture.alternatives)
    return (
        f'<figure><img loading="lazy" decoding="async" width="{width}" height="{height}"'
        f' alt="{_escaped(picture.caption)}" src="data:image/jpeg;base64,{data}">'
        f"<figcaption><p>{_escaped(picture.caption)}</p>"
        f"{f'<ul>{others}</ul>' if others else ''}<small>{_escaped(picture.name)}</small></figcaption></figure>\n"
    )


def _escaped(text: str) -> str:
    """Text for HTML; what is no text in a file's name becomes a mark."""
    return html.escape(text.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def _hash(content: str) -> str:
    """A part of the page as the policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode('ascii')}'"

"""What a program shows beside the frames: a gallery of faces, the latest captions, a field to type in.

A window shows it as a second window, the page as an ``<aside>``, where fields and buttons come back as events, and
files come and go.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch


@dataclass(frozen=True, eq=False, slots=True)
class Button:
    """A button on the page; pressed, it comes back as `events.Press`."""

    name: str
    label: str


@dataclass(frozen=True, eq=False, slots=True)
class TextField:
    """A field on the page; what is entered comes back as `events.Text`."""

    name: str
    label: str


@dataclass(frozen=True, eq=False, slots=True)
class FileField:
    """A field on the page that takes a file; what is in it comes back as `events.File`."""

    name: str
    label: str
    largest: int = 32 << 20
    """Bytes; larger files are refused on the page. It is in memory as a whole."""


@dataclass(frozen=True, eq=False, slots=True)
class Download:
    """A file that the page offers."""

    name: str
    """Under which it is saved, such as "people.gallery"."""
    label: str
    content: Callable[[], bytes]
    """Makes what is in it, whenever it is asked for: in another thread, so it must read what doesn't change."""


@dataclass(frozen=True, eq=False, slots=True)
class Row:
    """A line of the panel: a text and small images."""

    text: str = ""
    images: tuple[torch.Tensor, ...] = ()
    """torch.uint8, (H, W, 3), BGR, of any sizes: shown as thumbnails of one height."""
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Panel:
    """What is shown beside the frames. An app gives the same object as long as nothing in it has changed."""

    title: str
    rows: tuple[Row, ...] = ()
    fields: tuple[TextField | FileField, ...] = ()
    buttons: tuple[Button, ...] = ()
    downloads: tuple[Download, ...] = ()

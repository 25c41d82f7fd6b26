"""What a program shows beside the frames: a gallery of faces, the latest captions, a field to type in.

A window shows it as a second window, the page as an ``<aside>``, where fields and buttons come back as events.
"""

from __future__ import annotations

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
    fields: tuple[TextField, ...] = ()
    buttons: tuple[Button, ...] = ()

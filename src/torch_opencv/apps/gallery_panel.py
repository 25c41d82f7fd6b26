"""The gallery as a panel: one row a person, with ten thumbnails, and what is still missing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

import torch
from torch import Tensor

import torch_opencv as cv
from torch_opencv.live.panel import Button, Download, FileField, Panel, Row, TextField
from torch_opencv.vision.faces.gallery import Gallery, Person, Sample
from torch_opencv.vision.faces.gallery_file import to_bytes

_SHOWN: Final = 10  # the newest faces of a person
_SIZE, _GAP = 30, 3  # pixels: ten are as wide as a window's panel
_BACKGROUND, _EMPTY, _MISSING = (29, 27, 27), (60, 58, 58), (80, 200, 255)  # BGR
_ENOUGH: Final = 2
_LARGEST_UPLOAD: Final = 128 << 20  # bytes; some 3000 faces


def make(gallery: Gallery, chosen: str, *, filename: str, labelling: bool, asking: bool) -> Panel:
    """The panel.

    Args:
        gallery: Whose people and faces are shown.
        chosen: The name of the person whose faces are being added, or edited.
        filename: What the gallery is called when it is downloaded.
        labelling: Whether the recognition can be started, else the labelling.
        asking: Whether the user is asked whose a face is.

    """
    rows = [_row(person, number, chosen) for number, person in enumerate(gallery.people)]
    if gallery.nobody:
        delete = Button("forget", "Delete these")
        rows.append(Row(f"nobody of these: {len(gallery.nobody)}", (strip(gallery.nobody, missing=0),), (delete,)))
    fields = (
        TextField("add", "Add or choose a person"),
        TextField("rename", f"Rename {chosen}"),
        FileField("upload", "Add people from a file", _LARGEST_UPLOAD),
    )
    buttons = [Button("start", "Recognise") if labelling else Button("label", "Label faces")]
    if asking:
        buttons.append(Button("nobody", "It is nobody of these"))
    download = Download(filename, "Download the gallery", partial(to_bytes, gallery))
    return Panel("Gallery", tuple(rows), fields, tuple(buttons), (download,))


def _row(person: Person, number: int, chosen: str) -> Row:
    is_chosen = person.name == chosen
    missing = max(0, _ENOUGH - len(person.faces))
    lacks = f"  ({missing} more needed)" if missing else ""
    text = f"{'▸ ' if is_chosen else ''}{number + 1}  {person.name}: {len(person.faces)}{lacks}"
    buttons = [Button(f"choose {number}", "Choose")]
    if is_chosen:
        first = max(0, len(person.faces) - _SHOWN)
        buttons = [
            Button(f"face {index}", f"Delete face {index - first + 1}") for index in range(first, len(person.faces))
        ]
        buttons.append(Button(f"delete {number}", f"Delete {person.name}"))
    return Row(text, (strip(person.faces, missing=missing),), tuple(buttons))


def strip(faces: Sequence[Sample], *, missing: int) -> Tensor:
    """The newest ten faces side by side, then a bright frame for each that is missing, and dark cells.

    Returns:
        torch.uint8, (30, 327, 3), BGR.

    """
    shown = faces[-_SHOWN:]
    image = torch.tensor(_BACKGROUND, dtype=torch.uint8).repeat(_SIZE, _SHOWN * (_SIZE + _GAP) - _GAP, 1)
    for index in range(_SHOWN):
        left = index * (_SIZE + _GAP)
        cell = image[:, left : left + _SIZE]
        if index < len(shown):
            _put(cell, shown[index].image)
        else:
            cell[:] = torch.tensor(_EMPTY, dtype=torch.uint8)
            if index < len(shown) + missing:
                cv.rectangle(image, (left, 0), (left + _SIZE - 1, _SIZE - 1), _MISSING, 2)
    return image


def _put(cell: Tensor, image: Tensor) -> None:
    """An image in the middle of a cell, as large as fits."""
    height, width = image.shape[:2]
    scale = _SIZE / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv.resize(image, size, interpolation=cv.INTER_AREA if scale < 1 else cv.INTER_LINEAR)
    left, top = (_SIZE - size[0]) // 2, (_SIZE - size[1]) // 2
    cell[top : top + size[1], left : left + size[0]] = small

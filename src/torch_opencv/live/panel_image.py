"""A panel as an image, for a window: the texts and thumbnails of its rows. Fields and buttons are the page's."""

from __future__ import annotations

import torch

import torch_opencv as cv
from torch_opencv.live.panel import Panel, Row
from torch_opencv.live.text import ASCENT, DESCENT, draw_text, wrapped

WIDTH = 360
"""Pixels."""
THUMBNAIL = 96
"""The height of thumbnails, in pixels; their width is at most the panel's."""
_HIGHEST = 960  # pixels; the last rows, which are the newest in most panels, are shown if there are more
_MARGIN, _GAP = 16, 8
_TEXT, _TITLE = 16, 20  # sizes of the fonts
_MOST_LINES = 4  # of a row's text
_BACKGROUND, _BRIGHT, _PALE = (29, 27, 27), (255, 255, 255), (205, 205, 205)  # BGR


def draw_panel(panel: Panel) -> torch.Tensor:
    """A panel's title and rows.

    Args:
        panel: its fields and buttons aren't drawn, as nobody could press them.

    Returns:
        torch.uint8, (H, `WIDTH`, 3), BGR, as high as it must be, up to 960 pixels.

    """
    title = _text(panel.title, _TITLE, _BRIGHT, 1)
    space = _HIGHEST - 2 * _MARGIN - len(title)
    rows: list[torch.Tensor] = []
    for row in reversed(panel.rows):
        image = _row(row)
        space -= _MARGIN + len(image)
        if space < 0:
            break
        rows.append(image)
    parts = [_space(_MARGIN), title]
    for image in reversed(rows):
        parts += [_space(_MARGIN), image]
    return torch.cat([*parts, _space(_MARGIN)])


def thumbnail(image: torch.Tensor) -> torch.Tensor:
    """An image as it is shown in a panel: `THUMBNAIL` pixels high, or less high where it would be too wide.

    Args:
        image: torch.uint8, (H, W, 3), BGR.

    """
    height, width = image.shape[:2]
    scale = min(THUMBNAIL / height, (WIDTH - 2 * _MARGIN) / width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    resized: torch.Tensor = cv.resize(image, size, interpolation=cv.INTER_AREA if scale < 1 else cv.INTER_LINEAR)
    return resized


def _row(row: Row) -> torch.Tensor:
    parts = [_text(row.text, _TEXT, _PALE, _MOST_LINES)] if row.text else []
    for line in _lines([thumbnail(image) for image in row.images]):
        if parts:
            parts.append(_space(_GAP))
        parts.append(_side_by_side(line))
    return torch.cat(parts) if parts else _space(0)


def _lines(images: list[torch.Tensor]) -> list[list[torch.Tensor]]:
    """The images in as many lines as they need."""
    lines: list[list[torch.Tensor]] = []
    left = 0
    for image in images:
        if not lines or left + image.shape[1] > WIDTH - _MARGIN:
            lines.append([])
            left = _MARGIN
        lines[-1].append(image)
        left += image.shape[1] + _GAP
    return lines


def _side_by_side(images: list[torch.Tensor]) -> torch.Tensor:
    line = _space(max(len(image) for image in images))
    left = _MARGIN
    for image in images:
        line[: len(image), left : left + image.shape[1]] = image
        left += image.shape[1] + _GAP
    return line


def _text(text: str, size: int, color: tuple[int, int, int], most_lines: int) -> torch.Tensor:
    lines = wrapped(text, WIDTH - 2 * _MARGIN, size, most_lines)
    pitch = round((ASCENT + DESCENT) * size)
    image = _space(pitch * len(lines))
    for number, line in enumerate(lines):
        draw_text(image, line, (_MARGIN, number * pitch + round(ASCENT * size)), size, color)
    return image


def _space(height: int) -> torch.Tensor:
    return torch.tensor(_BACKGROUND, dtype=torch.uint8).expand(height, WIDTH, 3).clone()

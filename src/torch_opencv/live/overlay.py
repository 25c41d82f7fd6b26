"""What is drawn over an image: a panel of scores, boxes with labels, a caption, a note in a corner.

White text on dark panels that let the image shine through can be read on any background. Everything grows with the
image's shorter side, is cut rather than reach over the edge, and is left out where the image is too small for it.
Every function draws into the image, a torch.uint8 tensor (H, W, 3), BGR, on the CPU, and returns it. Text may be of
any script (see `torch_opencv.live.text`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
import torch

import torch_opencv as cv
from torch_opencv.live.text import CAPITALS, blend, clean, draw_text, fitted, text_width, wrapped

Corner = Literal["top left", "top right", "bottom left", "bottom right"]
Color = tuple[int, int, int]
_Area = tuple[int, int, int, int]  # left, top, right, bottom

ACCENT: Color = (80, 200, 255)
"""BGR: boxes without a colour of their own, and the bar of the best score."""
_PANEL_GREY = 20
_PANEL_OPACITY = 0.72  # white text keeps a contrast of 7:1 (WCAG's AAA) on a white image
_BRIGHT, _PALE = (255, 255, 255), (205, 205, 205)  # the text of the best row and of the others
_ACCENT_PALE = (150, 165, 175)  # the bars of the others
_TRACK = (70, 70, 70)
_OUTLINE = (20, 20, 20)
_LABEL_SIZES = (1.0, 0.8, 0.65)  # parts of the usual size that are tried until a label hides nothing
_SMALLEST_ROW, _SMALLEST_TEXT = 14, 10  # pixels; smaller text can't be read


def draw_scores(image: torch.Tensor, rows: Sequence[tuple[str, float]]) -> torch.Tensor:
    """Draw names and scores, best first, in a panel at the top left.

    A name of several, as ImageNet's "tabby, tabby cat", loses the later ones if they don't fit; what still doesn't fit
    is cut, and ends in an ellipsis. An image that is too small for so many readable rows gets fewer, or none.

    Args:
        image: drawn into.
        rows: (name, score from 0 to 1).

    """
    height, width = image.shape[:2]
    row = max(_SMALLEST_ROW, round(min(height, width) / 17))
    margin = padding = max(3, row // 3)
    row = max(_SMALLEST_ROW, min(row, (height - 2 * (margin + padding)) // max(1, len(rows))))
    rows = rows[: max(0, (height - 2 * (margin + padding)) // row)]
    panel_width = min(width - 2 * margin, 13 * row, max(width // 2, 11 * row))
    if not rows or panel_width < 5 * row:
        return image
    panel = image[margin : margin + 2 * padding + len(rows) * row, margin : margin + panel_width]
    _darken(panel, radius=padding)
    for number, (name, score) in enumerate(rows):
        line = panel[padding + number * row : padding + (number + 1) * row, padding : panel_width - padding]
        _draw_row(line, name, score, best=number == 0)
    return image


def draw_boxes(
    image: torch.Tensor,
    boxes: torch.Tensor | Sequence[Sequence[float]],
    labels: Sequence[str] | None = None,
    colors: Sequence[Color] | None = None,
) -> torch.Tensor:
    """Draw boxes, and a label at each: above it, or below, beside or in it, where it hides no other box or label.

    In a crowd labels are smaller, and where there is no such position they hide as little as can be.

    Args:
        image: drawn into.
        boxes: (N, 4): x, y, width and height in pixels; they may reach over the edge.
        labels: one for each box, of one or more lines; "" for none.
        colors: one for each box, BGR.

    """
    height, width = image.shape[:2]
    rectangles = [_corners(box, width, height) for box in boxes]
    colors = colors or [ACCENT] * len(rectangles)
    if len(colors) != len(rectangles) or (labels is not None and len(labels) != len(rectangles)):
        raise ValueError(f"{len(rectangles)} boxes need as many colours and labels")
    thickness = max(1, round(min(height, width) / 240))
    for (left, top, right, bottom), color in zip(rectangles, colors, strict=True):
        cv.rectangle(image, (left, top), (right, bottom), _OUTLINE, thickness + 2 * max(1, thickness // 2))
        cv.rectangle(image, (left, top), (right, bottom), color, thickness)
    taken: list[_Area] = []
    for number, (box, label) in enumerate(zip(rectangles, labels or (), strict=bool(labels))):
        lines = [line for line in label.splitlines() if line.strip()]
        if lines and box[2] >= 0 and box[3] >= 0 and box[0] < width and box[1] < height:
            others = rectangles[:number] + rectangles[number + 1 :] + taken
            taken += _draw_label(image, box, lines, 2 * thickness, others)
    return image


def draw_caption(image: torch.Tensor, text: str, *, lines: int = 2) -> torch.Tensor:
    """Draw a sentence at the bottom, in the middle, in one or more lines; what doesn't fit is cut.

    Args:
        image: drawn into.
        text: the sentence.
        lines: how many there may be at most.

    """
    height, width = image.shape[:2]
    size = max(_SMALLEST_TEXT, round(min(height, width) / 24))
    panel = _Panel(wrapped(text, width - 2 * size - 2 * _padding(size), size, lines), size)
    margin = size // 2
    if panel.fits(width - 2 * margin, height - 2 * margin):
        panel.draw(image, (width - panel.width) // 2, height - margin - panel.height, centred=True)
    return image


def draw_note(
    image: torch.Tensor, text: str, corner: Corner = "top left", *, color: Color = (255, 255, 255)
) -> torch.Tensor:
    """Draw a small remark, of one or more lines, in a corner; lines that are too long are cut.

    Args:
        image: drawn into.
        text: the remark.
        corner: "top left", "top right", "bottom left" or "bottom right".
        color: of the text, BGR; a light one.

    """
    height, width = image.shape[:2]
    size = _text_size(image)
    margin = size // 2
    panel = _Panel(_cut(text.splitlines(), width - 2 * margin, height - 2 * margin, size), size)
    if panel.fits(width - 2 * margin, height - 2 * margin):
        left = margin if "left" in corner else width - margin - panel.width
        top = margin if "top" in corner else height - margin - panel.height
        panel.draw(image, left, top, color=color)
    return image


class _Panel:
    """Lines of text on a dark panel."""

    def __init__(self, lines: Sequence[str], size: int) -> None:
        self._lines, self._size = lines, size
        self._pitch = round(1.3 * size)
        self._padding = _padding(size)
        self._widths = [text_width(line, size) for line in lines]
        self.width = max(self._widths, default=0) + 2 * self._padding
        self.height = round(CAPITALS * size) + self._pitch * (len(lines) - 1) + 2 * self._padding

    def fits(self, width: int, height: int) -> bool:
        """Whether there is anything to draw, and room for it."""
        return bool(self._lines) and self.width <= width and self.height <= height

    def draw(self, image: torch.Tensor, left: int, top: int, *, color: Color = _BRIGHT, centred: bool = False) -> None:
        panel = image[top : top + self.height, left : left + self.width]
        _darken(panel, radius=self._padding)
        baseline = self._padding + round(CAPITALS * self._size)
        for line, width in zip(self._lines, self._widths, strict=True):
            at = (self.width - width) // 2 if centred else self._padding
            draw_text(panel, line, (at, baseline), self._size, color)
            baseline += self._pitch


def _draw_label(
    image: torch.Tensor, box: _Area, lines: Sequence[str], gap: int, others: Sequence[_Area]
) -> list[_Area]:
    """Put a label where it is whole and hides least of the others; what it takes, or nothing if it doesn't fit."""
    height, width = image.shape[:2]
    best: tuple[int, _Panel, _Area] | None = None
    for size in dict.fromkeys(max(_SMALLEST_TEXT + 1, round(part * _text_size(image))) for part in _LABEL_SIZES):
        panel = _Panel(_cut(lines, width, height, size), size)
        if not panel.fits(width, height):
            continue
        for left, top in _label_positions(box, panel, gap, width, height):
            area = left, top, left + panel.width, top + panel.height
            hidden = sum(_overlap(area, other) for other in others)
            if best is None or hidden < best[0]:
                best = hidden, panel, area
            if not hidden:
                break
        if best and not best[0]:
            break
    if not best:
        return []
    _, panel, area = best
    panel.draw(image, area[0], area[1])
    return [area]


def _label_positions(box: _Area, panel: _Panel, gap: int, width: int, height: int) -> list[tuple[int, int]]:
    """Left and top of where a box's label may be, the best first: all of it in the image."""
    left, top, right, bottom = box
    x, y = min(max(left, 0), width - panel.width), min(max(top, 0), height - panel.height)
    far_x = min(max(right + 1 - panel.width, 0), width - panel.width)
    above, below = top - gap - panel.height, bottom + gap + 1
    positions = [(x, above), (x, below), (far_x, above), (far_x, below)]
    positions += [(right + gap + 1, y), (left - gap - panel.width, y)]
    positions += [(x, max(top, 0) + gap), (x, bottom - gap - panel.height)]
    inside = [(a, b) for a, b in positions if 0 <= a <= width - panel.width and 0 <= b <= height - panel.height]
    return inside or [(x, min(max(top + gap, 0), height - panel.height))]


def _draw_row(line: torch.Tensor, name: str, score: float, *, best: bool) -> None:
    """A name and its percentage, with a bar under them."""
    height, width = line.shape[:2]
    bar_height = max(2, height // 9)
    size = max(_SMALLEST_TEXT, round(0.6 * height))
    baseline = height - bar_height - max(3, round(0.29 * height))
    color = _BRIGHT if best else _PALE

    percentage = "<1%" if 0 < score < 0.01 else f"{score:.0%}"
    draw_text(line, percentage, (width - text_width(percentage, size), baseline), size, color)
    name_width = width - text_width("100%", size) - size // 2
    draw_text(line, _fitted_name(name, name_width, size), (0, baseline), size, color)

    top, bottom = height - bar_height - 1, height - 2
    filled = round((width - 1) * min(max(score, 0.0), 1.0))
    cv.rectangle(line, (0, top), (width - 1, bottom), _TRACK, cv.FILLED)
    if filled:
        cv.rectangle(line, (0, top), (filled, bottom), ACCENT if best else _ACCENT_PALE, cv.FILLED)


@lru_cache(maxsize=1024)
def _fitted_name(name: str, width: int, size: int) -> str:
    """As many of the names in "tabby, tabby cat" as fit, or the beginning of the first."""
    names = clean(name).split(", ")
    for count in range(len(names), 0, -1):
        if text_width(", ".join(names[:count]), size) <= width:
            return ", ".join(names[:count])
    return fitted(names[0], width, size)


def _cut(lines: Sequence[str], width: int, height: int, size: int) -> list[str]:
    """As many lines, and as much of each, as a panel of this size holds."""
    space = height - round(CAPITALS * size) - 2 * _padding(size)
    lines = lines[: max(0, 1 + space // round(1.3 * size))]
    return [short for line in lines if (short := fitted(line, width - 2 * _padding(size), size))]


def _text_size(image: torch.Tensor) -> int:
    return max(_SMALLEST_TEXT + 1, round(min(image.shape[:2]) / 30))


def _padding(size: int) -> int:
    return max(3, round(0.45 * size))


def _corners(box: torch.Tensor | Sequence[float], width: int, height: int) -> _Area:
    """Left, top, right and bottom, none far outside the image: OpenCV's coordinates have an end."""
    x, y, w, h = (float(value) for value in box)
    horizontal = (round(min(max(value, -width), 2 * width)) for value in (x, x + w - 1))
    vertical = (round(min(max(value, -height), 2 * height)) for value in (y, y + h - 1))
    (left, right), (top, bottom) = horizontal, vertical
    return left, top, right, bottom


def _overlap(a: _Area, b: _Area) -> int:
    """The area that two have in common."""
    return max(0, min(a[2], b[2]) - max(a[0], b[0])) * max(0, min(a[3], b[3]) - max(a[1], b[1]))


def _darken(panel: torch.Tensor, *, radius: int) -> None:
    blend(panel, *_rounded(panel.shape[0], panel.shape[1], radius))


@lru_cache(maxsize=64)
def _rounded(height: int, width: int, radius: int) -> tuple[np.ndarray, np.ndarray]:
    """A dark panel with rounded corners, as `blend` takes it."""
    mask = torch.zeros(height, width, dtype=torch.uint8)
    radius = min(radius, (min(height, width) - 1) // 2)
    right, bottom = width - 1 - radius, height - 1 - radius
    cv.rectangle(mask, (radius, 0), (right, height - 1), 255, cv.FILLED)
    cv.rectangle(mask, (0, radius), (width - 1, bottom), 255, cv.FILLED)
    for corner in ((radius, radius), (right, radius), (radius, bottom), (right, bottom)):
        cv.circle(mask, corner, radius, 255, cv.FILLED, cv.LINE_AA)
    share = np.repeat(mask.numpy()[..., None].astype(np.float32), 3, axis=2) * (_PANEL_OPACITY / 255)
    return np.rint(share * _PANEL_GREY).astype(np.uint8), np.floor(256 * (1 - share)).astype(np.uint16)

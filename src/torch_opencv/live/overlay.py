"""What is drawn over a picture: a panel of names with bars for their scores.

The panel is dark and lets the picture shine through, so that it can be read on any background; it grows with the
picture and never reaches over its edge. Everything is drawn in place, by OpenCV.

OpenCV 4's fonts are ASCII only, and put ``?`` for each byte of everything else. So text is brought to ASCII here:
accents are dropped, a few letters and signs spelled out (``ß`` as ``ss``, ``–`` as ``-``), and each run of other
characters, a Chinese word, say, becomes a single ``?``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import torch

import torch_opencv as cv

_FONT = cv.FONT_HERSHEY_DUPLEX
_PANEL_GREY = 20
_PANEL_OPACITY = 0.72  # white text keeps a contrast of 7:1 (WCAG's AAA) on a white picture
_BRIGHT, _PALE = (255, 255, 255), (205, 205, 205)  # the text of the best row and of the others
_ACCENT, _ACCENT_PALE = (80, 200, 255), (150, 165, 175)  # their bars, BGR
_TRACK = (70, 70, 70)
_SMALLEST_ROW = 14  # pixels; smaller text can't be read

_SPELLED_OUT = str.maketrans(
    {"ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D"}
    | {"ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ł": "l", "Ł": "L", "ı": "i", "’": "'", "‘": "'", "“": '"', "”": '"'}
    | {"«": '"', "»": '"', "‐": "-", "‑": "-", "–": "-", "—": "-", "−": "-", "×": "x", "·": ".", "•": "*", "°": " deg"}
)


def draw_scores(image: torch.Tensor, rows: Sequence[tuple[str, float]]) -> torch.Tensor:
    """Draw names and scores, best first, in a panel at the top left.

    A name of several, as ImageNet's "tabby, tabby cat", loses the later ones if they don't fit; what still doesn't fit
    is cut, and ends in "...". A picture that is too small for so many readable rows gets fewer, or none.

    Args:
        image: torch.uint8, (H, W, 3), BGR; drawn into.
        rows: (name, score from 0 to 1).

    Returns:
        ``image`` itself.

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


def to_ascii(text: str) -> str:
    """The text in printable ASCII, as near as it gets."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_SPELLED_OUT))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.sub(r"[^ -~]+", "?", " ".join(plain.split()))


def _draw_row(line: torch.Tensor, name: str, score: float, *, best: bool) -> None:
    """A name and its percentage, with a bar under them."""
    height, width = line.shape[:2]
    bar_height = max(2, height // 9)
    text_height = 0.43 * height
    baseline = height - bar_height - max(3, round(0.29 * height))
    scale, thickness = _font_size(text_height)
    color = _BRIGHT if best else _PALE

    percentage = "<1%" if 0 < score < 0.01 else f"{score:.0%}"
    percentage_width = _text_width(percentage, scale, thickness)
    at_right = width - percentage_width, baseline
    cv.putText(line, percentage, at_right, _FONT, scale, color, thickness, cv.LINE_AA)
    name_width = width - _text_width("100%", scale, thickness) - round(text_height)
    short = _fitted(name, name_width, scale, thickness)
    cv.putText(line, short, (0, baseline), _FONT, scale, color, thickness, cv.LINE_AA)

    top, bottom = height - bar_height - 1, height - 2
    filled = round((width - 1) * min(max(score, 0.0), 1.0))
    cv.rectangle(line, (0, top), (width - 1, bottom), _TRACK, cv.FILLED)
    if filled:
        cv.rectangle(line, (0, top), (filled, bottom), _ACCENT if best else _ACCENT_PALE, cv.FILLED)


def _darken(panel: torch.Tensor, *, radius: int) -> None:
    grey, grey_share, own_share = _rounded(panel.shape[0], panel.shape[1], radius)
    cv.blendLinear(panel, grey, own_share, grey_share, dst=panel)


@lru_cache(maxsize=8)
def _rounded(height: int, width: int, radius: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """A panel with rounded corners, torch.uint8 (h, w, 3), and its share and the picture's, torch.float32 (h, w)."""
    mask = torch.zeros(height, width, dtype=torch.uint8)
    right, bottom = width - 1 - radius, height - 1 - radius
    cv.rectangle(mask, (radius, 0), (right, height - 1), 255, cv.FILLED)
    cv.rectangle(mask, (0, radius), (width - 1, bottom), 255, cv.FILLED)
    for corner in ((radius, radius), (right, radius), (radius, bottom), (right, bottom)):
        cv.circle(mask, corner, radius, 255, cv.FILLED, cv.LINE_AA)
    share = mask.float() * (_PANEL_OPACITY / 255)
    return torch.full((height, width, 3), _PANEL_GREY, dtype=torch.uint8), share, 1 - share


@lru_cache(maxsize=8)
def _font_size(pixels: float) -> tuple[float, int]:
    """The scale that makes capitals this high in the installed OpenCV's fonts, and a line thickness to go with it."""
    (_, at_scale_1), _ = cv.getTextSize("H", _FONT, 1.0, 1)
    scale = pixels / at_scale_1
    return scale, max(1, round(scale * 1.2))


def _text_width(text: str, scale: float, thickness: int) -> int:
    (width, _), _ = cv.getTextSize(text, _FONT, scale, thickness)
    return int(width)


@lru_cache(maxsize=4096)
def _fitted(text: str, width: int, scale: float, thickness: int) -> str:
    """The text in ASCII, as much of it as fits into so many pixels."""
    names = to_ascii(text).split(", ")
    for count in range(len(names), 0, -1):
        if _text_width(", ".join(names[:count]), scale, thickness) <= width:
            return ", ".join(names[:count])
    for length in range(len(names[0]), 0, -1):
        short = names[0][:length].rstrip() + "..."
        if _text_width(short, scale, thickness) <= width:
            return short
    return ""

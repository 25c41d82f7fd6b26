"""Text of any script as pixels, with bundled fonts, so that it looks the same everywhere.

Each word is taken from the first of these fonts that has all its characters: Open Sans (Latin, Greek, Cyrillic), DejaVu
Sans (also Armenian, Georgian, Hebrew, Arabic, signs), Droid Sans Fallback (Chinese, Japanese, Korean). A word that none
has whole is put together from them; a character that none has at all is an open box. Arabic is joined up, and what is
read from right to left runs so, where the installed Pillow has Raqm and FriBiDi (its wheels bring Raqm; FriBiDi is the
system's).

Sizes are those of the font, in pixels: capitals are 0.71 of it high.
"""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont

_FONTS = tuple(
    Path(__file__).parent / "fonts" / f"{name}.ttf" for name in ("OpenSans-Semibold", "DejaVuSans", "DroidSansFallback")
)
ASCENT, DESCENT = 1.07, 0.30
"""How far letters reach above and below the base line, accents included, in shares of the size."""
CAPITALS = 0.71
"""How high capital letters are, in shares of the size."""

_LONGEST = 1000  # characters; more are on no image


def draw_text(
    image: torch.Tensor, text: str, at: tuple[int, int], size: int, color: tuple[int, int, int] = (255, 255, 255)
) -> None:
    """Draw a line of text; what would lie outside the image is cut off.

    Args:
        image: torch.uint8, (H, W, 3), BGR; drawn into.
        text: control characters count as spaces.
        at: x and y of the left end of the base line.
        size: of the font, in pixels.
        color: BGR.

    """
    ink, keep = _stamp(clean(text), size, color)
    left, top = at[0] - _margin(size), at[1] - _ascent(size)
    blend(image, ink, keep, left=left, top=top)


def text_width(text: str, size: int) -> int:
    """How wide a line of text is.

    Args:
        text: what can't be drawn is left out.
        size: of the letters, in pixels.

    Returns:
        Pixels.
    """
    return _width(clean(text), size)


@lru_cache(maxsize=1024)
def fitted(text: str, width: int, size: int) -> str:
    """As much of a text's beginning as fits.

    Args:
        text: a line.
        width: that there is, in pixels.
        size: of the letters, in pixels.

    Returns:
        The text, or its beginning with an ellipsis; "" if not even that fits.
    """
    text = clean(text)
    if _width(text, size) <= width:
        return text
    length = _longest(text, "…", width, size)
    return text[:length].rstrip() + "…" if length else ""


@lru_cache(maxsize=256)
def wrapped(text: str, width: int, size: int, most_lines: int) -> tuple[str, ...]:
    """A text in lines, broken between words, or anywhere in a word that is too long.

    Args:
        text: any.
        width: of a line at most, in pixels.
        size: of the letters, in pixels.
        most_lines: what doesn't fit into so many is cut, and the last one ends in an ellipsis.
    """
    lines: list[str] = []
    rest = clean(text)
    while rest and len(lines) < most_lines:
        if len(lines) == most_lines - 1 or _width(rest, size) <= width:
            lines.append(fitted(rest, width, size))
            break
        length = _fitting_length(rest, width, size)
        if not length:
            break
        lines.append(rest[:length].rstrip())
        rest = rest[length:].lstrip()
    return tuple(line for line in lines if line)


def clean(text: str) -> str:
    r"""A text as a line of characters that can be drawn, composed (NFC).

    >>> clean("one\ttwo\n  three\x00")
    'one two three'

    Args:
        text: any.
    """
    return _cleaned(text[:_LONGEST])


@lru_cache(maxsize=1024)
def _cleaned(text: str) -> str:
    text = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)  # as in file names that are no text
    text = unicodedata.normalize("NFC", " ".join(re.sub(r"[\x00-\x1f]", " ", text).split()))
    text = re.sub(r"(?<![\u0600-\u08ff])[\u200c\u200d]", "", text)  # joiners, which mean something in Arabic script
    return "".join(c for c in text if _is_drawn(c))


def blend(image: torch.Tensor, ink: np.ndarray, keep: np.ndarray, *, left: int = 0, top: int = 0) -> None:
    """Lay coloured ink over an image, in place: ``image * keep / 256 + ink``; outside the image it is cut off.

    Args:
        image: torch.uint8, (H, W, 3).
        ink: np.uint8, (h, w, 3): the colour times its share.
        keep: np.uint16, (h, w, 3): 256 times the share of the image that stays.
        left: where the ink's left edge goes.
        top: where its upper edge goes.

    """
    # NumPy, because torch has no arithmetic on 16-bit unsigned integers: this takes a sixth of cv.blendLinear's time.
    above, before = max(0, -top), max(0, -left)
    region = image.numpy()[top + above : max(0, top + ink.shape[0]), left + before : max(0, left + ink.shape[1])]
    rows, columns = slice(above, above + region.shape[0]), slice(before, before + region.shape[1])
    np.add((region * keep[rows, columns]) >> 8, ink[rows, columns], out=region, casting="unsafe")


@lru_cache(maxsize=256)
def _stamp(text: str, size: int, color: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """A line of text as `blend` takes it."""
    margin = _margin(size)
    shape = _width(text, size) + 2 * margin, _ascent(size) + math.ceil(DESCENT * size)
    mask = Image.new("L", shape)
    draw = ImageDraw.Draw(mask)
    x = float(margin)
    for part, number in _parts(text):
        font = _font(number, size)
        draw.text((x, _ascent(size)), part, fill=255, font=font, anchor="ls")
        x += font.getlength(part)
    share = np.asarray(mask, np.float32)[..., None] / 255
    ink = np.rint(share * np.asarray(color, np.float32)).astype(np.uint8)
    return ink, np.repeat(np.floor(256 * (1 - share)).astype(np.uint16), 3, axis=2)


@lru_cache(maxsize=4096)
def _width(text: str, size: int) -> int:
    return math.ceil(sum(_font(number, size).getlength(part) for part, number in _parts(text)))


def _fitting_length(text: str, width: int, size: int) -> int:
    """How many characters the first line of a text that is too wide takes: whole words if one fits."""
    breaks = [match.end() for match in re.finditer(r"\s+", text)]
    whole_words = bisect_right(breaks, width, key=lambda end: _width(text[:end].rstrip(), size))
    if whole_words:
        return breaks[whole_words - 1]
    return _longest(text, "", width, size)


def _longest(text: str, ending: str, width: int, size: int) -> int:
    """How many characters of a text that is too wide fit, followed by an ending."""
    fits, too_long = 0, len(text)
    while too_long - fits > 1:
        length = (fits + too_long) // 2
        if _width(text[:length].rstrip() + ending, size) <= width:
            fits = length
        else:
            too_long = length
    return fits


def _parts(text: str) -> list[tuple[str, int]]:
    """The text in parts, each with the number of its font."""
    if all(_has(0, c) for c in text):
        return [(text, 0)]
    if any(unicodedata.bidirectional(c) in ("R", "AL") for c in text):  # only in one piece can it be turned round
        return [(text, next((n for n in range(len(_FONTS)) if all(_has(n, c) for c in text)), 1))]
    parts: list[tuple[str, int]] = []
    for word in re.findall(r"\S+|\s+", text):
        whole = next((number for number in range(len(_FONTS)) if all(_has(number, c) for c in word)), None)
        for piece in [word] if whole is not None else word:
            number = whole if whole is not None else next((n for n in range(len(_FONTS)) if _has(n, piece)), 0)
            if piece.isspace() and parts:
                number = parts[-1][1]
            if parts and parts[-1][1] == number:
                parts[-1] = parts[-1][0] + piece, number
            else:
                parts.append((piece, number))
    return parts


@lru_cache(maxsize=4096)
def _has(number: int, character: str) -> bool:
    """Whether a font has a character."""
    if character == " " or (number == 0 and "!" <= character <= "~"):
        return True
    return _glyph(number, character) != _glyph(number, "\uffff")  # which is no character, so it's the font's box


@lru_cache(maxsize=4096)
def _is_drawn(character: str) -> bool:
    """Whether to draw a character: not the invisible ones, nor marks that no font knows."""
    category = unicodedata.category(character)
    if category in ("Mn", "Me") and not "\ufe00" <= character <= "\ufe0f":
        return any(_has(number, character) for number in range(len(_FONTS)))
    return category not in ("Cc", "Cf", "Mn", "Me") or character in "\u200c\u200d"


@lru_cache(maxsize=256)
def _glyph(number: int, character: str) -> bytes:
    font = ImageFont.truetype(str(_FONTS[number]), 16, layout_engine=ImageFont.Layout.BASIC)
    return bytes(font.getmask(character))  # pyright: ignore[reportArgumentType]  # Pillow doesn't type its masks


@lru_cache(maxsize=64)
def _font(number: int, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONTS[number]), size)


def _ascent(size: int) -> int:
    return math.ceil(ASCENT * size)


def _margin(size: int) -> int:
    """For the letters that reach a little beyond their place, in pixels."""
    return max(1, size // 12)

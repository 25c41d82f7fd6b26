from __future__ import annotations

import unicodedata

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageFont, features

from torch_opencv.live import text as module
from torch_opencv.live.text import clean, draw_text, fitted, text_width, wrapped

FONTS = {path.stem: str(path) for path in module._FONTS}


def drawn(text: str, size: int = 24) -> np.ndarray:
    image = torch.zeros(60, 700, 3, dtype=torch.uint8)
    draw_text(image, text, (10, 40), size)
    assert (image[..., 0] == image[..., 1]).all()
    return image[..., 0].numpy()


def by_pillow(text: str, font: str, size: int = 24) -> np.ndarray:
    image = Image.new("L", (700, 60))
    ImageDraw.Draw(image).text((10, 40), text, 255, ImageFont.truetype(FONTS[font], size), anchor="ls")
    return np.asarray(image)


@pytest.mark.parametrize(
    ("text", "font"),
    [
        ("goldfish, Carassius auratus 97%", "OpenSans-Semibold"),
        ("Zoë Łódź “größer” Ελλάδα Привет Việt", "OpenSans-Semibold"),
        ("Հայաստան საქართველო", "DejaVuSans"),
        ("שלום", "DejaVuSans"),
        ("شكرا 12 جزيلا", "DejaVuSans"),
        ("→ ★ ♥", "DejaVuSans"),
        ("金魚 ひらがな 한국어", "DroidSansFallback"),
    ],
)
def test_every_script_has_its_font(text: str, font: str) -> None:
    expected = by_pillow(text, font)
    assert np.abs(drawn(text).astype(int) - expected).max() <= 2
    assert expected.max() == 255
    box = by_pillow("\uffff", font)
    assert not any(np.array_equal(by_pillow(c, font), box) for c in text)


def test_words_of_several_scripts_stand_beside_one_another() -> None:
    text = "金魚 goldfish ★"
    image = drawn(text)
    assert text_width(text, 24) == pytest.approx(
        sum(
            ImageFont.truetype(FONTS[font], 24).getlength(part)
            for part, font in (("金魚 ", "DroidSansFallback"), ("goldfish ", "OpenSans-Semibold"), ("★", "DejaVuSans"))
        ),
        abs=1,
    )
    assert image[:, 10 + text_width(text, 24) + 3 :].max() == 0


def test_a_character_that_no_font_has_is_a_box() -> None:
    assert drawn("ꙮ\U00010900").max() == 255  # a box, not nothing
    assert np.array_equal(drawn("ก"), drawn("ข"))


def test_arabic_is_joined_up_where_pillow_can() -> None:
    if not features.check("raqm"):
        pytest.skip("needs a Pillow with Raqm, and FriBiDi")
    apart = sum(text_width(c, 24) for c in "شكرا")
    assert text_width("شكرا", 24) < 0.9 * apart


def test_what_cannot_be_seen_is_left_out() -> None:
    assert clean("tab\tand\nline\x00 \x1b[31mred") == "tab and line [31mred"
    assert clean("caf\udce9.jpg") == "caf\ufffd.jpg"
    assert clean("e\u0301") == "é"
    assert len(clean("x" * 100_000)) == 1000
    assert drawn("").max() == 0
    for c in "\u200d\ufe0f\u2028\U000e0041":
        assert clean(f"a{c}b") in ("ab", "a b"), unicodedata.name(c, "?")


def test_what_lies_outside_is_cut_off() -> None:
    whole = torch.zeros(200, 900, 3, dtype=torch.uint8)
    draw_text(whole, "Ågoldfish", (100, 100), 40)
    for left, top in ((0, 0), (110, 80), (95, 105), (300, 0), (0, 300), (800, 0)):
        part = torch.zeros(60, 80, 3, dtype=torch.uint8)
        draw_text(part, "Ågoldfish", (100 - left, 100 - top), 40)
        expected = torch.zeros(60, 80, 3, dtype=torch.uint8)
        piece = whole[top : top + 60, left : left + 80]
        expected[: piece.shape[0], : piece.shape[1]] = piece
        assert torch.equal(part, expected)


def test_colour_and_background() -> None:
    image = torch.full((60, 300, 3), 77, dtype=torch.uint8)
    draw_text(image, "HHH", (5, 40), 30, (10, 20, 250))
    pixels = set(map(tuple, image.reshape(-1, 3).tolist()))
    assert {(77, 77, 77), (10, 20, 250)} <= pixels
    assert all(10 <= b <= 77 and 20 <= g <= 77 and 77 <= r <= 250 for b, g, r in pixels)


def test_a_view_is_drawn_into() -> None:
    whole = torch.zeros(80, 400, 3, dtype=torch.uint8)
    draw_text(whole[10:70, 20:350], "view", (10, 40), 24)
    alone = torch.zeros(60, 330, 3, dtype=torch.uint8)
    draw_text(alone, "view", (10, 40), 24)
    assert torch.equal(whole[10:70, 20:350], alone)
    assert whole.any(dim=2).sum() == alone.any(dim=2).sum()


@pytest.mark.parametrize(
    "text", ["a goldfish in a bowl", "Donaudampfschifffahrt", "金魚のいる水槽の写真です", "x" * 3000]
)
@pytest.mark.parametrize("width", [0, 5, 60, 200])
def test_fitted_and_wrapped_text_fits(text: str, width: int) -> None:
    short = fitted(text, width, 16)
    assert text_width(short, 16) <= width
    assert not short or short == text or (short.endswith("…") and text.startswith(short[:-1]))
    for most in (1, 2, 5):
        lines = wrapped(text, width, 16, most)
        assert len(lines) <= most
        assert all(text_width(line, 16) <= width for line in lines)
        joined = "".join(lines).replace(" ", "")
        assert text.replace(" ", "").startswith(joined.removesuffix("…"))
        assert joined.endswith("…") or joined == text.replace(" ", "") or not lines


def test_lines_break_between_words() -> None:
    assert wrapped("a man rides a bicycle", 100, 16, 9) == ("a man rides", "a bicycle")
    assert wrapped("a man rides a bicycle", 90, 16, 1)[0].endswith("…")

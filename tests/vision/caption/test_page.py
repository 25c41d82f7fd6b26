from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

import pytest
import torch

import torch_opencv as cv
from torch_opencv.vision.caption.page import THUMBNAIL, Picture, page, thumbnail

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;$title"


def picture(caption: str = "a dog", name: str = "dog.jpg", alternatives: tuple[str, ...] = ()) -> Picture:
    return Picture(*thumbnail(torch.full((30, 40, 3), 90, dtype=torch.uint8)), caption, name, alternatives)


class Read(HTMLParser):
    """What a browser makes of a page: its elements and attributes, and the text of each element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self.tags[-1][0] if self.tags else "", []).append(data)


def test_captions_and_names_are_text_whatever_is_in_them() -> None:
    read = Read(page([picture(EVIL, EVIL, (EVIL,))], EVIL))
    assert [tag for tag, _ in read.tags].count("script") == [tag for tag, _ in read.tags].count("img") == 1
    for place in ("title", "p", "li", "small"):
        assert EVIL in read.texts[place]
    image = next(attributes for tag, attributes in read.tags if tag == "img")
    assert image["alt"] == EVIL
    assert set(image) == {"loading", "decoding", "width", "height", "alt", "src"}


def test_a_name_that_is_no_text() -> None:
    assert "caf\ufffd.jpg" in page([picture(name="caf\udce9.jpg")], "t")
    page([picture(name="caf\udce9.jpg")], "t").encode()


def test_nothing_is_fetched_and_only_the_pages_own_script_runs() -> None:
    text = page([picture()], "pictures")
    assert not re.search(r"https?:|url\(|@import|\bon\w+=", text)
    policy = str(next(a for t, a in Read(text).tags if a.get("http-equiv") == "Content-Security-Policy")["content"])
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "unsafe" not in policy


def test_the_picture_is_in_it() -> None:
    image = next(a for t, a in Read(page([picture()], "t")).tags if t == "img")
    data = base64.b64decode(str(image["src"]).partition(",")[2])
    decoded = cv.imdecode(torch.frombuffer(bytearray(data), dtype=torch.uint8), cv.IMREAD_COLOR)
    assert decoded.shape == (30, 40, 3)
    assert abs(int(decoded[0, 0, 0]) - 90) < 3
    assert (image["width"], image["height"], image["loading"]) == ("40", "30", "lazy")


@pytest.mark.parametrize(("shape", "size"), [((2000, 1000), (128, 256)), ((5, 9000), (256, 1)), ((7, 9), (9, 7))])
def test_thumbnails_are_small(shape: tuple[int, int], size: tuple[int, int]) -> None:
    noise = torch.randint(256, (*shape, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    jpeg, got = thumbnail(noise)
    assert got == size
    assert len(jpeg) < THUMBNAIL * THUMBNAIL

"""A visitor's camera as a source."""

from __future__ import annotations

import io
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.live.browser.page import PATIENCE_S, Page, annotated_frame
from torch_opencv.live import rate_limit
from torch_opencv.live.browser import Browser, camera
from torch_opencv.live.browser.jpeg import jpeg_size
from torch_opencv.live.errors import ViewError


def jpeg(level: int = 100, size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    """A JPEG by another library, (width, height) pixels of one grey level."""
    file = io.BytesIO()
    Image.new("RGB", size, (level,) * 3).save(file, "JPEG", **options)
    return file.getvalue()


def with_size(data: bytes, width: int, height: int) -> bytes:
    """The same JPEG with a header that says something else."""
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + data[at + 4 :]


def be_camera(page: Page, *, instead: bool = False) -> None:
    page.say(type="camera", on=True, instead=instead)
    while page.hear("camera")["state"] != "yours":
        ...


def test_the_round_trip(browser: Browser) -> None:
    source = browser.camera()
    frames = iter(source)
    assert source.live
    assert source.name == "browser"
    assert source.state == "connecting"
    with Page(browser) as page:
        assert page.hear("camera")["state"] == "free"
        be_camera(page)
        assert source.state == "connecting"  # it may still be asking the visitor
        before = time.monotonic()
        for index in range(3):
            page.send(jpeg(50 * (index + 1)))
            frame = next(frames)
            page.hear("got")
            assert source.state == "live"
            assert frame.index == index
            assert frame.source == "browser"
            assert before <= frame.captured <= time.monotonic()
            assert 0 <= frame.time <= time.monotonic() - before
            assert frame.image.shape == (48, 64, 3)
            assert frame.image.dtype == torch.uint8
            assert (frame.image.float() - 50 * (index + 1)).abs().max() <= 2
            shown = annotated_frame()
            browser.show(type(shown)(frame.image, frame, {}, shown.stats))
            message, data = page.frame()
            assert message["source"] == "browser"
            assert abs(float(np.asarray(Image.open(io.BytesIO(data))).mean()) - 50 * (index + 1)) <= 2
            page.seen(message["number"])


def test_an_image_from_before_the_iteration_has_no_negative_time(browser: Browser) -> None:
    source = browser.camera()
    with Page(browser) as page:
        be_camera(page)
        page.send(jpeg())
        page.hear("got")
    assert next(iter(source)).time == 0


def test_a_frames_size_may_change(browser: Browser) -> None:
    frames = iter(browser.camera())
    with Page(browser) as page:
        be_camera(page)
        for size in [(64, 48), (48, 64), (1, 1), (2560, 1440)]:
            page.send(jpeg(size=size))
            assert next(frames).image.shape == (size[1], size[0], 3)


def test_grey_images_are_images_too(browser: Browser) -> None:
    frames = iter(browser.camera())
    file = io.BytesIO()
    Image.new("L", (64, 48), 100).save(file, "JPEG")
    with Page(browser) as page:
        be_camera(page)
        page.send(file.getvalue())
        assert next(frames).image.shape == (48, 64, 3)


def test_only_the_newest_is_kept(browser: Browser) -> None:
    source = browser.camera()
    with Page(browser) as page:
        be_camera(page)
        for index in range(10):
            page.send(jpeg(20 * index))
            page.hear("got")
        frame = next(iter(source))
        assert abs(float(frame.image.float().mean()) - 180) <= 2
        assert source.dropped == 9


def test_the_first_is_the_camera_until_another_takes_over_or_it_goes(browser: Browser) -> None:
    frames = iter(browser.camera())
    with Page(browser) as first, Page(browser) as second:
        be_camera(first)
        second.hear("camera")
        second.say(type="camera", on=True, instead=False)
        while second.hear("camera")["state"] != "taken":
            ...
        second.send(jpeg(250))  # isn't the camera: nobody sees that
        first.send(jpeg(50))
        assert float(next(frames).image.float().mean()) < 60
        be_camera(second, instead=True)
        while first.hear("camera")["state"] != "taken":
            ...
        first.send(jpeg(50))  # was on the way
        second.send(jpeg(250))
        assert float(next(frames).image.float().mean()) > 240
        second.say(type="camera", on=False, instead=False)
        while first.hear("camera")["state"] != "free":
            ...


@pytest.mark.parametrize("goes", ["by the button", "by leaving"])
def test_lost_and_back(browser: Browser, goes: str) -> None:
    source = browser.camera()
    frames = iter(source)
    with Page(browser) as witness:
        witness.hear("camera")
        for _ in range(3):
            with Page(browser) as page:
                be_camera(page)
                page.send(jpeg())
                next(frames)
                assert source.state == "live"
                if goes == "by the button":
                    page.say(type="camera", on=False, instead=False)
                    while page.hear("camera")["state"] != "free":
                        ...
            while witness.hear("camera")["state"] != "free":
                ...
            assert source.state == "lost"


def test_a_camera_that_sends_nothing_more_is_lost(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera, "_PATIENCE_S", 0.01)
    source = browser.camera()
    images: list[torch.Tensor] = []
    thread = threading.Thread(target=lambda: images.extend(frame.image for frame in source))
    thread.start()
    with Page(browser) as page:
        be_camera(page)
        for count in range(1, 4):
            page.send(jpeg())
            deadline = time.monotonic() + PATIENCE_S
            while len(images) < count or source.state != "lost":
                assert time.monotonic() < deadline
                time.sleep(0.005)
    source.close()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert len(images) == 3  # none was invented meanwhile


def test_closing_ends_the_iteration_and_tells_the_pages(browser: Browser) -> None:
    source = browser.camera()
    with pytest.raises(ViewError, match="only once"):
        browser.camera()
    with Page(browser) as page:
        be_camera(page)
        source.close()
        source.close()
        assert list(source) == []
        assert page.hear("camera")["state"] == "none"
        page.send(jpeg())  # was on the way
        page.say(type="camera", on=True, instead=True)
        browser.show(annotated_frame(1))
        page.frame()
    browser.camera().close()


def test_closing_the_view_ends_the_iteration() -> None:
    browser = Browser("test", port=0)
    source = browser.camera()
    count: list[int] = []
    thread = threading.Thread(target=lambda: count.append(len(list(source))))
    thread.start()
    browser.close()
    thread.join(PATIENCE_S)
    assert count == [0]


def cmyk() -> bytes:
    file = io.BytesIO()
    Image.new("CMYK", (64, 48)).save(file, "JPEG")
    return file.getvalue()


def with_scans(count: int) -> bytes:
    """A JPEG whose only scan comes so many times: 300 kB keep a decoder busy for half a minute."""
    whole = jpeg(size=(2560, 1440))
    at = whole.index(b"\xff\xda")
    return whole[:at] + whole[at : at + 16] * (count - 1) + whole[at:]


def with_two_headers() -> bytes:
    whole = jpeg()
    begin, end = whole.index(b"\xff\xc0"), whole.index(b"\xff\xc4")
    return whole[:end] + whole[begin:end] + whole[end:]


def with_segments(*segments: tuple[int, bytes]) -> bytes:
    """A large JPEG with segments that nobody needs, of these markers and contents."""
    whole = jpeg(size=(2560, 1440))
    made = (bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + content for marker, content in segments)
    return whole[:2] + b"".join(made) + whole[2:]


def exif(entries: int, length: int) -> bytes:
    """Exif data with so many descriptions, all of them the same so many bytes."""
    entry = bytes.fromhex("010e0002") + length.to_bytes(4, "big") + (14 + 12 * entries).to_bytes(4, "big")
    return b"Exif\0\0MM\0*\0\0\0\x08" + entries.to_bytes(2, "big") + entry * entries + bytes(4) + b"a" * length


def thumbnail() -> bytes:
    """Exif data with a JPEG in it."""
    return b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0" + with_scans(100)[:60_000]


GARBAGE = {
    "arithmetic coding": jpeg().replace(b"\xff\xc0", b"\xff\xc9"),
    "a hundred thousand comments": with_segments(*[(0xFE, b"")] * 100_000),
    "a hundred thousand segments of applications": with_segments(*[(0xE0, b"")] * 100_000),
    "a hundred thousand tables": with_segments(*[(0xC4, b"")] * 100_000),
    "a hundred thousand fill bytes": b"\xff\xd8" + b"\xff" * 100_000 + jpeg()[2:],
    "much of applications' data": with_segments(*[(0xE1, exif(2600, 30_000))] * 3),
    "a scan too many": with_scans(2),
    "a bomb of scans": with_scans(20_000),
    "no scan": jpeg()[: jpeg().index(b"\xff\xda")] + b"\xff\xd9",
    "a scan of what isn't there": jpeg().replace(b"\xff\xda\x00\x0c\x03\x01", b"\xff\xda\x00\x0c\x03\x07"),
    "a scan of one thing twice": jpeg().replace(b"\xff\xda\x00\x0c\x03\x01", b"\xff\xda\x00\x0c\x03\x02"),
    "two headers": with_two_headers(),
    "a second image": jpeg() + jpeg(),
    "four components": cmyk(),
    "a header cut short": b"\xff\xd8\xff\xc0\x00\x04\x08\x00" + bytes(9) + b"\xff\xd9",
    "nothing": b"",
    "text": b"GIF89a, or so",
    "only a beginning": b"\xff\xd8\xff",
    "only the ends": b"\xff\xd8\xff\xd9",
    "no end": jpeg()[:-2],
    "cut short": jpeg(size=(200, 200))[:300],
    "a segment that leads out": b"\xff\xd8\xff\xe0\xff\xff" + bytes(20) + b"\xff\xd9",
    "segments of no length": b"\xff\xd8" + b"\xff\xe0\x00\x00" * 50 + b"\xff\xd9",
    "fill bytes alone": b"\xff\xd8" + b"\xff" * 5000 + b"\xff\xd9",
    "progressive": jpeg(progressive=True),
    "no pixels": with_size(jpeg(), 0, 48),
    "12 bits": jpeg().replace(b"\xff\xc0\x00\x11\x08", b"\xff\xc0\x00\x11\x0c"),
    "too many pixels": with_size(jpeg(), 65535, 65535),
    "a few too many pixels": with_size(jpeg(), 2561, 1440),
}


@pytest.mark.parametrize("data", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_is_refused_before_it_is_decoded(
    browser: Browser, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[int] = []
    decode = camera._decode
    monkeypatch.setattr(camera, "_decode", lambda data, size: decoded.append(1) or decode(data, size))  # type: ignore[func-returns-value]
    frames = iter(browser.camera())
    with Page(browser) as bad:
        be_camera(bad)
        bad.send(data)
        code, reason = bad.end()
        assert code == 1007
        assert reason
    with Page(browser) as good:
        be_camera(good, instead=True)
        good.send(jpeg())
        assert next(frames).index == 0
    assert decoded == [1]


HOSTILE = {
    "restart markers after each block": jpeg(size=(2560, 1440), restart_marker_blocks=1, subsampling=0),
    "only restart markers": with_segments((0xDD, b"\0\1"))[:-2] + b"\0\xff\xd0" * 100_000 + b"\xff\xd9",
    "tables of 16 bits": with_segments((0xDB, b"\x10" + b"\xff" * 128 + b"\x11" + b"\xff" * 128)),
    "the largest blocks": jpeg(size=(2560, 1440)).replace(b"\x01\x22\x00", b"\x01\x42\x00"),
    "blocks in thirds": jpeg(size=(2560, 1440)).replace(b"\x01\x22\x00", b"\x01\x32\x00"),
    "descriptions of descriptions": with_segments((0xE1, exif(2600, 30_000))),
    "a thumbnail that is a bomb": with_segments((0xE1, thumbnail())),
    "as wide as can be": jpeg(size=(65_500, 56)),
    "as high as can be": jpeg(size=(56, 65_500)),
}
"""What is let through, and costs no more than others of its size."""


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_odd_but_cheap_is_decoded(data: bytes) -> None:
    width, height = jpeg_size(data)
    assert width * height <= camera.MOST_PIXELS
    image = camera._decode(data, (width, height))
    assert image is not None
    assert image.shape == (height, width, 3)


def test_garbage_that_only_decoding_shows(browser: Browser) -> None:
    frames = iter(browser.camera())
    whole = jpeg(size=(640, 480))
    cut = whole.index(b"\xff\xda") + 14
    with Page(browser) as bad, Page(browser) as good:
        be_camera(bad)
        bad.send(whole[:cut].replace(b"\xff\xc4", b"\xff\xdd", 1) + b"\xff\xd9")
        bad.hear("got")

        def next_camera() -> None:
            assert bad.end() == (1007, "that JPEG is damaged")
            be_camera(good, instead=True)
            good.send(jpeg(200))

        thread = threading.Thread(target=next_camera)
        thread.start()
        assert float(next(frames).image.float().mean()) > 190
        thread.join()


def test_more_than_sixty_images_a_second(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(monotonic=lambda: 0.0)
    monkeypatch.setattr(rate_limit, "time", clock)  # a clock that stands still: no second ever ends
    browser.camera()
    with Page(browser) as page:
        be_camera(page)
        for _ in range(60):
            page.send(jpeg())
            page.hear("got")
        page.send(jpeg())
        assert page.end() == (1008, "more than 60 images a second")


def test_images_that_nobody_asked_for_are_passed_over(browser: Browser) -> None:
    with Page(browser) as page:
        assert page.hear("camera")["state"] == "none"
        page.send(b"anything")
        browser.show(annotated_frame(1))
        page.frame()


@pytest.mark.parametrize("size", [(1, 1), (64, 48), (1280, 720), (3, 1000)])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"quality": 5},
        {"optimize": True},
        {"comment": b"hello"},
        {"exif": b"Exif\0\0"},
        {"subsampling": 0},
        {"restart_marker_blocks": 1},
    ],
)
def test_the_size_in_the_header(size: tuple[int, int], options: dict[str, object]) -> None:
    assert jpeg_size(jpeg(size=size, **options)) == size


def test_a_scan_for_each_component_is_plain_too() -> None:
    """As some cameras' JPEGs are; only the markers count here."""
    whole = jpeg()
    at = whole.index(b"\xff\xda")
    scans = b"".join(
        b"\xff\xda\x00\x08\x01" + bytes([name, 0, 0, 63, 0]) + b"\x12\xff\x00\xff\xd3" for name in (1, 2, 3)
    )
    assert jpeg_size(whole[:at] + scans + b"\xff\xd9") == (64, 48)


SEEDS = [
    jpeg(),
    jpeg(size=(200, 150), restart_marker_blocks=1),
    jpeg(optimize=True),
    with_two_headers(),
    with_scans(3)[-5000:],
]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 8), st.binary(max_size=8)), min_size=1, max_size=8),
)
def test_whatever_comes_is_refused_or_decoded(data: bytes, changes: list[tuple[int, int, bytes]]) -> None:
    for at, cut, new in changes:
        data = data[:at] + new + data[at + cut :]
    try:
        width, height = jpeg_size(data)
    except ValueError as error:
        assert "\n" not in str(error)
        return
    if width * height <= camera.MOST_PIXELS:
        image = camera._decode(data, (width, height))
        assert image is None or image.shape == (height, width, 3)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_noise_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="JPEG"):
        jpeg_size(data)
    with pytest.raises(ValueError, match="JPEG"):
        jpeg_size(b"\xff\xd8" + data + b"\xff\xd9")

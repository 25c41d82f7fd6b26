"""The server's life, frames and panels out and events in."""

from __future__ import annotations

import base64
import json
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest
import torch
from websockets.exceptions import ConnectionClosed

from tests.live.browser.page import PATIENCE_S, Page, annotated_frame, get
from torch_opencv.live.browser import Browser, broadcaster
from torch_opencv.live.browser.jpeg import Packet, encode
from torch_opencv.live.browser.viewer import IN_FLIGHT
from torch_opencv.live.errors import ViewError
from torch_opencv.live.events import Choose, Command, Key, Press, Seek, Text
from torch_opencv.live.panel import Button, Panel, Row, TextField
from torch_opencv.live.rate_limit import Allowance
from torch_opencv.live.views import AnnotatedFrame, Pointer, ViewEvent


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the images that were encoded."""
    numbers: list[int] = []

    def noting(number: int, shown: AnnotatedFrame) -> Packet:
        numbers.append(number)
        return encode(number, shown)

    monkeypatch.setattr(broadcaster, "encode", noting)
    return numbers


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


# --- images ---


def test_what_is_waited_for_is_said_to_pages_that_are_open_and_to_those_that_come(browser: Browser) -> None:
    with Page(browser) as page:
        assert page.hear("hello")["waiting"] == ""
        browser.tell("Compiling starry-night")
        assert page.hear("waiting")["text"] == "Compiling starry-night"
        with Page(browser) as another:
            assert another.hear("hello")["waiting"] == "Compiling starry-night"


def test_an_image_and_what_is_beside_it(browser: Browser) -> None:
    classes = [{"label": "goldfish", "wnid": "n01443537", "score": 0.97}]
    with Page(browser) as page:
        hello = page.hear("hello")
        assert (hello["title"], hello["quit"]) == ("test", True)
        browser.show(annotated_frame(12, fields={"classes": classes}, dropped=3, state="paused", recording=True))
        message, jpeg = page.frame()
    assert message["fields"] == {"classes": classes}
    assert message["source"] == "clip.mp4"
    stats = {
        "state": "paused",
        "display_fps": 30.0,
        "model_fps": 10.0,
        "latency_ms": 20.0,
        "dropped": 3,
        "recording": True,
    }
    assert (message["size"], message["drawn"]) == ([64, 48], False)
    assert message["stats"] == {
        **stats,
        "hud": False,
        "recording_path": None,
        "files": [],
        "choices": [],
        "chosen": "",
        "status": "",
        "position": None,
        "duration": None,
    }
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image.shape == (48, 64, 3)
    assert abs(int(image.mean()) - 120) <= 1


def test_who_comes_later_sees_the_last_image(browser: Browser) -> None:
    browser.show(annotated_frame(1))
    browser.show(annotated_frame(2))
    with Page(browser) as page:
        assert page.frame()[0]["number"] == 2


def test_large_images_are_scaled_down(browser: Browser) -> None:
    with Page(browser) as page:
        browser.show(annotated_frame(size=(1000, 4000)))
        assert cv2.imdecode(np.frombuffer(page.frame()[1], np.uint8), 1).shape == (480, 1920, 3)


def test_an_image_can_be_a_view_of_another(browser: Browser) -> None:
    shown = annotated_frame()
    wide = torch.zeros(48, 128, 3, dtype=torch.uint8)
    wide[:, ::2] = 200
    with Page(browser) as page:
        browser.show(AnnotatedFrame(wide[:, ::2], shown.frame, {}, shown.stats))
        image = cv2.imdecode(np.frombuffer(page.frame()[1], np.uint8), 1)
    assert image.shape == (48, 64, 3)
    assert image.min() >= 198


def test_fields_are_always_json_that_a_browser_reads(browser: Browser) -> None:
    fields = {
        "score": float("nan"),
        "far": [float("inf"), 1],
        "words": "NaN Infinity ä",
        "odd": {1: torch.int8},
        "n": 1,
    }
    with Page(browser) as page:
        browser.show(annotated_frame(fields=fields))
        message = page.frame()[0]["fields"]
    assert message == {
        "score": None,
        "far": [None, 1],
        "words": "NaN Infinity ä",
        "odd": {"1": "torch.int8"},
        "n": 1,
    }
    json.dumps(message, allow_nan=False)


def test_who_never_acknowledges_gets_two_images_and_holds_up_nobody(browser: Browser) -> None:
    browser.camera()
    with Page(browser) as stuck, Page(browser) as quick:
        stuck.hear("camera")
        quick.hear("camera")
        for number in range(1, 31):
            browser.show(annotated_frame(number))
            assert quick.frame()[0]["number"] == number
            quick.seen(number)
        # Messages keep their order, so whatever was sent to it is there before the answer to this.
        stuck.say(type="camera", on=True, instead=False)
        got = []
        while (message := stuck.next()) != {"type": "camera", "state": "yours"}:
            got.append(message)
        numbers = [message["number"] for message in got if isinstance(message, dict)]
        assert numbers == list(range(1, 1 + IN_FLIGHT))
        assert len(got) == 2 * IN_FLIGHT  # a message and a JPEG each
        # Once it acknowledges, it gets the newest one, none of those in between.
        stuck.seen(1)
        assert stuck.frame()[0]["number"] == 30


def test_acknowledging_what_was_never_sent_gains_nothing(browser: Browser) -> None:
    browser.camera()
    with Page(browser) as page:
        page.hear("camera")
        for number in (7, -1, 10**30, 0, 1, 1, 1):
            page.seen(number)
        for number in range(1, 3):
            browser.show(annotated_frame(number))
            assert page.frame()[0]["number"] == number
        browser.show(annotated_frame(3))
        for _ in range(5):
            page.seen(99)
        page.say(type="camera", on=True, instead=False)
        assert page.next() == {"type": "camera", "state": "yours"}


def test_each_image_is_encoded_once_for_all(browser: Browser, encoded: list[int]) -> None:
    with Page(browser) as one, Page(browser) as two, Page(browser) as three:
        pages = (one, two, three)
        for page in pages:
            page.hear("camera")
        for number in range(1, 11):
            browser.show(annotated_frame(number))
            for page in pages:
                page.frame()
                page.seen(number)
        with Page(browser) as late:
            assert late.frame()[0]["number"] == 10
    assert encoded == list(range(1, 11))


def test_nothing_is_encoded_while_nobody_watches(browser: Browser, encoded: list[int]) -> None:
    for number in range(1, 6):
        browser.show(annotated_frame(number))
    with Page(browser) as page:
        page.frame()
    eventually(lambda: not browser._broadcaster._viewers)
    for number in range(6, 11):
        browser.show(annotated_frame(number))
    with Page(browser) as page:
        page.frame()
    assert encoded == [5, 10]


def test_show_waits_for_nothing(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()

    def slow(number: int, shown: AnnotatedFrame) -> Packet:
        assert go_on.wait(PATIENCE_S)
        return encode(number, shown)

    monkeypatch.setattr(broadcaster, "encode", slow)
    with Page(browser) as page:
        page.hear("hello")
        for index in range(100):
            browser.show(annotated_frame(index))  # would wait for ever if it waited for the encoder
        go_on.set()
        numbers = [page.frame()[0]["number"]]
        while numbers[-1] != 100:
            page.seen(numbers[-1])
            numbers.append(page.frame()[0]["number"])
    assert len(numbers) <= 3  # the one that was being encoded, perhaps one more, and the newest


# --- what visitors do ---


def hear(browser: Browser, count: int) -> list[ViewEvent]:
    """As many events as that, in order."""
    heard: list[ViewEvent] = []
    eventually(lambda: heard.extend(browser.events()) or len(heard) >= count)  # type: ignore[func-returns-value]
    return heard


def test_events_come_in_order(browser: Browser) -> None:
    wanted: list[ViewEvent] = [Command("pause"), Command("replay"), Command("quit"), Seek(1.5), Key("x"), Key("q")]
    wanted += [Text("label", "ä <b>"), Press("save")]
    with Page(browser) as page:
        for name in ("pause", "replay", "quit"):
            page.say(type="command", name=name)
        page.say(type="seek", position=1.5)
        page.say(type="key", key="x")
        page.say(type="key", key="q")
        page.say(type="text", field="label", text="ä <b>")
        page.say(type="press", button="save")
        assert hear(browser, len(wanted)) == wanted
    assert browser.events() == []


def test_a_touch_is_a_pointer_on_the_frame_that_was_shown(browser: Browser) -> None:
    with Page(browser) as page:
        first = annotated_frame(1, size=(1000, 4000))  # which the page gets at half the size
        browser.show(first)
        number = page.frame()[0]["number"]
        page.seen(number)
        browser.show(annotated_frame(2))
        page.frame()
        page.say(type="pointer", number=number, x=0.25, y=0.5, double=True)
        page.say(type="pointer", number=99, x=0.25, y=0.5, double=True)  # there is no such frame
        page.say(type="key", key="x")
        pointer, key = hear(browser, 2)
    assert isinstance(pointer, Pointer)
    assert (pointer.x, pointer.y, pointer.double, pointer.on) == (1000, 500, True, first)
    assert key == Key("x")


def test_who_may_not_quit_does_not_by_a_key_either(browser: Browser) -> None:
    with Page(browser) as page:
        page.hear("hello")
        (viewer,) = browser._broadcaster._viewers
        viewer.may_quit = False
        page.say(type="command", name="quit")
        for key in ("q", "Q", "Escape", "x"):
            page.say(type="key", key=key)
        assert hear(browser, 1) == [Key("x")]


def test_the_page_knows_the_keys(browser: Browser) -> None:
    with Page(browser) as page:
        keys = page.hear("hello")["keys"]
    assert keys[" "] == {"type": "command", "name": "pause"}
    assert keys["2"] == {"type": "choose", "number": 1}


def test_a_panel_is_shown_once_and_to_who_comes_later(browser: Browser) -> None:
    crop = torch.full((200, 100, 3), 99, dtype=torch.uint8)
    row = Row("<b>cup</b>", (crop, crop), (Button("remove 0", "Remove"),))
    panel = Panel("Labels", (row,), (TextField("label", "Label"),), (Button("save", "Save"),))
    with Page(browser) as page:
        page.hear("hello")
        browser.show_panel(panel)
        shown = page.hear("panel")["panel"]
        thumbnail = cv2.imdecode(np.frombuffer(base64.b64decode(shown["rows"][0]["images"][1]), np.uint8), 1)
        assert thumbnail.shape == (96, 48, 3)
        assert abs(int(thumbnail.mean()) - 99) <= 1
        del shown["rows"][0]["images"]
        assert shown == {
            "title": "Labels",
            "rows": [{"text": "<b>cup</b>", "buttons": [{"name": "remove 0", "label": "Remove"}]}],
            "fields": [{"name": "label", "label": "Label"}],
            "buttons": [{"name": "save", "label": "Save"}],
            "downloads": [],
        }
        with Page(browser) as later:
            assert later.hear("panel")["panel"]["title"] == "Labels"
        browser.show_panel(None)
        assert page.hear("panel")["panel"] is None


def test_who_does_not_keep_up_gets_only_the_newest_panel(browser: Browser) -> None:
    with Page(browser) as page:
        page.hear("hello")
        numbers = []
        for index in range(IN_FLIGHT):
            browser.show(annotated_frame(index))
            numbers.append(page.frame()[0]["number"])
        for index in range(100):
            browser.show_panel(Panel(f"panel {index}"))
        page.seen(numbers[0])
        titles = [page.hear("panel")["panel"]["title"]]  # perhaps one that was being encoded
        while titles[-1] != "panel 99":
            titles.append(page.hear("panel")["panel"]["title"])
        assert len(titles) <= 2


def test_it_is_watched_once_a_page_was_opened(browser: Browser) -> None:
    assert browser.stays
    assert not browser.watched
    assert get(browser, "/").status == 200  # which may be a machine's doing
    assert not browser.watched
    with Page(browser) as page:
        page.hear("hello")
        assert browser.watched


def test_a_choice_is_one_of_those_that_there_are(browser: Browser) -> None:
    with Page(browser) as page, Page(browser) as forger:
        browser.show(annotated_frame(choices=("starry-night", "<b>wave</b>"), chosen="starry-night"))
        stats = page.frame()[0]["stats"]
        assert (stats["choices"], stats["chosen"]) == (["starry-night", "<b>wave</b>"], "starry-night")
        page.say(type="choose", number=1)
        assert hear(browser, 1) == [Choose(1)]
        forger.say(type="choose", number=2)
        assert forger.end() == (1008, "that message isn't understood")
        assert browser.events() == []


def test_events_that_nobody_fetches_do_not_pile_up(browser: Browser) -> None:
    with Page(browser) as page:
        for _ in range(100):
            page.say(type="command", name="hud")
        page.say(type="command", name="snapshot")
        page.say(type="nonsense")
        page.end()
    events = browser.events()
    assert len(events) == 32
    assert events[-1] == Command("snapshot")


def test_a_flood_of_one_visitor_leaves_room_for_another(browser: Browser) -> None:
    with Page(browser) as quiet, Page(browser) as loud:
        quiet.say(type="key", key="first")
        quiet.say(type="nonsense")
        quiet.end()
        for _ in range(100):
            loud.say(type="command", name="hud")
        loud.say(type="nonsense")
        loud.end()
    events = browser.events()
    assert events[0] == Key("first")
    assert len(events) == 1 + 32


def test_each_visitor_has_an_allowance_and_keeps_it_when_the_page_is_opened_again(browser: Browser) -> None:
    def allowances(page: Page) -> set[Allowance | None]:
        page.say(type="command", name="snapshot")
        page.say(type="key", key="s")
        command, key = hear(browser, 2)
        assert isinstance(command, Command)
        assert isinstance(key, Key)
        return {command.allowance, key.allowance}

    with Page(browser) as one, Page(browser) as other:
        (first,), (second,) = allowances(one), allowances(other)
        assert first is not None
        assert second is not None
        assert first is not second
    with Page(browser) as again, Page(browser) as fresh:
        assert allowances(again) | allowances(fresh) == {first, second}


# --- what is refused ---


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("nonsense", 1007),
        ('{"type": "hello"}', 1008),
        ('{"type": "choose", "number": 0}', 1008),
    ],  # there are no choices
)
def test_what_makes_no_sense_ends_that_connection_alone(browser: Browser, message: str | bytes, code: int) -> None:
    with Page(browser) as good, Page(browser) as bad:
        bad.hear("camera")
        bad.send(message)
        assert bad.end()[0] == code
        browser.show(annotated_frame(1))
        assert good.frame()[0]["number"] == 1
    assert browser.events() == []


@pytest.mark.parametrize("message", [bytes(4 * 2**20 + 1), "x" * (4 * 2**20 + 1)], ids=["binary", "text"])
def test_what_is_too_large_ends_that_connection_alone(browser: Browser, message: str | bytes) -> None:
    with Page(browser) as good, Page(browser) as bad:
        bad.hear("camera")
        with pytest.raises(ConnectionClosed):  # no matter how: the answer may come before all of it is sent
            bad.send(message)
            while True:
                bad.next()
        browser.show(annotated_frame(1))
        assert good.frame()[0]["number"] == 1
        eventually(lambda: len(browser._broadcaster._viewers) == 1)


def test_too_many_messages(browser: Browser) -> None:
    with Page(browser) as page:
        with suppress(ConnectionClosed):
            for _ in range(5000):
                page.seen(1)
        assert page.end() == (1008, "too many messages")


def test_too_many_pages(browser: Browser) -> None:
    pages = [Page(browser) for _ in range(32)]
    for page in pages:
        page.seen(0)  # as our own page says at once; those that say nothing would make room
        page.hear("hello")
    with Page(browser) as another:
        code, reason = another.end()
    assert code == 1013
    assert "32 pages" in reason
    pages.pop().close()
    eventually(lambda: len(browser._broadcaster._viewers) == 31)
    with Page(browser) as another:
        another.hear("hello")
    for page in pages:
        page.close()


# --- pages that vanish ---


def raw_page(browser: Browser) -> socket.socket:
    """A connection that has said hello, with nothing read of what came after."""
    address = urlsplit(browser.address)
    connection = socket.create_connection((address.hostname, address.port), timeout=PATIENCE_S)
    connection.sendall(
        f"GET /socket HTTP/1.1\r\nHost: {address.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    assert connection.recv(1024).startswith(b"HTTP/1.1 101")
    return connection


@pytest.mark.parametrize("abruptly", [False, True])
def test_a_page_that_vanishes_in_the_middle(browser: Browser, abruptly: bool) -> None:
    with Page(browser) as page:
        page.hear("hello")
        gone = [raw_page(browser) for _ in range(3)]
        eventually(lambda: len(browser._broadcaster._viewers) == 4)
        noise = torch.randint(0, 256, (1080, 1920, 3), dtype=torch.uint8)
        shown = annotated_frame()
        browser.show(
            AnnotatedFrame(noise, shown.frame, {}, shown.stats)
        )  # more than the connection holds: it is half sent
        page.seen(page.frame()[0]["number"])
        gone[0].sendall(b"\x82\xfe\xff\xff")  # the beginning of a message that never comes
        for connection in gone:
            if abruptly:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
        browser.show(annotated_frame(2))
        assert page.frame()[0]["number"] == 2
        eventually(lambda: len(browser._broadcaster._viewers) == 1)


def test_closing_waits_for_no_page_that_does_not_read() -> None:
    browser = Browser("test", port=0)
    stuck = raw_page(browser)
    eventually(lambda: len(browser._broadcaster._viewers) == 1)
    shown = annotated_frame()
    for _ in range(3):
        noise = torch.randint(0, 256, (1080, 1920, 3), dtype=torch.uint8)
        browser.show(AnnotatedFrame(noise, shown.frame, {}, shown.stats))
    browser.close()
    assert not browser._thread.is_alive()
    stuck.close()


# --- the server ---


def test_closing_says_goodbye_frees_the_port_and_ends_the_threads() -> None:
    before = set(threading.enumerate())
    browser = Browser("test", port=0)
    port = urlsplit(browser.address).port
    assert port
    pages = [Page(browser) for _ in range(3)]
    browser.show(annotated_frame())
    for page in pages:
        page.frame()
    closing = threading.Thread(target=browser.close)
    closing.start()
    for page in pages:
        assert page.hear("end") == {"type": "end"}
        page.close()
    closing.join(PATIENCE_S)
    browser.close()
    assert not [thread for thread in set(threading.enumerate()) - before if "browser" in thread.name]
    again = Browser("test", port=port)
    assert get(again, "/").status == 200
    again.close()
    browser.show(annotated_frame())  # as the loop may once more; nothing happens
    assert browser.events() == []


def test_a_taken_port(browser: Browser) -> None:
    port = urlsplit(browser.address).port
    assert port
    with pytest.raises(ViewError, match=rf"port {port} of 127.0.0.1 is taken.*--port"):
        Browser("test", port=port)


@pytest.mark.parametrize("host", ["192.0.2.1", "256.256.256.256", "no host"])
def test_a_host_that_is_not_here(host: str) -> None:
    with pytest.raises(ViewError, match="--host"):
        Browser("test", host=host, port=0)


@pytest.mark.parametrize("port", [-1, 65536, 10**9])
def test_a_port_that_is_none(port: int) -> None:
    with pytest.raises(ViewError, match="--port"):
        Browser("test", port=port)


def test_ipv6() -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    try:
        browser = Browser("test", host="::1", port=0)
    except ViewError:
        pytest.skip("no IPv6 here")
    assert browser.address.startswith("http://[::1]:")
    assert get(browser, "/").status == 200
    with Page(browser, origin=browser.address.rstrip("/")) as page:
        page.hear("hello")
    browser.close()


def test_small_messages_are_not_held_back(browser: Browser) -> None:
    """Where they are, every image waits some 40 ms for the acknowledgement of its message's packet."""
    with Page(browser) as page:
        page.hear("hello")
        (connection,) = browser._server.server_state.connections
        to_page = connection.transport.get_extra_info("socket")
        assert to_page.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_failure_is_raised_where_the_loop_sees_it(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(number: int, shown: AnnotatedFrame) -> Packet:
        raise RuntimeError("no encoder")

    monkeypatch.setattr(broadcaster, "encode", failing)
    with Page(browser) as page:
        page.hear("hello")
        browser.show(annotated_frame())
        with pytest.raises(ViewError, match="no encoder"):
            while True:
                browser.events()
                time.sleep(0.01)

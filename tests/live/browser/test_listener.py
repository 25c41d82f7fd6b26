"""The server under attack: connections without an end, or without a beginning."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from tests.live.browser.flood import KINDS, PINGS, WEBSOCKET, Flood
from tests.live.browser.page import PATIENCE_S, Page, annotated_frame, get
from torch_opencv.live.browser import Browser, listener
from torch_opencv.live.browser.listener import Listener


def netloc(browser: Browser) -> str:
    return urlsplit(browser.address).netloc


@pytest.fixture
def connect(browser: Browser) -> Iterator[Callable[..., socket.socket]]:
    """Opens connections that begin with a text, and closes them at the end."""
    address = urlsplit(browser.address)
    with ExitStack() as stack:

        def one(begin: str | bytes = b"", host: str = "127.0.0.1") -> socket.socket:
            target = (address.hostname, address.port)
            connection = stack.enter_context(socket.create_connection(target, PATIENCE_S, (host, 0)))
            connection.sendall(begin.format(host=address.netloc).encode() if isinstance(begin, str) else begin)
            return connection

        yield one


def ends_within(connection: socket.socket, seconds: float) -> float:
    """How long it takes until the server has ended a connection; fails if that takes longer."""
    start = time.monotonic()
    connection.settimeout(seconds)
    try:
        while connection.recv(2**16):
            ...
    except ConnectionResetError:
        pass
    return time.monotonic() - start


def works(browser: Browser) -> None:
    """What a visitor does."""
    for name in ("/", "/page.js", "/style.css"):
        assert get(browser, name).status == 200
    with Page(browser) as page:
        page.hear("hello")
        page.seen(0)
        browser.show(annotated_frame(1))
        page.frame()


@pytest.mark.parametrize("begin", [KINDS["idle"], KINDS["slow headers"], KINDS["keep alive"]])
def test_strangers_have_some_seconds(
    browser: Browser, connect: Callable[..., socket.socket], begin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "PATIENCE_S", 0.2)
    ends_within(connect(begin), 4)


def test_a_stranger_that_sends_byte_by_byte_has_no_longer(
    browser: Browser, connect: Callable[..., socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "PATIENCE_S", 0.2)
    slow = connect(KINDS["slow headers"])
    deadline = time.monotonic() + PATIENCE_S
    with pytest.raises(OSError, match=r"pipe|reset"):
        while time.monotonic() < deadline:
            slow.sendall(b"x")
            time.sleep(0.02)


def test_visitors_have_as_long_as_they_like(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "PATIENCE_S", 0.2)
    with Page(browser) as page:
        page.hear("hello")
        time.sleep(2.5)  # two sweeps
        browser.show(annotated_frame(1))
        page.frame()


def test_the_oldest_strangers_make_room_for_new_ones(
    browser: Browser, connect: Callable[..., socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "STRANGERS_A_NETWORK", 20)
    strangers = [connect() for _ in range(50)]
    for stranger in strangers[:30]:
        ends_within(stranger, PATIENCE_S)
    strangers[-1].setblocking(False)
    with pytest.raises(BlockingIOError):
        strangers[-1].recv(1)
    works(browser)


def test_the_address_with_the_most_strangers_makes_room(
    browser: Browser, connect: Callable[..., socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "STRANGERS", 20)
    quiet = connect(host="127.0.0.2")  # the oldest of all
    many = [connect(host="127.0.0.3") for _ in range(40)]
    ends_within(many[0], PATIENCE_S)
    quiet.setblocking(False)
    with pytest.raises(BlockingIOError):
        quiet.recv(1)


def test_networks() -> None:
    assert listener._network("192.0.2.1") == "192.0.2.1"
    assert listener._network("::ffff:192.0.2.1") == "192.0.2.1"
    assert listener._network("2001:db8::1") == listener._network("2001:db8::ffff:1") == "2001:db8::/64"
    assert listener._network("fe80::1%eth0") == "fe80::/64"


def test_a_full_house_has_no_room_for_those_who_say_nothing(
    browser: Browser, connect: Callable[..., socket.socket]
) -> None:
    silent = [connect(WEBSOCKET) for _ in range(33)]
    ends_within(silent[0], PATIENCE_S)  # the first made room for the last
    pages = [Page(browser) for _ in range(32)]
    for page in pages:
        page.seen(0)
        page.hear("hello")
    for connection in silent:
        ends_within(connection, PATIENCE_S)
    with Page(browser) as another:
        assert another.end() == (1013, "32 pages are open already")
    for page in pages:
        page.close()


def test_a_visitor_that_is_gone_gives_up_its_place(
    connect: Callable[..., socket.socket], browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser._server.config.ws_ping_interval = browser._server.config.ws_ping_timeout = 0.1
    assert ends_within(connect(WEBSOCKET), PATIENCE_S) < PATIENCE_S  # it doesn't answer pings
    with Page(browser) as page:  # this one does
        time.sleep(1)
        browser.show(annotated_frame(1))
        page.frame()


EMPTY_PIECES = b"\x02\x80\0\0\0\0" + b"\x00\x80\0\0\0\0" * 1000
PONGS = b"\x8a\x80\0\0\0\0" * 1000


@pytest.mark.parametrize("frames", [PINGS, PONGS, EMPTY_PIECES], ids=["pings", "pongs", "empty pieces"])
def test_frames_that_no_page_sends(
    browser: Browser, connect: Callable[..., socket.socket], frames: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    flooding = connect(WEBSOCKET)
    assert flooding.recv(100).startswith(b"HTTP/1.1 101")
    flooding.sendall(frames)
    flooding.settimeout(PATIENCE_S)
    answer = b""
    try:
        while data := flooding.recv(2**16):
            answer += data
    except ConnectionResetError:
        pass
    assert answer.count(b"\x8a\x00") < 1500  # pongs, for 20,000 pings
    works(browser)


def test_some_pings_are_answered(browser: Browser) -> None:
    with Page(browser) as page:
        for _ in range(5):
            assert page._socket.ping().wait(PATIENCE_S)


def test_frames_that_come_before_the_answer(browser: Browser, connect: Callable[..., socket.socket]) -> None:
    for frames in (PINGS[:6000], b"\xff" * 1000, EMPTY_PIECES):
        connection = connect(WEBSOCKET.format(host=netloc(browser)).encode() + frames)
        time.sleep(0.05)
        connection.sendall(frames)
    works(browser)


def test_the_log_has_one_line_of_each_kind(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    loop = asyncio.new_event_loop()
    for _ in range(100):
        browser._complain(loop, {"message": "it failed", "exception": ValueError("no")})
    for number in range(100):
        browser._complain(loop, {"message": f"it failed {number}"})
    loop.close()
    assert len(caplog.records) == 16
    assert caplog.messages[0] == "the page's server: it failed: ValueError('no')"


def test_too_many_open_files(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "_RETRY_S", 0.001)
    listening = Listener(socket.create_server(("127.0.0.1", 0)))

    async def full(_: socket.socket) -> None:
        raise OSError(24, "Too many open files")

    async def run() -> None:
        monkeypatch.setattr(asyncio.get_running_loop(), "sock_accept", full)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(listening.serve(asyncio.Protocol, None), 0.1)

    asyncio.run(run())
    listening.socket.close()
    assert caplog.messages == ["the page's server can't accept connections at times: Too many open files"]


@pytest.mark.parametrize(
    ("count", "kind"),
    [(300, kind) for kind in KINDS if kind != "pings"]
    + [(30, "pings")]
    + [pytest.param(2000, kind, marks=pytest.mark.e2e) for kind in ("idle", "slow headers")],
)
def test_a_flood(
    browser: Browser,
    count: int,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with Page(browser) as page:  # who is in isn't disturbed
        page.seen(0)
        page.hear("hello")
        if count < 1000:  # or the test would take long
            monkeypatch.setattr(listener, "MOMENT_AT_THIS_MACHINE_S", 0.02)
        with Flood(netloc(browser), kind, count):
            works(browser)
            assert len(browser._listener._strangers) <= listener.STRANGERS
            page.seen(page.frame()[0]["number"])
            browser.show(annotated_frame(2))
            page.frame()
    assert len(capfd.readouterr().err) < 2000

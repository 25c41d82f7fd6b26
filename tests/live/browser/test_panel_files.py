"""Files that a panel offers, and those that visitors give to it."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Callable
from urllib.parse import quote, urlsplit

import pytest

from tests.live.browser.page import PATIENCE_S, get
from torch_opencv.live.browser import Browser, panel_files
from torch_opencv.live.events import File
from torch_opencv.live.panel import Download, FileField, Panel, TextField

TOKEN = "a-token_for.tests"
PANEL = Panel(
    "Files",
    fields=(FileField("photo", "A photograph", largest=100_000), TextField("name", "Name")),
    downloads=(Download("ж 李.bin", "Download", lambda: bytes(range(256)) * 4000),),
)


def post(browser: Browser, path: str, content: bytes, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(urlsplit(browser.address).netloc, timeout=PATIENCE_S)
    connection.request("POST", path, content, {name.title(): value for name, value in headers.items()})
    answer = connection.getresponse()
    said = answer.read().decode()
    connection.close()
    return answer.status, said


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_the_panel_offers(browser: Browser) -> None:
    path = f"/panel/{quote('ж 李.bin')}"
    assert get(browser, path).status == 404  # there is no panel yet
    browser.show_panel(PANEL)
    answer = get(browser, path)
    assert answer.status == 200
    assert answer.body == bytes(range(256)) * 4000  # type: ignore[attr-defined]
    assert answer.headers["content-disposition"] == f"attachment; filename*=utf-8''{quote('ж 李.bin')}"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert get(browser, "/panel/other.bin").status == 404
    browser.show_panel(None)
    assert get(browser, path).status == 404


def test_what_a_visitor_gives(browser: Browser) -> None:
    assert post(browser, "/panel/photo", b"1") == (404, "There is no such field.")
    browser.show_panel(PANEL)
    assert post(browser, "/panel/name", b"1")[0] == 404  # that is a field for texts
    assert post(browser, "/panel/photo", bytes(100_000)) == (204, "")
    assert post(browser, "/panel/photo", b"1")[0] == 503  # the first one is still in memory
    assert browser.events() == [File("photo", bytes(100_000))]
    eventually(lambda: post(browser, "/panel/photo", b"2")[0] == 204)
    assert browser.events() == [File("photo", b"2")]


def test_it_is_bounded(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel_files, "_PATIENCE_S", 0.2)
    browser.show_panel(PANEL)
    assert post(browser, "/panel/photo", bytes(100_001)) == (413, "The file is too large: at most 100000 bytes.")
    address = urlsplit(browser.address)
    with socket.create_connection((address.hostname, address.port), PATIENCE_S) as stranded:
        stranded.sendall(f"POST /panel/photo HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: 9\r\n\r\n1".encode())
        assert stranded.recv(100).startswith(b"HTTP/1.1 408")
    assert post(browser, "/panel/photo", b"3")[0] == 204
    assert browser.events() == [File("photo", b"3")]


def test_only_the_page_itself_may_send(browser: Browser) -> None:
    browser.show_panel(PANEL)
    assert post(browser, "/panel/photo", b"1", origin="http://elsewhere.example")[0] == 403
    assert post(browser, "/panel/photo", b"1", origin="null")[0] == 403
    assert browser.events() == []
    assert post(browser, "/panel/photo", b"1", origin=browser.address.rstrip("/"))[0] == 204


def test_both_need_the_token() -> None:
    browser = Browser("test", port=0, token=TOKEN)
    try:
        browser.show_panel(PANEL)
        path = f"/panel/{quote('ж 李.bin')}"
        assert get(browser, path).status == 403
        assert get(browser, f"{path}?token={TOKEN}").status == 200
        assert post(browser, "/panel/photo", b"1")[0] == 403
        assert browser.events() == []
        assert post(browser, f"/panel/photo?token={TOKEN}", b"1")[0] == 204
    finally:
        browser.close()

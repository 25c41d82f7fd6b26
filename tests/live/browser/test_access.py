"""Who is let in: tokens, host names, origins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus

from tests.live.browser.page import Page, get
from torch_opencv.live.browser import Browser
from torch_opencv.live.browser.access import read_token
from torch_opencv.live.errors import ViewError
from torch_opencv.live.events import Command

TOKEN = "a-token_for.tests"
EVERYTHING = ["/", "/page.js", "/style.css", "/index.html", "/nothing"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all, as nothing here changes it."""
    browser = Browser("test", port=0)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def guarded() -> Iterator[Browser]:
    browser = Browser("test", port=0, token=TOKEN)
    yield browser
    browser.close()


def refused(browser: Browser, **how: str) -> bool:
    """Whether a WebSocket is answered 403; anything else than that or a connection fails the test."""
    try:
        with Page(browser, **how) as page:
            page.hear("hello")
    except InvalidStatus as error:
        assert error.response.status_code == 403
        return True
    return False


def test_at_this_machine_no_token_is_needed(browser: Browser) -> None:
    assert browser.address.startswith("http://127.0.0.1:")
    assert "token" not in browser.address
    assert get(browser, "/").status == 200
    assert not refused(browser)


def test_any_other_host_demands_a_token_that_is_made() -> None:
    first, second = Browser("test", host="0.0.0.0", port=0), Browser("test", host="0.0.0.0", port=0)
    try:
        tokens = {urlsplit(browser.address).query for browser in (first, second)}
        assert len(tokens) == 2
        assert all(len(token) > 30 for token in tokens)
        assert "0.0.0.0" not in first.address
    finally:
        first.close()
        second.close()


@pytest.mark.parametrize("path", EVERYTHING)
@pytest.mark.parametrize("query", ["", "?token=", "?token=wrong", f"?token={TOKEN}x", "?token=%C3%A4%00%ff"])
def test_without_the_token_nothing_is_shown(guarded: Browser, path: str, query: str) -> None:
    response = get(guarded, path + query)
    assert response.status == 403
    assert "set-cookie" not in response.headers
    assert TOKEN.encode() not in response.body


@pytest.mark.parametrize("query", ["", "token=wrong", "token=%ff"])
def test_without_the_token_no_socket_opens(guarded: Browser, query: str) -> None:
    assert refused(guarded, query=query)


def test_the_token_becomes_a_cookie_that_scripts_and_other_sites_do_not_get(guarded: Browser) -> None:
    response = get(guarded, f"/?token={TOKEN}")
    assert response.status == 200
    cookie, *attributes = response.headers["set-cookie"].split("; ")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} == set(attributes)
    assert get(guarded, "/page.js", cookie=cookie).status == 200
    assert not refused(guarded, query="", cookie=cookie)
    behind_https = get(guarded, f"/?token={TOKEN}", **{"x-forwarded-proto": "https"})
    assert "Secure" in behind_https.headers["set-cookie"].split("; ")
    # A wrong token in the address isn't made good by an old cookie.
    assert get(guarded, "/?token=wrong", cookie=cookie).status == 403


def test_programs_at_other_ports_have_other_cookies(guarded: Browser) -> None:
    other = Browser("test", port=0, token=TOKEN + "2")
    try:
        names = {
            get(each, "/?" + urlsplit(each.address).query).headers["set-cookie"].partition("=")[0]
            for each in (guarded, other)
        }
        assert len(names) == 2
    finally:
        other.close()


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "localhost.evil.example", "", "[::", "10.0.0.1:80"]
)
def test_names_that_only_point_here_are_refused(browser: Browser, host: str) -> None:
    host = host.format(port=urlsplit(browser.address).port)
    assert get(browser, "/", host=host).status == 403
    assert get(browser, "/page.js", host=host).status == 403


def test_names_that_only_point_here_get_no_socket_either(browser: Browser) -> None:
    port = urlsplit(browser.address).port
    assert refused(browser, host=f"evil.example:{port}", origin=f"http://evil.example:{port}")


@pytest.mark.parametrize(
    "host", ["localhost:{port}", "127.0.0.1:{port}", "[::1]:{port}", "LOCALHOST", "localhost:9999"]
)
def test_names_of_this_machine_are_answered_to(browser: Browser, host: str) -> None:
    assert get(browser, "/", host=host.format(port=urlsplit(browser.address).port)).status == 200


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://localhost:{port}",  # the Host header says 127.0.0.1
        "http://127.0.0.1:1",
        "http://127.0.0.1",
        "https://127.0.0.1",
        "null",
        "file://",
        "http://127.0.0.1:{port}.evil.example",
        "http://127.0.0.1:nonsense",
    ],
)
def test_foreign_pages_cannot_connect(browser: Browser, origin: str) -> None:
    assert refused(browser, origin=origin.format(port=urlsplit(browser.address).port))


def test_the_page_itself_can_connect(browser: Browser) -> None:
    assert not refused(browser, origin=browser.address.rstrip("/"))


def test_a_foreign_page_cannot_connect_even_with_the_token(guarded: Browser) -> None:
    assert refused(guarded, origin="http://evil.example")


def test_errors_are_closed_off_like_everything_else(guarded: Browser) -> None:
    for path in (f"/?token={TOKEN}", "/", f"/nothing?token={TOKEN}"):
        headers = get(guarded, path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/../view.py", "/..%2fview.py", "/%2e%2e/view.py", "//etc/passwd", "/page", "/docs"])
def test_nothing_but_the_page_is_served(browser: Browser, path: str) -> None:
    assert get(browser, path).status == 404


def test_the_page_asks_nobody_else_for_anything(browser: Browser) -> None:
    for name in ("/", "/style.css", "/page.js", "/camera.js", "/results.js", "/favicon.svg"):
        response = get(browser, name)
        assert response.status == 200
        text = response.body.decode().replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text
        assert "https://" not in text
        assert "innerHTML" not in text
    assert get(browser, "/page.js").headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize("token", ["", "short", "with spaces in it", "semi;colon;semi", "ümläüts-no", "line\nbreak-x"])
def test_tokens_that_cannot_be_used(token: str) -> None:
    with pytest.raises(ViewError, match="8 or more"):
        Browser("test", port=0, token=token)


def test_only_visitors_at_this_machine_may_quit(browser: Browser, guarded: Browser) -> None:
    with Page(browser) as near:
        assert near.hear("hello")["quit"] is True
        near.say(type="command", name="quit")
        near.say(type="nonsense")  # once this is answered, the command has been read
        assert near.end()[0] == 1008
        assert browser.events() == [Command("quit")]
    # Where there is a token, whoever seems to be here may come through a proxy, whatever the Host header says.
    with Page(guarded) as seemingly_near:
        assert seemingly_near.hear("hello")["quit"] is False
        seemingly_near.say(type="command", name="quit")
        seemingly_near.say(type="nonsense")
        assert seemingly_near.end()[0] == 1008
        assert guarded.events() == []


@pytest.mark.parametrize(
    "header", ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP"]
)
def test_what_a_proxy_forwards_needs_a_token(browser: Browser, guarded: Browser, header: str) -> None:
    response = get(browser, "/", **{header: "127.0.0.1"})
    assert response.status == 403
    assert b"with a token" in response.body
    assert refused(browser, **{header: "127.0.0.1"})
    assert not refused(guarded, **{header: "203.0.113.7"})


# --- a token that nobody sees in a list of processes ---


def test_a_token_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    assert read_token(file) == TOKEN
    assert read_token(str(file)) == TOKEN


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file"),
        (b"", "8 or more"),
        (b"short", "8 or more"),
        (b"a-token_for.tests\nand-a-second-line", "8 or more"),
        ("ümläüts-no".encode(), "isn't a text of letters and digits"),
        (bytes(10_000), "8 or more"),
    ],
)
def test_a_file_without_a_token(tmp_path: Path, content: bytes | None, words: str) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ViewError, match=words) as error:
        read_token(file)
    assert str(file) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_token_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TORCH_OPENCV_TOKEN", raising=False)
    assert read_token() is None
    monkeypatch.setenv("TORCH_OPENCV_TOKEN", "")
    assert read_token() is None
    monkeypatch.setenv("TORCH_OPENCV_TOKEN", TOKEN)
    assert read_token() == TOKEN
    file = tmp_path / "token"
    file.write_text("another-token")
    assert read_token(file) == "another-token"
    monkeypatch.setenv("TORCH_OPENCV_TOKEN", "short")
    with pytest.raises(ViewError, match="TORCH_OPENCV_TOKEN: the token must have 8"):
        read_token()

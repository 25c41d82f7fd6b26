"""https: certificates of our own and others', and what a server with one answers."""

from __future__ import annotations

import datetime
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tests.live.browser.page import PATIENCE_S, Page, annotated_frame, get
from torch_opencv.live.browser import Browser, certificate, listener
from torch_opencv.live.browser.certificate import fingerprint, own_certificate, tls_context
from torch_opencv.live.errors import ViewError

TOKEN = "a-token_for.tests"
NAMES = {"localhost", "127.0.0.1", "::1", "192.0.2.7", "host-7.local"}


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the user's that no other test has seen."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("TORCH_OPENCV_HOME", str(folder))
    return folder


@pytest.fixture
def secure() -> Iterator[Browser]:
    browser = Browser("test", port=0, token=TOKEN, https=True)
    yield browser
    browser.close()


def read(file: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(file.read_bytes())


def names(of: x509.Certificate) -> set[str]:
    alternatives = of.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in alternatives}


# --- the certificate ---


def test_it_is_for_these_names_and_nobody_else_can_read_its_key(home: Path) -> None:
    file = own_certificate(NAMES)
    assert file.is_relative_to(home / "https")
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert names(read(file)) == NAMES
    life = read(file).not_valid_after_utc - read(file).not_valid_before_utc
    assert life <= datetime.timedelta(days=397)
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl program")
def test_openssl_finds_nothing_wrong_with_it() -> None:
    file = own_certificate(NAMES)
    command = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname", "host-7.local"]
    said = subprocess.run([*command, "-CAfile", file, file], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    said = subprocess.run(
        ["openssl", "x509", "-in", file, "-noout", "-fingerprint", "-sha256"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip().partition("=")[2].replace(":", " ") == fingerprint(file)


def test_it_is_kept_as_long_as_it_serves() -> None:
    first = own_certificate(NAMES).read_bytes()
    assert own_certificate(NAMES).read_bytes() == first
    assert own_certificate({"localhost"}).read_bytes() == first
    other = own_certificate({*NAMES, "192.0.2.8"}).read_bytes()  # the machine is in another network now
    assert other != first


@pytest.mark.parametrize("days", [-1, 29, 31])
def test_it_is_made_anew_before_it_expires(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(certificate, "_LIFE", datetime.timedelta(days=days))
        if days < 0:
            patch.setattr(certificate, "_SKEW", datetime.timedelta(days=3))
        first = own_certificate(NAMES).read_bytes()
    assert (own_certificate(NAMES).read_bytes() == first) == (days > 30)


@pytest.mark.parametrize("damage", ["garbage", "no key", "another's key", "readable"])
def test_what_is_no_good_is_made_anew(damage: str) -> None:
    file = own_certificate(NAMES)
    good = file.read_bytes()
    begin = good.index(b"-----BEGIN PRIVATE KEY")
    if damage == "garbage":
        file.write_bytes(b"\0" * 100)
    elif damage == "no key":
        file.write_bytes(good[:begin])
    elif damage == "another's key":
        other = certificate._make(NAMES)
        file.write_bytes(good[:begin] + other[other.index(b"-----BEGIN PRIVATE KEY") :])
    else:
        file.chmod(0o644)
    again = own_certificate(NAMES)
    assert again.read_bytes() != good
    assert again.stat().st_mode & 0o777 == 0o600
    tls_context(again)


def test_a_folder_that_cannot_be_written_to(home: Path) -> None:
    (home / "https").write_text("no folder")
    with pytest.raises(ViewError, match=r"can't be kept in .*TORCH_OPENCV_HOME"):
        own_certificate(NAMES)


# --- one that the user names ---


def test_one_of_the_users_own(tmp_path: Path) -> None:
    both = own_certificate(NAMES).read_bytes()
    begin = both.index(b"-----BEGIN PRIVATE KEY")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    cert.write_bytes(both[:begin])
    key.write_bytes(both[begin:])
    browser = Browser("test", port=0, certificate=cert, key=str(key))
    try:
        assert browser.address.startswith("https://127.0.0.1:")
        assert browser.fingerprint == ""
        assert get(browser, "/").status == 200
    finally:
        browser.close()


def test_ones_that_cannot_be_used(tmp_path: Path) -> None:
    both = own_certificate(NAMES).read_bytes()
    begin = both.index(b"-----BEGIN PRIVATE KEY")
    cert, key, other, garbage = (tmp_path / name for name in ("cert.pem", "key.pem", "other.pem", "garbage.pem"))
    cert.write_bytes(both[:begin])
    key.write_bytes(both[begin:])
    made = certificate._make(NAMES)
    other.write_bytes(made[made.index(b"-----BEGIN PRIVATE KEY") :])
    garbage.write_bytes(b"garbage")
    locked = tmp_path / "locked.pem"
    encryption = serialization.BestAvailableEncryption(b"secret")
    private = serialization.load_pem_private_key(key.read_bytes(), None)
    locked.write_bytes(private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption))
    missing = tmp_path / "missing.pem"
    for files, words in [
        ({"certificate": missing}, "missing.pem can't be read: No such file"),
        ({"certificate": cert, "key": missing}, "missing.pem can't be read: No such file"),
        ({"certificate": cert}, "can't be used: --cert and --key take PEM"),
        ({"certificate": garbage, "key": key}, "can't be used: --cert and --key take PEM"),
        ({"certificate": cert, "key": locked}, "without a password"),
        ({"certificate": cert, "key": other}, "isn't the key of the certificate"),
        ({"key": key}, "give --cert, too"),
        ({"certificate": cert, "key": key, "https": False}, "with https only"),
    ]:
        with pytest.raises(ViewError, match=words) as error:
            Browser("test", port=0, **files)  # type: ignore[arg-type]
        assert "\n" not in str(error.value)


# --- the server ---


def test_the_page_over_https(secure: Browser) -> None:
    assert secure.address.startswith("https://127.0.0.1:")
    response = get(secure, f"/?token={TOKEN}")
    assert response.status == 200
    cookie, *attributes = response.headers["set-cookie"].split("; ")
    assert "Secure" in attributes
    assert get(secure, "/page.js", cookie=cookie).status == 200
    assert get(secure, "/").status == 403
    with Page(secure, origin=secure.address.partition("/?")[0]) as page:
        page.hear("hello")
        secure.show(annotated_frame(1))
        page.frame()


def test_the_certificate_is_the_printed_one(secure: Browser) -> None:
    address = urlsplit(secure.address)
    pem = ssl.get_server_certificate((address.hostname or "", address.port or 0))
    assert {"localhost", "127.0.0.1", "::1"} <= names(x509.load_pem_x509_certificate(pem.encode()))
    assert len(secure.fingerprint.split(" ")) == 32


def test_http_says_nothing_there(secure: Browser) -> None:
    address = urlsplit(secure.address)
    with socket.create_connection((address.hostname, address.port), PATIENCE_S) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert TOKEN.encode() not in plain.recv(1000)
    assert get(secure, f"/?token={TOKEN}").status == 200


def test_a_handshake_that_never_comes(secure: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "PATIENCE_S", 0.2)
    address = urlsplit(secure.address)
    with socket.create_connection((address.hostname, address.port), PATIENCE_S) as silent:
        assert silent.recv(1) == b""

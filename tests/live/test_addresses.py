"""Addresses: what is none is refused, and no secret of one is ever shown."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from torch_opencv.live.errors import SourceError
from torch_opencv.live.sources import open_source
from torch_opencv.live.sources.addresses import check_address, without_secrets


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("rtsp://10.0.0.7/live", "rtsp://10.0.0.7/live"),
        ("rtsp://user@10.0.0.7/live", "rtsp://***@10.0.0.7/live"),
        ("rtsp://user:secret@10.0.0.7:554/live", "rtsp://***@10.0.0.7:554/live"),
        ("rtsp://user:secret@[fe80::1]:554/a", "rtsp://***@[fe80::1]:554/a"),
        ("RTSP://:secret@10.0.0.7", "rtsp://***@10.0.0.7"),
        ("rtsp://10.0.0.7/h264Preview_01_main", "rtsp://10.0.0.7/h264Preview_01_main"),
        ("rtsp://10.0.0.7:554/Streaming/Channels/101", "rtsp://10.0.0.7:554/Streaming/Channels/101"),
        ("rtsp://10.0.0.7/cam/realmonitor?channel=1&subtype=0", "rtsp://10.0.0.7/cam/realmonitor?channel=1&subtype=0"),
        ("http://a.b/axis-cgi/mjpg/video.cgi?resolution=640x480", "http://a.b/axis-cgi/mjpg/video.cgi?resolution=640x480"),
        ("http://a.b/c.m3u8?channel=1&token=secret", "http://a.b/c.m3u8?channel=1&token=***"),
        ("http://a.b/c?channel=se:cret", "http://a.b/c?channel=***"),
        ("http://a.b/c?KEY=secret#secret", "http://a.b/c?KEY=***"),
        ("http://a.b/c?token=c2Vj/cmV0+IQ==&fps=5", "http://a.b/c?token=***&fps=5"),
        ("http://a.b/c?c2VjcmV0IQ==", "http://a.b/c?***"),
        ("http://a.b/c?secret", "http://a.b/c?***"),
        ("http://a.b/c?%74oken=secret&t%6Fken=secret", "http://a.b/c?***&***"),
        ("http://a.b/c?u=http://user:secret@other/", "http://***"),
        ("http://a.b/c?u=http%3A%2F%2Fuser%3Asecret%40other", "http://a.b/c?***"),
        # Keys in the path, as some makers of cameras and recorders have them.
        ("rtsps://10.0.0.7:7441/kQ3tN9xWc2LpVb7Z", "rtsps://10.0.0.7:7441/***"),
        ("http://a.b/3b241101-e2bb-4255-8caf-4136c566a962/live", "http://a.b/***/live"),
        ("rtsp://a.b/user=me&password=secret&channel=1&stream=0.sdp", "rtsp://a.b/user=***&password=***&channel=1&stream=0.sdp"),
        ("rtsp://a.b/user=me_password=secret_channel=1", "rtsp://a.b/user=***"),
        ("rtsp://a.b/admin:secret/ch1", "rtsp://a.b/***/ch1"),
        ("rtsp://a.b/admin%3Asecret/ch1", "rtsp://a.b/***/ch1"),
        # What should have been escaped.
        ("rtsp://user:sec/ret@10.0.0.7/live", "rtsp://***"),
        ("rtsp://user:sec@ret@10.0.0.7/live", "rtsp://***"),
        ("rtsp://user:sec#ret@10.0.0.7/live", "rtsp://***"),
        ("rtsp://user:5544/secret@10.0.0.7/live", "rtsp://***"),
        ("rtsp://user:5544?secret@10.0.0.7/live", "rtsp://***"),
        ("rtsp://secret/x@10.0.0.7/live", "rtsp://***"),
    ],
)  # fmt: skip
def test_addresses_are_shown_without_secrets(url: str, shown: str) -> None:
    assert without_secrets(url) == shown


_SAFE = string.ascii_letters + string.digits + "-._~"
_ANY = _SAFE + "!$'()*+,;=:@/?#[]%&"
secrets = st.text(_ANY, min_size=4, max_size=24).filter(lambda text: "***" not in text)
escaped = secrets.map(lambda text: "".join(c if c in _SAFE else f"%{ord(c):02X}" for c in text))
keys = st.text(string.ascii_letters + string.digits + "+=", min_size=13, max_size=40)
NEVER = ("rtsp", "http", "cam1.example", "/live/ch1", "channel=1&", "token=", "password=", "user=", "://***@", "key=")


def parts_of(secret: str) -> set[str]:
    return {secret[i : i + 4] for i in range(len(secret) - 3)}


@settings(max_examples=500, deadline=None)
@given(st.data())
def test_no_four_characters_of_a_secret_are_shown(data: st.DataObject) -> None:
    """Of an address that is taken for one, whatever is secret in it, and however that is written."""
    secret = data.draw(secrets | escaped | keys)
    form = data.draw(
        st.sampled_from(
            [
                "rtsp://me:{}@cam1.example/live/ch1",
                "rtsp://{}@cam1.example:554/live/ch1",
                "http://cam1.example/live/ch1?channel=1&token={}",
                "http://cam1.example/live/ch1?{}",
                "http://cam1.example/live/ch1?zzz={}&channel=1",
                "http://cam1.example/live/ch1?u=http://me:{}@cam1.example/",
                "http://cam1.example:80/live/ch1#{}",
                "rtsp://cam1.example/user=me&password={}&channel=1",
                "rtsp://cam1.example/user=me_password={}_channel=1",
            ]
        )
    )
    url = form.format(secret)
    try:
        check_address(url)
        shown = without_secrets(url)
    except SourceError as error:
        shown = str(error)
        assert secret not in shown
        return
    harmless = "".join(NEVER)
    leaked = {part for part in parts_of(secret) if part in shown and part not in harmless}
    # A value that ends where the next parameter begins, or a path in the path, may spell what is harmless.
    assert not {part for part in leaked if part not in form.format("")}, (url, shown)


@settings(max_examples=300, deadline=None)
@given(st.text(string.ascii_letters + string.digits, min_size=13, max_size=40), st.integers(0, 2))
def test_keys_in_the_path(key: str, index: int) -> None:
    parts = ["live", "ch1"]
    parts.insert(index, key)
    shown = without_secrets("rtsps://cam1.example:7441/" + "/".join(parts))
    assert not {part for part in parts_of(key) if part in shown.replace("rtsps://cam1.example:7441", "")}


@pytest.mark.parametrize("spec", ["me:s3cr3t@10.0.0.7/live", "me:s3*cr3t@10.0.0.7", "rtsp:/me:s3cr3t@10.0.0.7"])
def test_an_address_without_its_scheme(spec: str) -> None:
    with pytest.raises(SourceError, match="the address of a stream begins with rtsp://") as caught:
        open_source(spec)
    assert "cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        (
            "ftp://user:secret@a.b/c",
            "ftp:// can't be read: the address of a stream begins with rtsp://, rtsps://, http",
        ),
        ("user:secret://a.b", "that is no address: "),
        ("rtsp:/user:secret@a.b", "that is no address: "),
        ("rtsp://user:secret@a.b:port/c", "isn't well-formed: in a user's name or password, write @ as %40"),
        ("rtsp://user:sec/ret@a.b/c", "isn't well-formed"),
        ("rtsp://user:secret@/c", "names no host"),
        ("rtsp://", "names no host"),
        ("rtsp://user:sec ret@a.b/c", "has a space or control character"),
        ("rtsp://user:secret@a.b/c\nd", "has a space or control character"),
    ],
)
def test_what_is_no_address(url: str, complaint: str) -> None:
    with pytest.raises(SourceError) as caught:
        open_source(url)
    assert complaint in str(caught.value)
    assert "sec" not in str(caught.value)


def test_every_scheme_is_taken_in_capitals_too() -> None:
    check_address("RTSP://10.0.0.7/live")

"""Whatever is secret in an address is in nothing that the program puts out, wherever the address was given.

The addresses are made by hypothesis; the streams behind them are played.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import av
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from torch_opencv.cli.main import main
from torch_opencv.live import loop
from torch_opencv.live.browser.jpeg import encode
from torch_opencv.live.sources import streams
from torch_opencv.live.views import AnnotatedFrame

APP = """
class Negative:
    def process(self, image):
        return 1.0

    def draw(self, image, result):
        return 255 - image

    def fields(self, result):
        return {"mean": result}
"""

# Letters of which no word is made, so that what is found of a secret is the secret's.
_LETTERS = "QXZJKqxzjk79"
_SAFE = _LETTERS + "-._~"
secrets = st.text(_LETTERS + "-._~!$'()*+,;=:@/?#[]%&", min_size=4, max_size=16)
escaped = secrets.map(lambda text: "".join(c if c in _SAFE else f"%{ord(c):02X}" for c in text))
keys = st.text(_LETTERS, min_size=13, max_size=24)

STREAMS = [
    "rtsp://me:{}@cam1.example/live/ch1",
    "rtsp://{}@cam1.example:554/live/ch1",
    "https://me:{}@cam1.example/live/ch1?channel=1",
    "http://cam1.example/live/ch1?channel=1&token={}",
    "http://cam1.example/live/ch1?{}",
    "http://cam1.example/live/ch1?zzz={}&channel=1",
    "http://cam1.example/live/ch1?u=http://me:{}@cam1.example/",
    "http://cam1.example:80/live/ch1#{}",
    "rtsp://cam1.example/user=me&password={}&channel=1",
]
OTHERS = [
    "me:{}@cam1.example/live",
    "//me:{}@cam1.example/live",
    "rtsp:/me:{}@cam1.example",
    "ftp://me:{}@cam1.example/x",
]


def parts_of(secret: str) -> set[str]:
    """All of its substrings of four characters that are more than punctuation, and more than a number such as 79.9."""
    every = {secret[i : i + 4] for i in range(len(secret) - 3)}
    return {part for part in every if sum(one in _LETTERS for one in part) > 1 and not set(part) <= set("79.+-")}


class PlayedReader:
    """A stream that breaks off after its first image, and comes back for two more."""

    def __init__(self, url: str, after: float | None) -> None:
        self._left = 2

    def open(self, timeout: float) -> dict[str, Any]:
        return {"fps": 25.0, "length": None, "start": 0.0, "duration": None, "endless": True, "paced": False}

    def next(self, timeout: float) -> streams._Received:
        self._left -= 1
        if self._left < 0:
            raise streams._LostError("the connection broke off")
        return streams._Received(torch.zeros(48, 64, 3, dtype=torch.uint8), None, loop.time.monotonic(), 0)

    def close(self) -> None: ...


class RefusedReader(PlayedReader):
    """A stream that can't be opened."""

    def open(self, timeout: float) -> dict[str, Any]:
        raise streams._LostError("the host refuses the connection")


@pytest.fixture
def put_out(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """What pages and windows get, beside what goes to the terminal and to files."""
    Path("negative.py").write_text(APP)
    caplog.set_level(logging.DEBUG)
    pages: list[str] = []

    class Page:
        stays, watched = False, True

        def __init__(self, title: str) -> None:
            pages.append(title)

        def tell(self, text: str) -> None:
            pages.append(text)

        def show(self, frame: AnnotatedFrame) -> None:
            pages.append(encode(1, frame).message)

        def show_panel(self, panel: object) -> None: ...

        def events(self) -> list[Any]:
            return []

        def close(self) -> None: ...

    monkeypatch.setattr("torch_opencv.live.resources.Window", Page)
    monkeypatch.setattr("torch_opencv.live.resources.why_no_window", lambda: "")
    monkeypatch.setattr("torch_opencv.live.sources.backoff.FIRST", 0.001)
    yield pages


def put_out_by(arguments: list[str], pages: list[str], caplog: pytest.LogCaptureFixture) -> str:
    """Everything that a run puts out: terminal, log, JSON lines, pages, titles, names and headers of files."""
    pages.clear()
    caplog.clear()
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        main(arguments)
    texts = [out.getvalue(), caplog.text, *pages]
    for path in Path().iterdir():
        texts.append(path.name)
        if path.suffix == ".mp4" and path.stat().st_size:
            with av.open(str(path)) as container:
                texts.append(str(container.metadata) + str(container.streams.video[0].metadata))
        elif path.name == "out.jsonl":
            texts.append(path.read_text())
    return "\n".join(texts)


def leaked(secret: str, form: str, text: str) -> set[str]:
    return {part for part in parts_of(secret) if part in text and part not in form.format("")}


_SETTINGS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@_SETTINGS
@given(secret=secrets | escaped | keys, form=st.sampled_from(STREAMS), refused=st.booleans())
def test_a_streams_address(
    secret: str,
    form: str,
    refused: bool,
    put_out: list[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streams, "_Reader", RefusedReader if refused else PlayedReader)
    options = ["--view", "window", "--hud", "--max-frames", "3", "--every", "--overwrite"]
    files = ["--record", "out.mp4", "--results", "out.jsonl"]
    arguments = ["run", "negative.py:Negative", form.format(secret), *options, *files]
    text = put_out_by(arguments, put_out, caplog)
    assert leaked(secret, form, text) == set(), text
    assert "torch-opencv" in text


@_SETTINGS
@given(
    secret=secrets | escaped | keys,
    form=st.sampled_from(STREAMS[:4] + OTHERS),
    where=st.sampled_from(
        ["SOURCE", "list", "--record", "--results", "--cert", "--token-file", "--port", "--model", "--labels"]
    ),
)
def test_an_address_where_none_belongs(
    secret: str,
    form: str,
    where: str,
    put_out: list[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streams, "_Reader", RefusedReader)
    address = form.format(secret)
    run, options = ["run", "negative.py:Negative"], ["--view", "none", "--max-frames", "1"]
    match where:
        case "SOURCE":
            arguments = [*run, address, *options]
        case "list":
            Path("list.txt").write_text(address + "\n")
            arguments = [*run, "list.txt", *options]
        case "--model" | "--labels":
            arguments = ["classify", "sample", *options, where, address]
        case "--cert" | "--token-file":
            arguments = [*run, "sample", "--view", "browser", "--max-frames", "1", where, address]
        case _:
            arguments = [*run, "sample", *options, where, address]
    text = put_out_by(arguments, put_out, caplog)
    assert leaked(secret, form, text) == set(), text


def test_that_a_leak_would_be_seen(
    put_out: list[str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "_Reader", PlayedReader)
    monkeypatch.setattr(streams, "without_secrets", lambda url: url)
    arguments = ["run", "negative.py:Negative", "rtsp://me:QXZJ@h/x", "--max-frames", "3", "--results", "out.jsonl"]
    text = put_out_by(arguments, put_out, caplog)
    assert leaked("QXZJ", "", text) == {"QXZJ"}

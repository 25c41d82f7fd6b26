"""Weights without a published checksum: opened only once the user has accepted what came."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from torch_opencv import weights
from torch_opencv.cli.main import main
from torch_opencv.weights import WeightsError, catalogue, store, unpublished
from torch_opencv.weights.catalogue import Entry

from .conftest import CONTENT, entry_of
from .file_server import FileServer


def _zip(**members: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name.replace("__", "."), content)
    return data.getvalue()


ARCHIVE = _zip(README__txt=b"hello", model__t7=CONTENT)
SUM = hashlib.sha256(ARCHIVE).hexdigest()


@pytest.fixture
def entry(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> Entry:
    """An entry "net" whose archive the server has."""
    server.files["/net.zip"] = ARCHIVE
    entry = Entry("net", "caption", "MIT", "made by a test", "t7-zip", (), (), f"{server.base}net.zip")
    monkeypatch.setattr(catalogue, "catalogue", lambda: {"net": entry})
    return entry


def _left(home: Path) -> set[str]:
    return {path.name for path in (home / "weights" / "net").glob("*")} - {".lock"}


def test_what_is_accepted_is_verified_from_then_on(entry: Entry, server: FileServer, home: Path) -> None:
    asked: list[tuple[str, int]] = []

    def accepts(found: str, size: int) -> bool:
        assert not list((home / "weights" / "net").glob("net.t7?*"))  # nothing is being unpacked
        asked.append((found, size))
        return True

    (path,) = weights.fetch("net", progress=False, accepts=accepts)
    assert asked.pop() == (SUM, len(ARCHIVE))
    assert path == home / "weights" / "net" / "net.t7"
    assert path.read_bytes() == CONTENT
    assert _left(home) == {"net.t7", "accepted.json"}
    assert weights.path("net", progress=False) == path  # without being asked again
    assert [copy.problem for copy in weights.verify("net")] == [None]
    path.write_bytes(CONTENT[:-1] + b"x")
    with pytest.raises(WeightsError, match="checksum mismatch of net"):
        weights.verify("net")
    with pytest.raises(
        WeightsError, match=r"^net is damaged \(in .*net: net.t7 has the wrong checksum \(sha256 "
    ) as damage:
        weights.path("net", progress=False)
    assert "`torch-opencv models fetch net` downloads it" in str(damage.value)
    assert weights.fetch("net", progress=False, accepts=accepts) == (path,)  # which asks again
    assert weights.path("net", progress=False).read_bytes() == CONTENT
    path.unlink()
    with pytest.raises(WeightsError, match=r"^net isn't here, and nobody has published a checksum of it"):
        weights.path("net", progress=False)


def test_what_is_refused_is_never_opened_and_not_downloaded_again(entry: Entry, server: FileServer, home: Path) -> None:
    with pytest.raises(WeightsError, match=f"isn't opened.*--accept-sha256 {SUM}"):
        weights.fetch("net", progress=False, accepts=lambda found, size: False)
    assert _left(home) == {".net.unverified"}
    sent = server.sent
    assert weights.fetch("net", progress=False, accepts=lambda found, size: found == SUM)[0].read_bytes() == CONTENT
    assert server.sent == sent


def test_what_is_refused_twice_comes_anew(entry: Entry, server: FileServer, home: Path) -> None:
    server.files["/net.zip"] = b"x" * len(ARCHIVE)  # damaged on the way
    for left in ({".net.unverified"}, set()):
        with pytest.raises(WeightsError, match="isn't opened"):
            weights.fetch("net", progress=False, accepts=lambda found, size: found == SUM)
        assert _left(home) == left
    server.files["/net.zip"] = ARCHIVE
    assert weights.fetch("net", progress=False, accepts=lambda found, size: found == SUM)


def test_what_is_left_of_a_larger_file(entry: Entry, home: Path) -> None:
    folder = home / "weights" / "net"
    folder.mkdir(parents=True)
    (folder / ".net.unverified.part").write_bytes(ARCHIVE + b"more")
    assert weights.fetch("net", progress=False, accepts=lambda found, size: found == SUM)


def test_a_full_disk(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(unpublished, "bring", full)
    with pytest.raises(WeightsError, match="the disk is full: net needs more room in "):
        weights.fetch("net", progress=False, accepts=lambda found, size: True)


def test_a_download_that_breaks_off_is_continued(entry: Entry, server: FileServer) -> None:
    server.cuts = [len(ARCHIVE) // 3]
    assert weights.fetch("net", progress=False, accepts=lambda found, size: found == SUM)[0].read_bytes() == CONTENT
    assert [asked is not None for _, asked in server.requests] == [False, False, True]  # HEAD, the first, the rest


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        (b"no archive at all", "can't be unpacked, and was thrown away: File is not a zip file"),
        (_zip(README__txt=b"hello"), "it holds 0 .t7 files instead of one"),
        (_zip(a__t7=b"1", b__t7=b"2"), "it holds 2 .t7 files instead of one"),
        (ARCHIVE[: len(ARCHIVE) // 2], "File is not a zip file"),
        (ARCHIVE.replace(CONTENT[:64], b"x" * 64), "Bad CRC-32 for file 'model.t7'"),
    ],
)
def test_what_isnt_such_an_archive(archive: bytes, reason: str, entry: Entry, server: FileServer, home: Path) -> None:
    server.files["/net.zip"] = archive
    with pytest.raises(WeightsError, match=reason):
        weights.fetch("net", progress=False, accepts=lambda found, size: True)
    assert _left(home) == set()


def test_a_bomb(entry: Entry, server: FileServer, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpublished, "_LARGEST", 1_000_000)
    server.files["/net.zip"] = _zip(model__t7=bytes(2_000_000))
    with pytest.raises(WeightsError, match=r"its \.t7 file has more than 1,000,000 bytes"):
        weights.fetch("net", progress=False, accepts=lambda found, size: True)
    server.files["/net.zip"] = bytes(1_000_001)
    with pytest.raises(WeightsError, match="has 1,000,001 bytes, and more than 1,000,000 aren't downloaded"):
        weights.fetch("net", progress=False, accepts=lambda found, size: True)
    assert _left(home) == set()


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (lambda server: setattr(server, "status", 404), "HTTP 404 Not Found"),
        (lambda server: setattr(server, "lengths", False), "doesn't say how large the file is"),
        (lambda server: server.redirects.update({"/net.zip": "ftp://example.org/x"}), "leads on to ftp://example.org"),
    ],
)
def test_a_server_that_doesnt_give_it(
    trouble: Callable[[FileServer], None], reason: str, entry: Entry, server: FileServer
) -> None:
    trouble(server)
    with pytest.raises(WeightsError, match=f"net can't be fetched: .*net.zip {reason}"):
        weights.fetch("net", progress=False, accepts=lambda found, size: True)


def test_offline(entry: Entry, server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_OPENCV_OFFLINE", "1")
    with pytest.raises(WeightsError, match="net is not on this machine, and TORCH_OPENCV_OFFLINE is set"):
        weights.fetch("net", progress=False, accepts=lambda found, size: True)
    assert server.requests == []


def test_what_has_come_can_be_accepted_offline(
    entry: Entry, server: FileServer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(WeightsError, match="isn't opened"):
        weights.fetch("net", progress=False, accepts=lambda found, size: False)
    asked = list(server.requests)
    monkeypatch.setenv("TORCH_OPENCV_OFFLINE", "1")
    for _ in range(2):  # it couldn't come anew
        with pytest.raises(WeightsError, match="isn't opened"):
            weights.fetch("net", progress=False, accepts=lambda found, size: False)
    assert weights.fetch("net", progress=False, accepts=lambda found, size: (found, size) == (SUM, len(ARCHIVE)))
    assert weights.path("net").read_bytes() == CONTENT
    assert _left(home) == {"net.t7", "accepted.json"}
    assert server.requests == asked


def test_what_has_come_in_part_can_not(entry: Entry, server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.cuts = [len(ARCHIVE) // 3] + [1] * 10
    with pytest.raises(WeightsError, match="are kept for the next time"):
        weights.fetch("net", progress=False, accepts=lambda found, size: True)
    monkeypatch.setenv("TORCH_OPENCV_OFFLINE", "1")
    with pytest.raises(WeightsError, match="net is not on this machine, and TORCH_OPENCV_OFFLINE is set"):
        weights.fetch("net", progress=False, accepts=lambda found, size: True)


@pytest.mark.parametrize(
    "kept", ["{", "[]", json.dumps({"name": "../net.t7", "size": 1, "checksum": "sha256:" + "0" * 64})]
)
def test_a_note_that_somebody_has_changed(kept: str, entry: Entry, home: Path) -> None:
    folder = home / "weights" / "net"
    folder.mkdir(parents=True)
    (folder / "accepted.json").write_text(kept)
    assert unpublished.accepted(entry) is None
    assert store.copies("net") == ()


def test_on_the_command_line(
    entry: Entry, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["models", "fetch", "net"]) == 2  # nobody can be asked
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(f"give `torch-opencv models fetch net --accept-sha256 {SUM}`")
    assert main(["models", "fetch", "net", "--accept-sha256", "0" * 64]) == 2
    assert f"has the sha256 {SUM}" in capsys.readouterr().err
    assert main(["models", "fetch", "net", "--accept-sha256", "abc"]) == 2
    assert "it is 64 hex digits" in capsys.readouterr().err
    other = Entry("other", "caption", "MIT", "made by a test", "t7-zip", (), (), entry.by_hand)
    monkeypatch.setattr(catalogue, "catalogue", lambda: {"net": entry, "other": other, "known": entry_of()})
    assert main(["models", "fetch", "net", "other", "--accept-sha256", SUM]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "--accept-sha256: it is the sum of one archive: give one name with it, not 2" in line
    assert main(["models", "fetch", "known", "--accept-sha256", SUM]) == 2
    assert "the checksum of known is published, and verified anyway: leave it out" in capsys.readouterr().err
    assert main(["models", "fetch", "net", "--accept-sha256", SUM.upper()]) == 0
    assert capsys.readouterr().out == f"net\t{home / 'weights' / 'net' / 'net.t7'}\n"
    assert main(["models", "list"]) == 0
    assert capsys.readouterr().out.split("\t")[4] == "cache"

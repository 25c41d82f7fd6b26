import hashlib
import os
import time
from pathlib import Path

import pytest

from torch_opencv.weights import checksum
from torch_opencv.weights.checksum import Checksum


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("sha256", "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"),
        ("git-blob", "ce013625030ba8dba906f756967f9e9ca394464a"),  # what `git hash-object` says
        ("md5", "b1946ac92492d2347c6235b4d2611184"),
    ],
)
def test_known_sums(kind: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "hello"
    path.write_bytes(b"hello\n")
    assert Checksum(kind, expected).of(path) == expected
    assert Checksum.parse(f"{kind}:{expected}") == Checksum(kind, expected)


@pytest.mark.parametrize(
    "text", ["", "sha256", "sha256:12", "sha1:" + "0" * 40, "md5:" + "G" * 32, "sha256:" + "A" * 64, "0" * 64]
)
def test_malformed_sums_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a checksum"):
        Checksum.parse(text)


def test_a_file_is_read_once_until_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads = []
    digest = checksum._digest

    def counted(path: Path, kind: str, size: int) -> str:
        reads.append(path)
        return digest(path, kind, size)

    monkeypatch.setattr(checksum, "_digest", counted)
    path = tmp_path / "file"
    path.write_bytes(b"one")
    one = Checksum("sha256", "")
    assert one.of(path) == one.of(path) == hashlib.sha256(b"one").hexdigest()
    assert len(reads) == 1
    one.of(path, fresh=True)
    assert len(reads) == 2
    # Same length, another content: only the time tells. Set it, since two writes can fall into one tick of the clock.
    path.write_bytes(b"two")
    os.utime(path, ns=(1, 1))
    assert one.of(path) == hashlib.sha256(b"two").hexdigest()
    # Another file under the old name, time and size included: the inode tells.
    other = tmp_path / "other"
    other.write_bytes(b"ten")
    os.utime(other, ns=(1, 1))
    other.replace(path)
    assert one.of(path) == hashlib.sha256(b"ten").hexdigest()


def test_a_file_changed_in_place_whose_time_was_set_back(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"one")
    before = path.stat()
    one = Checksum("sha256", "")
    one.of(path)
    time.sleep(0.02)  # longer than a tick of the file system's clock
    path.write_bytes(b"two")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert one.of(path) == hashlib.sha256(b"two").hexdigest()


def test_kinds_are_kept_apart(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x")
    assert len({Checksum(kind, "").of(path) for kind in ("sha256", "git-blob", "md5")}) == 3

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from torch_opencv.weights.catalogue import Entry, File, Https, Mirror
from torch_opencv.weights.checksum import Checksum

from .file_server import FileServer

# More than a few chunks of the downloader, and no two mirrors alike, so that a piece in the wrong mirror shows.
CONTENT = b"".join(hashlib.sha256(str(i).encode()).digest() for i in range(30_000))

# What a process of its own starts with: torch_opencv.weights without torch and cv2, which it does not need and which
# take a second or two to import.
ALONE = """
import importlib.util, sys
sys.modules["torch_opencv"] = importlib.util.module_from_spec(importlib.util.find_spec("torch_opencv"))
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and nothing of the developer's environment."""
    folder = tmp_path / "home"
    monkeypatch.setenv("TORCH_OPENCV_HOME", str(folder))
    monkeypatch.delenv("TORCH_OPENCV_OFFLINE", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return folder


@pytest.fixture
def server() -> Iterator[FileServer]:
    with FileServer().running() as running:
        running.files["/net.bin"] = CONTENT
        yield running


def file_of(name: str, content: bytes) -> File:
    return File(name, len(content), Checksum("sha256", hashlib.sha256(content).hexdigest()))


def entry_of(*mirrors: Mirror | str, files: tuple[File, ...] = (file_of("net.bin", CONTENT),)) -> Entry:
    """An entry called "net" whose file is CONTENT, to be had at `mirrors` (a string is an HTTPS mirror)."""
    return Entry(
        "net",
        "test",
        "MIT",
        "made by a test",
        "onnx",
        files,
        tuple(Https(p) if isinstance(p, str) else p for p in mirrors),
    )


def kept(home: Path) -> set[str]:
    """The names of what lies in the cache folder of "net", but for the lock."""
    return {path.name for path in (home / "weights" / "net").glob("*")} - {".lock"}

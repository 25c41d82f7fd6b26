"""Videos and images in file systems of fsspec's and pyarrow's, given as Ray's own readers take them."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import fsspec
import numpy as np
import pytest

from tests.ray.videos import make

pytest.importorskip("ray", reason="the extra [ray] isn't installed")

from fsspec.implementations.dirfs import DirFileSystem
from pyarrow import fs

from torch_opencv import ray as cv_ray
from torch_opencv._names.images import IMAGE_SUFFIXES
from torch_opencv.live.errors import SourceError
from torch_opencv.live.sources.videos import VIDEO_SUFFIXES
from torch_opencv.ray.files import as_storage, find, read
from torch_opencv.ray.segments import decode, plan


def _in_memory(folder: Path) -> fsspec.AbstractFileSystem:
    memory = fsspec.filesystem("memory")
    memory.put(f"{folder}/", f"/{folder.name}/", recursive=True)
    return DirFileSystem(path=f"/{folder.name}", fs=memory)


# Each has the folder's files as its own, from its root on.
SYSTEMS: dict[str, Callable[[Path], Any]] = {
    "fsspec's, local": lambda folder: DirFileSystem(path=str(folder), fs=fsspec.filesystem("file")),
    "fsspec's, in memory": _in_memory,
    "pyarrow's, local": lambda folder: fs.SubTreeFileSystem(str(folder), fs.LocalFileSystem()),
    "fsspec's in pyarrow's": lambda folder: fs.PyFileSystem(fs.FSSpecHandler(_in_memory(folder))),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    (folder / "yard").mkdir()
    for name in ("a10.mp4", "a9.mp4", "yard/b.ts"):
        make(folder / name, "mpeg2video" if name.endswith("ts") else "libx264", {"g": "12"}, frames=60)
    cv2.imwrite(str(folder / "yard" / "image.png"), np.arange(60, dtype=np.uint8).reshape(4, 5, 3))
    (folder / "notes.txt").write_text("no video")
    return folder


@pytest.mark.parametrize("system", SYSTEMS)
def test_files_are_found_and_read_as_on_this_machine(system: str, folder: Path) -> None:
    storage = pickle.loads(pickle.dumps(as_storage(SYSTEMS[system](folder))))  # as a worker has it

    def names(paths: str | list[str]) -> list[str]:
        return [name.lstrip("/") for name in find(paths, VIDEO_SUFFIXES, storage)]

    assert names("") == names("**/*.*") == ["a9.mp4", "a10.mp4", "yard/b.ts"]
    assert names("*.mp4") == names(["a9.mp4", "a*.mp4"]) == ["a9.mp4", "a10.mp4"]
    assert names("yard") == ["yard/b.ts"]
    for name in find("", VIDEO_SUFFIXES, storage):
        here, problem = plan(str(folder / name.lstrip("/")), 1)
        there, _ = plan(name, 1, storage)
        assert (len(there) > 1, problem) == (True, "")
        for one, other in zip(here, there, strict=True):
            for expected, frame in zip(decode(one, fps=5), decode(other, fps=5, storage=storage), strict=True):
                assert (frame.index, frame.time) == (expected.index, expected.time)
                np.testing.assert_array_equal(frame.image.numpy(), expected.image.numpy())
    (image,) = find("yard", IMAGE_SUFFIXES, storage)
    assert read(image, storage) == (folder / "yard" / "image.png").read_bytes()


def test_what_isnt_there_or_is_no_file_system(tmp_path: Path) -> None:
    nothing = fs.SubTreeFileSystem(str(tmp_path), fs.LocalFileSystem())
    with pytest.raises(SourceError, match=r"no such file, nor a folder or pattern with videos in it: 'a\.mp4'"):
        cv_ray.read_videos("a.mp4", filesystem=nothing)
    with pytest.raises(SourceError, match=r"a\.png can't be reached"):
        read("a.png", as_storage(nothing))
    with pytest.raises(SourceError, match="must not hold a user or password"):
        cv_ray.read_images("s3://user:secret@bucket/a.png", filesystem=nothing)
    with pytest.raises(TypeError, match="filesystem must be one of pyarrow's or fsspec's, not str"):
        cv_ray.read_videos("a.mp4", filesystem="s3")  # type: ignore[arg-type]


@pytest.mark.usefixtures("cluster")
def test_datasets(folder: Path) -> None:
    frames = cv_ray.read_videos(
        "yard", fps=5, segment_seconds=1, filesystem=fs.SubTreeFileSystem(str(folder), fs.LocalFileSystem())
    )
    rows = sorted(frames.take_all(), key=lambda row: row["frame"])
    assert [row["frame"] for row in rows] == list(range(0, 60, 5))
    assert {row["path"] for row in rows} == {"yard/b.ts"}
    assert rows[-1]["id"] == "yard/b.ts:1:55"
    (image,) = cv_ray.read_images(str(folder), filesystem=fsspec.filesystem("file")).take_all()
    assert image["path"] == f"{folder}/yard/image.png"
    np.testing.assert_array_equal(image["image"].reshape(-1), np.arange(60))

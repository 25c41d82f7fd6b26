"""Videos and images as Ray datasets: a row for each frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import ray
import ray.data
from ray.data.block import BlockAccessor, BlockMetadata
from ray.data.datasource import Datasource, ReadTask

from torch_opencv._names.images import IMAGE_SUFFIXES
from torch_opencv.errors import first_line
from torch_opencv.live.errors import SourceError
from torch_opencv.live.sources.videos import VIDEO_SUFFIXES
from torch_opencv.ray.files import Paths, as_storage, find
from torch_opencv.ray.planning import planned
from torch_opencv.ray.segments import Segment
from torch_opencv.ray.work import Work, grouped, rows_of

if TYPE_CHECKING:
    import pyarrow as pa
    from fsspec import AbstractFileSystem
    from pyarrow.fs import FileSystem

SEGMENT_SECONDS = 60.0
_BLOCK_BYTES = 32 << 20  # of images
_GUESSED_BYTES = 640 * 360 * 3
_GUESSED_FPS = 25.0

Failed = Callable[[str, str], None]


def read_videos(
    paths: Paths,
    *,
    fps: float | None = None,
    size: tuple[int, int] | None = None,
    segment_seconds: float = SEGMENT_SECONDS,
    filesystem: FileSystem | AbstractFileSystem | None = None,
    on_error: Failed | None = None,
) -> ray.data.Dataset:
    """The frames of videos.

    The videos are cut at key frames, so that many workers share one long film, and of the frames that aren't wanted
    none is converted. A file that can't be read is left out, and named in a warning.

    Args:
        paths: files, folders (with all that is below them), patterns, or addresses of these (``s3://...``).
        fps: so many frames of each second of a video; None: all.
        size: (width, height) to which they are resized; None: as they are.
        segment_seconds: so much of a video is one task.
        filesystem: where they are, as Ray's own readers take it: one of pyarrow's or fsspec's, which is sent to the
            workers. Then ``path`` is the name in it. None: here, or at their addresses.
        on_error: is told of each file that can't be read, and why, here, before anything is read; None: a warning.

    Returns:
        Rows of ``image``, uint8 (H, W, 3), BGR, ``path``, ``frame`` (0, 1, 2, ... in the file), ``time`` in seconds
        from its start, and ``id``, the same in every run.

    Raises:
        SourceError: there are no such files, or none can be read.
        TypeError: `filesystem` is none.
        ValueError: `fps`, `size` or `segment_seconds` isn't above zero.
    """
    check_sampling(fps, size, segment_seconds)
    storage = None if filesystem is None else as_storage(filesystem)
    works: list[Work] = []
    failed: list[str] = []
    for path, segments, problem in planned(find(paths, VIDEO_SUFFIXES, storage), segment_seconds, storage):
        works += segments
        if problem:
            failed.append(problem)
            (on_error or _warn)(path, problem)
    if not works:
        raise SourceError(failed[0])
    return _dataset("Videos", works, fps, size, storage)


def read_images(
    paths: Paths,
    *,
    size: tuple[int, int] | None = None,
    filesystem: FileSystem | AbstractFileSystem | None = None,
) -> ray.data.Dataset:
    """Images, as `torch_opencv.imread` has them: turned upright, as 8-bit BGR.

    Those that can't be read are left out, and named in a warning of the worker.

    Args:
        paths: files, folders (with all that is below them), patterns, or addresses of these (``s3://...``).
        size: (width, height) to which they are resized; None: as they are.
        filesystem: as of `read_videos`.

    Returns:
        Rows as those of `read_videos`: ``frame`` is the image's number among all.

    Raises:
        SourceError: there are no such files.
        TypeError: `filesystem` is none.
        ValueError: `size` isn't above zero.
    """
    check_sampling(None, size, SEGMENT_SECONDS)
    storage = None if filesystem is None else as_storage(filesystem)
    return _dataset("Images", list(grouped(find(paths, IMAGE_SUFFIXES, storage))), None, size, storage)


def check_sampling(fps: float | None, size: tuple[int, int] | None, segment_seconds: float) -> None:
    """Make sure that what is wanted of videos can be had.

    Raises:
        ValueError: a number isn't above zero.
    """
    if fps is not None and not fps > 0:
        raise ValueError(f"fps must be above 0, not {fps}")
    if size is not None and not (len(size) == 2 and min(size) >= 1):
        raise ValueError(f"size must be (width, height), both 1 or more, not {size}")
    if not segment_seconds > 0:
        raise ValueError(f"segment_seconds must be above 0, not {segment_seconds}")


def _warn(path: str, problem: str) -> None:
    import logging

    logging.getLogger(__name__).warning("%s: %s", path, problem)


def _dataset(
    name: str, works: Sequence[Work], fps: float | None, size: tuple[int, int] | None, storage: Any
) -> ray.data.Dataset:
    dataset: ray.data.Dataset = ray.data.read_datasource(
        _Frames(name, works, fps, size, storage), override_num_blocks=len(works)
    )
    return dataset


class _Frames(Datasource):
    """The frames of pieces of an archive, of which each is a task."""

    def __init__(
        self, name: str, works: Sequence[Work], fps: float | None, size: tuple[int, int] | None, storage: Any
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self._works, self._fps, self._size, self._storage = name, list(works), fps, size, storage

    def get_name(self) -> str:
        return self._name

    def estimate_inmemory_data_size(self) -> int | None:
        return sum(self._rows_of(work) for work in self._works) * self._bytes_of_an_image()

    def get_read_tasks(
        self, parallelism: int, per_task_row_limit: int | None = None, data_context: Any = None
    ) -> list[ReadTask]:
        """A task for each piece, as many as there are."""
        tasks = []
        for work in self._works:
            rows = self._rows_of(work)
            metadata = BlockMetadata(
                num_rows=None, size_bytes=rows * self._bytes_of_an_image(), input_files=None, exec_stats=None
            )
            read = partial(_blocks, work, self._fps, self._size, self._storage)
            tasks.append(ReadTask(read, metadata, per_task_row_limit=per_task_row_limit))
        return tasks

    def _rows_of(self, work: Work) -> int:
        if not isinstance(work, Segment):
            return len(work.paths)
        return work.frames if self._fps is None else max(1, int(work.frames * self._fps / _GUESSED_FPS))

    def _bytes_of_an_image(self) -> int:
        return self._size[0] * self._size[1] * 3 if self._size else _GUESSED_BYTES


def _blocks(work: Work, fps: float | None, size: tuple[int, int] | None, storage: Any) -> Iterator[pa.Table]:
    """A piece's rows, in blocks of a bounded size, in which all images have the same one."""
    problems: list[str] = []
    rows: dict[str, list[Any]] = {}
    held = 0
    try:
        for row in rows_of(work, fps=fps, size=size, problems=problems, storage=storage):
            image = row.image.numpy()
            if held and (held > _BLOCK_BYTES or image.shape != rows["image"][0].shape):
                yield _block(rows)
                rows, held = {}, 0
            for name, value in {**row.described, "image": image}.items():
                rows.setdefault(name, []).append(value)
            held += image.nbytes
    except SourceError as error:
        problems.append(first_line(error))
    if held:
        yield _block(rows)
    for problem in problems:
        _warn("left out", problem)


def _block(rows: dict[str, list[Any]]) -> pa.Table:
    columns = {name: np.stack(values) if name == "image" else np.array(values) for name, values in rows.items()}
    return BlockAccessor.batch_to_arrow_block(columns)

"""Cutting many videos into segments: here if they are few, else by Ray's workers."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import ray

from torch_opencv.errors import first_line
from torch_opencv.live.errors import SourceError
from torch_opencv.ray.segments import Segment, plan

_FEW = 64  # files, which are read through before a worker has started
_THREADS = 8
_AHEAD = 4  # files for each processor that workers have before them

Planned = tuple[str, list[Segment], str]
"""A file, its segments, and what is wrong with it: in a line, or ""."""


def planned(paths: Sequence[str], segment_seconds: float, storage: Any = None) -> Iterator[Planned]:
    """Cut videos into segments, in their order.

    Args:
        paths: of the videos.
        segment_seconds: as of `plan`.
        storage: as of `plan`.

    Yields:
        Each video's segments, none if it can't be read.
    """
    if len(paths) <= _FEW:
        with ThreadPoolExecutor(_THREADS) as threads:
            yield from threads.map(lambda path: _plan(path, segment_seconds, storage), paths)
        return
    remote = ray.remote(num_cpus=1, max_retries=3)(_plan)
    ahead = _AHEAD * max(1, int(ray.cluster_resources().get("CPU", 1)))
    waiting: deque[ray.ObjectRef[Planned]] = deque()
    for path in paths:
        waiting.append(remote.remote(path, segment_seconds, storage))
        if len(waiting) > ahead:
            yield ray.get(waiting.popleft())
    while waiting:
        yield ray.get(waiting.popleft())


def _plan(path: str, segment_seconds: float, storage: Any) -> Planned:
    try:
        segments, problem = plan(path, segment_seconds, storage)
    except SourceError as error:
        return path, [], first_line(error)
    return path, segments, problem

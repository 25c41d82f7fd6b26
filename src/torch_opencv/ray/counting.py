"""Counting what is in results: a piece's by the worker that did it, those of earlier runs here or by Ray's workers."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import deepcopy
from itertools import islice
from typing import Any

import pyarrow as pa
import ray

from torch_opencv.live.counts import Counts
from torch_opencv.live.errors import OutputError
from torch_opencv.ray.store import Store

_log = logging.getLogger(__name__)

_FEW = 64  # files, which are counted before a worker has started; and so many are a task for one
_AHEAD = 4  # tasks for each processor that workers have before them

_Counted = tuple[Counts, int]


def count_rows(rows: Iterable[Mapping[str, Any]], counts: Counts | None) -> int:
    """Count results.

    Args:
        rows: of a piece of work.
        counts: are added to; None: it is only said how many rows there are.

    Returns:
        How many there are.
    """
    number = 0
    for row in rows:
        number += 1
        if counts is not None:
            counts.add(row)
    return number


def count_results(store: Store, keys: Collection[str], empty: Counts) -> Counts:
    """What results come to that are in a folder. What can't be read is left out, with a warning.

    Args:
        store: the folder.
        keys: which of them.
        empty: counts of nothing; they stay as they are.

    Returns:
        Counts of all of them, which are the only ones that are in memory as a whole.
    """
    total, unread = deepcopy(empty), 0
    for counts, failed in _parts(store, iter(keys), len(keys), empty):
        total.merge(counts)
        unread += failed
    if unread:
        _log.warning("%d files of earlier results can't be read: they aren't counted", unread)
    return total


def _parts(store: Store, keys: Iterator[str], number: int, empty: Counts) -> Iterator[_Counted]:
    if number <= _FEW:
        yield _count(store, list(keys), empty)
        return
    remote = ray.remote(num_cpus=1, max_retries=3)(_count)
    ahead = _AHEAD * max(1, int(ray.cluster_resources().get("CPU", 1)))
    waiting: deque[ray.ObjectRef[_Counted]] = deque()
    while part := list(islice(keys, _FEW)):
        waiting.append(remote.remote(store, part, empty))
        if len(waiting) > ahead:
            yield ray.get(waiting.popleft())
    while waiting:
        yield ray.get(waiting.popleft())


def _count(store: Store, keys: Iterable[str], empty: Counts) -> _Counted:
    counts = deepcopy(empty)
    return counts, sum(not _read(store, key, counts) for key in keys)


def _read(store: Store, key: str, counts: Counts) -> bool:
    """Count a piece's results, if they can be read."""
    try:
        count_rows(store.read_rows(key), counts)
    except (OutputError, pa.ArrowInvalid, ValueError):  # removed or damaged by somebody else
        return False
    return True

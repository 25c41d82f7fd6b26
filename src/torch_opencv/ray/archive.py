"""A program over an archive: each worker takes a segment of a video at a time, from the file to its results.

Frames stay in the worker that decodes them; what goes through Ray is what to do and how it went. A segment's results
are one file, which is there as a whole or not at all: a segment that was begun by a worker or a run that was killed is
done again, and none is done twice.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from itertools import islice
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, TypeVar

import ray
import ray.data
from ray.cloudpickle.cloudpickle import dumps, loads
from ray.exceptions import RayError

import torch_opencv
from torch_opencv.errors import TorchOpencvError, first_line
from torch_opencv.live.app import App, as_app
from torch_opencv.live.counts import Counts
from torch_opencv.live.errors import OutputError
from torch_opencv.ray.counting import count_results, count_rows
from torch_opencv.ray.planning import planned
from torch_opencv.ray.programs import fields_of, look
from torch_opencv.ray.segments import Segment
from torch_opencv.ray.store import Store
from torch_opencv.ray.work import ImageGroup, Work, grouped, key_of, name_of, rows_of

if TYPE_CHECKING:
    import numpy.typing as npt

_RUN = "_run.json"
_ERRORS = "_errors.jsonl"
_WAVE = 20_000  # pieces that Ray has before it at a time: two weeks of video
_AHEAD = 16  # frames that are decoded before they are looked at
_TOGETHER = 16  # frames that a GPU is given at once; a processor core gains nothing by that
_TICK_S = 0.1
_WRITTEN_EVERY_S = 1.0

T = TypeVar("T")


@dataclass(frozen=True)
class Job:
    """What is to be done with an archive; what a folder of results holds that is continued must be the same."""

    program: str
    """Its name and its options, in words that can be compared."""
    videos: tuple[str, ...]
    images: tuple[str, ...]
    fps: float | None = None
    size: tuple[int, int] | None = None
    segment_seconds: float = 60.0


@dataclass
class Outcome:
    """How a run went."""

    frames: int = 0
    """Looked at in this run."""
    pieces: int = 0
    """Segments and groups of images that were done in this run."""
    earlier: int = 0
    """Those that were there already."""
    seconds: float = 0.0
    problems: list[dict[str, Any]] = field(default_factory=list)
    """What couldn't be read or looked at: ``path``, ``segment`` (None: the file as a whole), ``reason``, and ``key``,
    the file of the results, if there are some all the same."""
    counts: Counts | None = None
    """What the results of this run come to, and at its end all that are in the folder. None: they aren't counted."""


def process_archive(
    make: Callable[[], object],
    job: Job,
    store: Store,
    *,
    workers: int | None = None,
    gpus: bool = False,
    done: set[str] | None = None,
    outcome: Outcome | None = None,
) -> Outcome:
    """Run a program over an archive. Ray must have been started.

    Args:
        make: makes the app, in each worker.
        job: what is to be done.
        store: where the results go; what is there of the same job is kept.
        workers: how many; None: one for each processor core, or each GPU.
        gpus: each worker has a GPU for itself.
        done: what `begin` said; None: it is asked now.
        outcome: is kept up to date while it goes on; None: a new one. If results are to be counted, it has the app's
            `counts`.

    Returns:
        How it went: `outcome`.

    Raises:
        OutputError: the folder can't be written to, or holds something else.
        TorchOpencvError: Ray's workers can't be used.
    """
    started = written = time.monotonic()
    outcome = Outcome() if outcome is None else outcome
    empty = deepcopy(outcome.counts)
    done = begin(job, store) if done is None else done
    outcome.problems += [one for one in _earlier_problems(store) if f"{one.get('key')}" in done]
    try:
        pieces = _left(_pieces(job, outcome), done, outcome)
        while wave := list(islice(pieces, _WAVE)):
            for report in _process(make, wave, job, store, empty, workers=workers, gpus=gpus):
                _count(report, outcome)
                if report["problems"] and time.monotonic() > written + _WRITTEN_EVERY_S:
                    _write_problems(store, outcome.problems)
                    written = time.monotonic()
        if outcome.counts is not None and empty is not None:
            outcome.counts.merge(count_results(store, done, empty))
    finally:  # also when it is interrupted
        outcome.seconds = time.monotonic() - started
        with suppress(OutputError):  # whatever ended the run is what is said
            _write_problems(store, outcome.problems)
    return outcome


# --- what there is to do ---


def begin(job: Job, store: Store, *, overwrite: bool = False) -> set[str]:
    """Make sure that the folder is for this job.

    Args:
        job: what is to be done.
        store: where the results go.
        overwrite: take the folder whatever is in it; results of an earlier run are removed from it.

    Returns:
        The keys whose results are there already.

    Raises:
        OutputError: it can't be written to, or holds something else.
    """
    wanted = {
        "torch_opencv": torch_opencv.__version__,
        "program": job.program,
        "fps": job.fps,
        "size": list(job.size) if job.size else None,
        "segment_seconds": job.segment_seconds,
        "format": store.format,
    }
    before = None if overwrite else store.read(_RUN)
    if before is None:
        if overwrite:
            store.remove_results()  # first: whoever is killed meanwhile leaves what fits the old description
        elif not store.is_empty():
            raise OutputError(f"{store.root} holds something else: give another folder, or --overwrite")
        store.write(_RUN, json.dumps(wanted, indent=1).encode())
        return set()
    try:
        held = json.loads(before)
    except ValueError:
        held = None
    if held != wanted:
        other = next((name for name in wanted if not isinstance(held, dict) or held.get(name) != wanted[name]), _RUN)
        was = held.get(other) if isinstance(held, dict) else None
        raise OutputError(
            f"{store.root} holds results of another run ({other}: {was!r} there, {wanted.get(other)!r} here): give the "
            "same options to go on with it, another folder, or --overwrite"
        )
    return store.done()


def _pieces(job: Job, outcome: Outcome) -> Iterator[Work]:
    for path, segments, problem in planned(job.videos, job.segment_seconds):
        if problem:
            _note(outcome, path, None, problem)
        yield from segments
    yield from grouped(job.images)


def _left(pieces: Iterable[Work], done: set[str], outcome: Outcome) -> Iterator[Work]:
    for work in pieces:
        if key_of(work) in done:
            outcome.earlier += 1
        else:
            yield work


# --- Ray ---


def _process(
    make: Callable[[], object],
    wave: Sequence[Work],
    job: Job,
    store: Store,
    empty: Counts | None,
    *,
    workers: int | None,
    gpus: bool,
) -> Iterator[Mapping[str, Any]]:
    resources = ray.cluster_resources()
    cores = max(1, int(resources.get("CPU", 1)))
    wanted = workers or (max(1, int(resources.get("GPU", 0))) if gpus else cores)
    count = min(wanted, len(wave))
    share = min(1.0, cores / count)
    pieces = ray.data.from_items([{"work": _as_text(work)} for work in wave], override_num_blocks=len(wave))
    reports = pieces.map_batches(
        _Worker,
        fn_constructor_args=(make, job, store, empty),
        batch_size=1,
        # One piece at a time, so that at the end none waits behind another one while there are idle workers.
        compute=ray.data.ActorPoolStrategy(size=count, max_tasks_in_flight_per_actor=1),
        num_cpus=share,
        num_gpus=min(1.0, resources.get("GPU", 0) / count) if gpus else 0,
    )
    try:
        for row in reports.iter_rows():
            report = json.loads(row["report"])
            if full := report.get("full"):
                raise OutputError(full)
            yield {**report, "counts": loads(row["counts"])}
    except RayError as error:
        raise TorchOpencvError(f"Ray's workers failed: {_last_of(error)}") from None


def _last_of(error: RayError) -> str:
    """What a worker's traceback says at its end, in a line."""
    said = [line for line in str(error).splitlines() if ": " in line and not line[0].isspace()]
    ours = [line for line in said if not line.startswith(("ray.", "\x1b", "Failed to apply", "To change"))]
    return first_line(RuntimeError((ours or said or [str(error)])[-1]))


class _Worker:
    """Does one piece after another, in an actor of Ray's."""

    def __init__(self, make: Callable[[], object], job: Job, store: Store, empty: Counts | None) -> None:
        self._app: App[Any] = as_app(make())
        self._job, self._store, self._empty = job, store, empty
        self._together = _TOGETHER if os.environ.get("CUDA_VISIBLE_DEVICES") else 1

    def __call__(self, batch: Mapping[str, npt.NDArray[Any]]) -> dict[str, list[Any]]:
        counts = [deepcopy(self._empty) for _ in batch["work"]]
        reports = [self._report(_from_text(text), one) for text, one in zip(batch["work"], counts, strict=True)]
        return {"report": [json.dumps(one) for one in reports], "counts": [dumps(one) for one in counts]}

    def _report(self, work: Work, counts: Counts | None) -> dict[str, Any]:
        key, problems = key_of(work), list[str]()
        report = {"key": key, "path": name_of(work), "segment": work.number, "frames": 0, "done": True}
        try:
            if self._store.has(key):  # by a worker that was killed after that
                rows = self._store.read_rows(key)
                return {**report, "frames": count_rows(rows, counts), "problems": problems}
            done = self._rows(work, problems)
            self._store.write_rows(key, done)
        except OutputError as error:  # as for all others then
            return {**report, "done": False, "problems": [], "full": str(error)}
        except Exception as error:  # whatever it is, other pieces may do
            return {**report, "done": False, "problems": [*problems, first_line(error)]}
        return {**report, "frames": count_rows(done, counts), "problems": problems}

    def _rows(self, work: Work, problems: list[str]) -> list[dict[str, Any]]:
        done: list[dict[str, Any]] = []
        frames = ahead(rows_of(work, fps=self._job.fps, size=self._job.size, problems=problems), _AHEAD)
        while rows := list(islice(frames, self._together)):
            results = look(self._app, [row.image for row in rows])
            done += [
                {**row.described, **fields_of(self._app, result)} for row, result in zip(rows, results, strict=True)
            ]
        return done


def ahead(items: Iterable[T], most: int) -> Iterator[T]:
    """The same items, made in a thread of its own, at most so many before they are taken.

    Args:
        items: what is made; what it raises is raised here.
        most: 1 or more.
    """
    waiting: Queue[tuple[T] | BaseException | None] = Queue(most)
    stopping = Event()

    def put(one: tuple[T] | BaseException | None) -> None:
        while not stopping.is_set():
            with suppress(Full):
                waiting.put(one, timeout=_TICK_S)
                return

    def work() -> None:
        last: BaseException | None = None
        try:
            for item in items:
                put((item,))
                if stopping.is_set():
                    return
        except BaseException as error:
            last = error
        put(last)

    thread = Thread(target=work, name="decode", daemon=True)
    thread.start()
    try:
        while (got := waiting.get()) is not None:
            if isinstance(got, BaseException):
                raise got
            yield got[0]
    finally:
        stopping.set()
        with suppress(Empty):
            waiting.get_nowait()
        thread.join()


# --- what became of it ---


def _count(report: Mapping[str, Any], outcome: Outcome) -> None:
    if report["done"]:
        outcome.pieces += 1
        outcome.frames += report["frames"]
    if outcome.counts is not None:
        outcome.counts.merge(report["counts"])
    for problem in report["problems"]:
        _note(outcome, report["path"], report["segment"], problem, key=report["key"] if report["done"] else None)


def _note(outcome: Outcome, path: str, segment: int | None, reason: str, *, key: str | None = None) -> None:
    outcome.problems.append({"path": path, "segment": segment, "reason": reason, "key": key})


def _earlier_problems(store: Store) -> list[dict[str, Any]]:
    """What was wrong with what is done."""
    problems: list[dict[str, Any]] = []
    for line in (store.read(_ERRORS) or b"").splitlines():
        with suppress(ValueError):
            if isinstance(one := json.loads(line), dict) and one.get("key"):
                problems.append(one)
    return problems


def _write_problems(store: Store, problems: Sequence[Mapping[str, Any]]) -> None:
    if problems or store.read(_ERRORS):
        store.write(_ERRORS, "".join(json.dumps(one) + "\n" for one in problems).encode())


def _as_text(work: Work) -> str:
    return json.dumps({"segment": asdict(work)} if isinstance(work, Segment) else {"images": asdict(work)})


def _from_text(text: str) -> Work:
    values = json.loads(text)
    if "segment" in values:
        return Segment(**values["segment"])
    images = values["images"]
    return ImageGroup(images["number"], images["first"], tuple(images["paths"]))

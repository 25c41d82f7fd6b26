"""``--ray``: a program over an archive, or over many cameras, on one machine or a cluster."""

from __future__ import annotations

import enum
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from torch_opencv._names.images import is_image
from torch_opencv._names.sources import is_address
from torch_opencv._system import signals
from torch_opencv._system.terminal import printable
from torch_opencv.cli.on_ray import check_device, check_program
from torch_opencv.cli.options import RunOptions
from torch_opencv.errors import TorchOpencvError
from torch_opencv.live.sources.base import Frame, Source

_SHOWN = 5  # problems that are named at the end
_LONGEST_LIST = 1 << 24  # bytes


class Archived(Source):
    """What a program is told of an archive when it is made: whether it is of single images."""

    name = "archive"

    def __init__(self, *, still: bool) -> None:
        super().__init__()
        self.still = still

    def __iter__(self) -> Iterator[Frame]:
        return iter(())

    def close(self) -> None:
        """There is nothing to be closed."""


def run_archive(make: Callable[..., object], options: RunOptions, *, program: str, values: Mapping[str, Any]) -> int:
    """Run a program over an archive as the options say.

    Args:
        make: makes the app of the sources, the options and the program's own.
        options: from the command line.
        program: its name.
        values: its own options.

    Returns:
        The exit status: 0, 130 after Ctrl-C, or 143 after SIGTERM or SIGHUP.

    Raises:
        TorchOpencvError: a file, the folder for the results, the model or Ray can't be used.
    """
    import torch_opencv.ray  # noqa: F401 (says what is missing)
    from torch_opencv._names.images import IMAGE_SUFFIXES
    from torch_opencv.live.sources.videos import VIDEO_SUFFIXES
    from torch_opencv.ray.archive import Job, Outcome, begin, process_archive
    from torch_opencv.ray.cluster import check_reachable, connected, has_gpus, notices_on_stderr
    from torch_opencv.ray.datasource import SEGMENT_SECONDS
    from torch_opencv.ray.files import find
    from torch_opencv.ray.store import Store

    if options.results is None:
        raise TorchOpencvError("--ray writes results to a folder: give it, as --results out/")
    device = check_device(values, "worker")
    if not options.sources:
        raise TorchOpencvError("--ray is for files: give videos, images, folders or patterns like 'archive/**/*.mp4'")
    files = find(list(_named(options.sources)), VIDEO_SUFFIXES | IMAGE_SUFFIXES)
    images = tuple(one for one in files if is_image(Path(one)))
    videos = tuple(one for one in files if not is_image(Path(one)))
    own = {name: _plain(value) for name, value in sorted(values.items()) if name != "device"}
    seconds = SEGMENT_SECONDS if options.segment_seconds is None else options.segment_seconds
    job = Job(f"{program} {json.dumps(own)}", videos, images, fps=options.fps, segment_seconds=seconds)
    store = Store(options.results, options.results_format.value)
    check_reachable(options.ray_address)
    done = begin(job, store, overwrite=options.overwrite)
    new = partial(make, [Archived(still=not videos)], options, **values)
    outcome = Outcome(counts=check_program(new, writes=True))
    ended = ""
    shows = not options.quiet and sys.stderr.isatty()
    try:
        with notices_on_stderr(), connected(options.ray_address, progress=shows):
            process_archive(
                new,
                job,
                store,
                workers=options.workers,
                gpus=has_gpus() if device == "auto" else device == "cuda",
                done=done,
                outcome=outcome,
            )
    except KeyboardInterrupt:
        ended = "interrupted"
    except signals.Terminated:
        ended = "terminated"
    if not options.quiet:
        for line in _told(outcome, options.results, ended):
            print(printable(line), file=sys.stderr)
    if not (ended or outcome.pieces or outcome.earlier):
        reason = outcome.problems[0]["reason"] if outcome.problems else "no frames"
        raise TorchOpencvError(f"nothing of it could be read: {reason}")
    return signals.STATUS.get(ended, 0)


def _named(sources: Sequence[str]) -> Iterator[str]:
    """The files, folders, patterns and addresses that are meant."""
    from torch_opencv.live.sources import SAMPLE

    for source in sources:
        if source == "sample":
            yield str(SAMPLE)
        elif source in ("browser", "-"):
            raise TorchOpencvError(f"--ray is for files and cameras: leave {source!r} out")
        elif source.lower().endswith(".txt") and not is_address(source):
            yield from _listed(Path(source))
        else:
            yield source


def _listed(path: Path) -> Iterator[str]:
    """What a list names, one a line; files relative to its own folder."""
    try:
        with path.open("rb") as file:
            text = file.read(_LONGEST_LIST).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise TorchOpencvError(f"{path} can't be read as a list of files: {error}") from None
    for line in map(str.strip, text.splitlines()):
        if line and not line.startswith("#"):
            yield line if is_address(line) else str(path.parent / line)


def _told(outcome: Any, results: str, ended: str) -> Iterator[str]:
    """The run in a line, and what went wrong in some."""
    rate = outcome.frames / outcome.seconds if outcome.seconds else 0.0
    text = f"{_counted(outcome.frames, 'frame')} in {outcome.seconds:.1f} s ({rate:.1f} frames/s)"
    parts = [f"{ended} after {text}" if ended else text, f"{_counted(outcome.pieces, 'segment')} done"]
    if outcome.earlier:
        parts.append(f"{outcome.earlier} were there already")
    parts.append(f"results in {results}")
    if ended:
        parts.append("the same command goes on from there")
    yield ", ".join(parts)
    if outcome.counts is not None and (outcome.pieces or outcome.earlier) and (summary := str(outcome.counts)):
        yield summary
    for one in outcome.problems[:_SHOWN]:
        where = one["path"] if one["segment"] is None else f"{one['path']}, segment {one['segment']}"
        yield f"{where}: {one['reason']}"
    if outcome.problems:
        more = len(outcome.problems) - _SHOWN
        yield (f"and {more} more: " if more > 0 else "") + f"what went wrong is in {results.rstrip('/')}/_errors.jsonl"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _plain(value: object) -> object:
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int | float | bool | type(None)) else str(value)

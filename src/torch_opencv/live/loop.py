"""The loop that every program runs in.

Three stages, in threads of their own: capture reads a source, the model processes frames, and the display, in the main
thread, draws, shows and records. They hand over single items (see `pipeline`), so that none waits for a slower one:

- a live source is shown as it comes, each newest frame with the newest result, however long the model takes;
- of a file every frame is processed, and shown and recorded with its own result, in order.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Literal

from torch_opencv._system.progress import progress_bar
from torch_opencv._system.signals import noted
from torch_opencv.live.app import as_app, has_fields, name_of
from torch_opencv.live.controls import Controls
from torch_opencv.live.display import Display
from torch_opencv.live.pipeline import Pipeline
from torch_opencv.live.recorder import Encoder, Recorder
from torch_opencv.live.results import Results
from torch_opencv.live.sources import Source
from torch_opencv.live.views import View

_log = logging.getLogger(__name__)

_WAIT_S = 0.05  # between two looks whether a page was opened

Ending = Literal["done", "quit", "reader gone", "interrupted", "terminated"]


@dataclass(frozen=True)
class Report:
    """How a run went."""

    frames: int
    """How many frames were processed."""
    shown: int
    """How many frames, or grids of them, were shown or recorded."""
    dropped: int
    """How many frames were thrown away, because newer ones had come."""
    seconds: float
    """How long it took."""
    latest: bool
    """Whether the newest frames were processed, and not every one."""
    ended: Ending
    """Every frame is done, or as many as were wanted; the user quit; the reader of the results closed the pipe; Ctrl-C;
    or SIGTERM."""
    recording_failed: str = ""
    """Why a recording ended early, if one did: the disk is full, say."""
    not_recorded: int = 0
    """How many frames were left out of recordings, because encoding them would have held up the display."""


def run(
    app: object,
    source: Source | Sequence[Source],
    *,
    views: Sequence[View] = (),
    encoder: Encoder | None = None,
    results: Results | None = None,
    latest: bool | None = None,
    max_frames: int | None = None,
    max_seconds: float | None = None,
    progress: bool = False,
    hud: bool = False,
    side_by_side: bool = False,
) -> Report:
    """Run a program on a source until that ends.

    Whoever calls it has opened what it is given; it closes all of it, however the run ends: the sources, the views, the
    encoder, the results and the app.

    Args:
        app: the program: whatever `as_app` takes.
        source: where the frames come from. Several are processed together, by `app.process_batch`, and shown and
            recorded as a grid.
        views: where the frames are shown; a file at its own pace if the model is fast enough. A view that stays, if
            there is no other and nothing else to end the run, is waited for before a file begins, and keeps its last
            frame until the user quits.
        encoder: what records the annotated frames.
        results: where the results go.
        latest: process the newest frame only, and play files at their own pace; else every frame. None: the newest
            of live sources, every one of files.
        max_frames: end after so many of each source were processed.
        max_seconds: end after so long.
        progress: show a bar on standard error if that is a terminal and the source has an end.
        hud: write rates, latency and drops on what is shown; the views' "hud" command does so too.
        side_by_side: record each frame as it was at the left of the annotated one.

    Raises:
        LiveError: a source broke down, or something couldn't be written.
        TypeError: the app is none, or one of its methods gives what it shouldn't.
        ValueError: a number is out of range, or the app has changed a frame.
        Exception: whatever the app raised.

    Everything is closed properly before anything is raised, and all files are complete.

    """
    program = as_app(app)
    sources = [source] if isinstance(source, Source) else list(source)
    if not sources:
        raise ValueError("a run needs a source")
    if results is not None and not has_fields(program):
        raise TypeError(f"{name_of(program)} needs a method fields(result) -> dict, or no results can be written")
    _check_limits(max_frames, max_seconds)
    newest = any(one.live for one in sources) if latest is None else latest
    shown = bool(views) or encoder is not None
    batch = encoder is not None or results is not None or max_frames is not None or max_seconds is not None
    seeks = bool(views) and not batch and all(one.seekable for one in sources)
    lasting = bool(views) and all(view.stays for view in views) and not batch and not any(s.live for s in sources)
    start = time.monotonic()
    with ExitStack() as stack:
        signalled = stack.enter_context(noted())
        recorder = Recorder(encoder, fps=max(one.fps or 25.0 for one in sources), both=side_by_side, every=not newest)
        for part in (*views, recorder, results, program):
            if part is not None:
                stack.callback(part.close)
        pipeline = Pipeline(
            program,
            sources,
            results=results,
            latest=newest,
            display=shown and not program.replaces_frame,
            max_frames=max_frames,
        )
        stack.callback(pipeline.close)
        controls = Controls(program, views, recorder, hud=hud)
        display = Display(
            program,
            sources,
            pipeline,
            controls,
            latest=newest,
            views=views,
            recorder=recorder,
            stays=lasting or (bool(views) and all(one.still for one in sources)),
            seeks=seeks,
        )
        tell = stack.enter_context(_progress(sources, max_frames)) if progress else lambda done: None
        ended: Ending = "done"
        try:
            if lasting:
                _wait_for_a_viewer(views, lambda: bool(signalled))
            pipeline.start()
            deadline = start + (max_seconds or float("inf"))
            if not display.run(lambda: bool(signalled) or time.monotonic() > deadline, tell):
                ended = signalled[0] if signalled else "done" if time.monotonic() > deadline else "quit"
                pipeline.stop()
                display.finish()
        except BrokenPipeError:
            ended = "reader gone"
        seconds = time.monotonic() - start
    return Report(
        display.processed,
        display.shown,
        pipeline.dropped,
        seconds,
        newest,
        ended,
        recorder.failed,
        recorder.dropped,
    )


def _check_limits(max_frames: int | None, max_seconds: float | None) -> None:
    if max_frames is not None and (not isinstance(max_frames, int) or max_frames < 1):
        raise ValueError(f"max_frames is {max_frames!r}: it must be a whole number from 1 up, or None for all")
    if max_seconds is not None and not max_seconds > 0:
        raise ValueError(f"max_seconds is {max_seconds!r}: it must be more than 0, or None for no limit")


def _wait_for_a_viewer(views: Sequence[View], ended: Callable[[], bool]) -> None:
    """Don't let a file begin, or even end, before anybody sees it."""
    if not any(view.watched for view in views):
        _log.info("waiting for the page to be opened")
        while not ended() and not any(view.watched for view in views):
            time.sleep(_WAIT_S)


@contextmanager
def _progress(sources: Sequence[Source], max_frames: int | None) -> Iterator[Callable[[int], None]]:
    """A bar for all sources together, if they have an end."""
    lengths = [min(one.length or max_frames or 0, max_frames or one.length or 0) for one in sources]
    if not all(lengths):
        yield lambda done: None
        return
    name = sources[0].name if len(sources) == 1 else f"{len(sources)} sources"
    with progress_bar(name, sum(lengths), unit="frames") as tell:
        yield lambda done: tell(done + sum(len(one.skipped) for one in sources))

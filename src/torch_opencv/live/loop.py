"""The loop that every program runs in.

Three stages, in threads of their own: capture reads a source, the model looks at frames, and the display, in the main
thread, draws, shows and records. They hand over single items (see `pipeline`), so that none waits for a slower one:

- a live source is shown as it comes, each newest frame with the newest result, however long the model takes;
- of a file every frame is looked at, and shown and recorded with its own result, in order.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Literal, TypeVar

from torch_opencv._progress import progress_bar
from torch_opencv._signals import noted
from torch_opencv.live.display import Display
from torch_opencv.live.pipeline import App, Pipeline
from torch_opencv.live.recorder import Recorder
from torch_opencv.live.results import Results
from torch_opencv.live.sources import Source
from torch_opencv.live.video_encoder import VideoEncoder
from torch_opencv.live.views import View

R = TypeVar("R")

Ending = Literal["done", "quit", "reader gone", "interrupted", "terminated"]


@dataclass(frozen=True)
class Report:
    """How a run went."""

    frames: int
    """How many frames were looked at."""
    shown: int
    """How many pictures were shown or recorded."""
    dropped: int
    """How many frames were thrown away, because newer ones had come."""
    seconds: float
    """How long it took."""
    latest: bool
    """Whether the newest frames were looked at, and not every one."""
    ended: Ending
    """Every frame is done, or as many as were wanted; the user quit; the reader of the results closed the pipe; Ctrl-C;
    or SIGTERM."""
    recording_failed: str = ""
    """Why a recording ended early, if one did: the disk is full, say."""
    not_recorded: int = 0
    """How many pictures were left out of recordings, because encoding them would have held up the display."""


def run(
    app: App[R],
    source: Source | Sequence[Source],
    *,
    views: Sequence[View] = (),
    encoder: VideoEncoder | None = None,
    results: Results | None = None,
    latest: bool | None = None,
    max_frames: int | None = None,
    max_seconds: float | None = None,
    progress: bool = False,
    hud: bool = False,
    side_by_side: bool = False,
) -> Report:
    """Run a program on a source until that ends, then close the source and everything that was shown or written to.

    Args:
        app: the program.
        source: where the frames come from. Several are looked at together, by `app.process_batch` if there is one, and
            shown and recorded as a grid.
        views: where the pictures are shown; a file at its own pace if the model is fast enough.
        encoder: what records the annotated pictures.
        results: where the results go.
        latest: look at the newest frame only, and play files at their own pace; else at every frame. None: the newest
            of live sources, every one of files.
        max_frames: end after so many of each source were looked at.
        max_seconds: end after so long.
        progress: show a bar on standard error if that is a terminal and the source has an end.
        hud: write rates, age and drops on what is shown; the views' "hud" command does so too.
        side_by_side: record each frame as it was at the left of the annotated one.

    Raises:
        LiveError: a source broke down, or something couldn't be written.
        Exception: whatever the app raised.

    Everything is closed properly before anything is raised, and all files are complete.

    """
    sources = [source] if isinstance(source, Source) else list(source)
    if not sources:
        raise ValueError("a run needs a source")
    if results is not None and not hasattr(app, "fields"):
        raise TypeError(f"{type(app).__name__} needs a method fields(result) -> dict, or no results can be written")
    newest = any(one.live for one in sources) if latest is None else latest
    shown = bool(views) or encoder is not None
    start = time.monotonic()
    with ExitStack() as stack:
        signalled = stack.enter_context(noted())
        recorder = Recorder(encoder, fps=max(one.fps or 25.0 for one in sources), both=side_by_side, every=not newest)
        for part in (*views, recorder, results):
            if part is not None:
                stack.callback(part.close)
        newest_shown = shown and not getattr(app, "replaces", False)
        pipeline = Pipeline(app, sources, results=results, latest=newest, display=newest_shown, max_frames=max_frames)
        stack.callback(pipeline.close)
        display = Display(app, sources, pipeline, latest=newest, views=views, recorder=recorder, hud=hud)
        tell = stack.enter_context(_progress(sources, max_frames)) if progress else lambda done: None
        ended: Ending = "done"
        try:
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
        display.pictures,
        pipeline.dropped,
        seconds,
        newest,
        ended,
        recorder.failed,
        recorder.dropped,
    )


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

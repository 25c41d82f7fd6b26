"""The loop that every program runs in: a frame from the source, the model, the overlay, then the window and the files.

One frame after the other, every one of them looked at.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from types import FrameType
from typing import Literal, NoReturn, Protocol, TypeVar

import torch

from torch_opencv.live.progress import progress_bar
from torch_opencv.live.recorder import Recorder
from torch_opencv.live.results import Results
from torch_opencv.live.sources import Source

R = TypeVar("R")


class App(Protocol[R]):
    """A program: what it sees in a picture, and how that is drawn and written."""

    def look(self, image: torch.Tensor) -> R:
        """What the model says about a picture, torch.uint8 (H, W, 3) BGR, which it leaves as it is."""

    def draw(self, image: torch.Tensor, result: R) -> torch.Tensor:
        """The picture with the result drawn on it; ``image`` may be drawn into."""

    def fields(self, result: R) -> dict[str, object]:
        """The result as the fields of its JSON line."""


class View(Protocol):
    """Where pictures are shown, such as `torch_opencv.live.window.Window`."""

    def show(self, image: torch.Tensor, *, until: float = 0.0) -> bool:
        """Show a picture until then on `time.monotonic`'s clock. False if the user wants to end."""

    def close(self) -> None:
        """Show nothing any more."""


Ending = Literal["done", "quit", "reader gone", "interrupted"]


@dataclass(frozen=True)
class Report:
    """How a run went."""

    frames: int
    """How many frames were looked at."""
    seconds: float
    """How long that took."""
    ended: Ending
    """Every frame is done, the user quit the view, the reader of the results closed the pipe, or Ctrl-C."""


def run(
    app: App[R],
    source: Source,
    *,
    view: View | None = None,
    recorder: Recorder | None = None,
    results: Results | None = None,
    max_frames: int | None = None,
    progress: bool = False,
) -> Report:
    """Run a program on a source until that ends, then close the source and everything that was written to.

    Args:
        app: the program.
        source: where the frames come from.
        view: where they are shown; at the source's own pace if it's a file and the model is fast enough.
        recorder: what records the annotated pictures.
        results: where the results go.
        max_frames: end after so many.
        progress: show a bar on standard error if that is a terminal and the source has an end.

    Raises:
        OutputError: something couldn't be written. Everything is closed properly first.

    """
    frames = 0
    seconds = 0.0
    ended: Ending = "done"
    start = time.monotonic()
    with ExitStack() as stack:
        stack.enter_context(_interrupted_once())
        for part in (source, view, recorder, results):
            if part is not None:
                stack.callback(part.close)
        total = min(source.length, max_frames or source.length) if source.length else max_frames
        show_progress = stack.enter_context(progress_bar(source.name, total)) if progress and total else None
        try:
            for frame in islice(source, max_frames):
                result = app.look(frame.image)
                if results is not None:
                    results.write(frame, app.fields(result))
                if view is not None or recorder is not None:
                    image = app.draw(frame.image.clone(), result)
                if recorder is not None:
                    recorder.write(image, time=frame.time)
                frames += 1
                seconds = time.monotonic() - start
                if show_progress is not None:
                    show_progress(frames + len(source.skipped))
                if view is not None:
                    if frames == 1:  # not before: a model may take its time to warm up
                        time_0 = time.monotonic() - frame.time
                    if not view.show(image, until=0.0 if source.live else time_0 + frame.time):
                        ended = "quit"
                        break
            if view is not None and source.still and ended == "done":
                while view.show(image, until=time.monotonic() + 1):
                    ...
        except BrokenPipeError:
            ended = "reader gone"
        except KeyboardInterrupt:
            ended = "interrupted"
    return Report(frames, seconds, ended)


@contextmanager
def _interrupted_once() -> Iterator[None]:
    """Let the first Ctrl-C raise KeyboardInterrupt and ignore any more, so that an impatient one can't spoil a file.

    One key press may well arrive as two signals, from the terminal and from a parent process that passes it on.
    """
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # not ignored, as by nohup; not someone else's
    if not ours or threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)

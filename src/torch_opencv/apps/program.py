"""What the command line does for every program: open what was named, load the model, run, and say how it went.

Everything that can be found out before the model is loaded is: sources are opened and outputs are tried first.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Literal, Protocol, TypeVar

from torch_opencv.live.loop import App, Report, run
from torch_opencv.live.outputs import check_distinct
from torch_opencv.live.recorder import Recorder
from torch_opencv.live.results import Results
from torch_opencv.live.sources import Source, open_source
from torch_opencv.live.window import Window, why_no_window

R = TypeVar("R")

_log = logging.getLogger(__name__)


class Program(App[R], Protocol[R]):
    """What the command line runs."""

    def summary(self) -> str:
        """What was seen in the whole run, in a line."""


def run_program(
    load: Callable[[], Program[R]],
    spec: str | None,
    view: Literal["window", "none"] | None,
    record: Path | None,
    results: Path | None,
    max_frames: int | None,
    quiet: bool,
) -> int:
    """Run a program as the options say.

    Args:
        load: makes the program; called once everything else is known to be usable.
        spec: the SOURCE, or None for the default one.
        view: None is a window if there can be one.
        record: the video to record the annotated pictures to.
        results: the JSON Lines file; "-" is standard output.
        max_frames: stop after so many frames.
        quiet: neither a progress bar nor a summary.

    Returns:
        The exit status: 0, or 130 after Ctrl-C.

    Raises:
        LiveError: the source, a file to be written or the window can't be used.

    """
    no_window = why_no_window() if view is None else ""
    window = None if view == "none" or no_window else Window("torch-opencv")
    recorder = Recorder(record) if record else None
    writer = Results(results) if results else None
    with ExitStack() as opened:
        source = opened.enter_context(open_source(spec))
        check_distinct([output.path for output in (recorder, writer) if output and output.path], source.inputs)
        if recorder and source.fps:
            recorder.fps = source.fps
        program = load()
        if no_window and not (record or results):
            _log.info("no window can be shown here (torch-opencv info says why); --record and --results write to files")
        report = run(
            program,
            source,
            view=window,
            recorder=recorder,
            results=writer,
            max_frames=max_frames,
            progress=not quiet,
        )
    if not quiet:
        print(_outcome(report, source, record, results), file=sys.stderr)
        if report.frames:
            print(program.summary(), file=sys.stderr)
    return 130 if report.ended == "interrupted" else 0


def _outcome(report: Report, source: Source, record: Path | None, results: Path | None) -> str:
    """The run in a line."""
    frames = "1 frame" if report.frames == 1 else f"{report.frames} frames"
    rate = report.frames / report.seconds if report.seconds else 0.0
    parts = [f"{frames} in {report.seconds:.1f} s ({rate:.1f} frames/s)"]
    if report.ended == "interrupted":
        parts[0] = f"interrupted after {parts[0]}"
    if source.skipped:
        parts.append(f"{len(source.skipped)} skipped")
    if record and report.frames:
        parts.append(f"recorded to {record}")
    if results and report.frames and str(results) != "-":
        parts.append(f"results in {results}")
    return ", ".join(parts)

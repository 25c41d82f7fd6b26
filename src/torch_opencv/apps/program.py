"""What the command line does for every program: open what was named, load the model, run, and say how it went.

Everything that can be found out before the model is loaded is: sources are opened and outputs are tried first.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch_opencv.live.app import App
from torch_opencv.live.loop import Report, run
from torch_opencv.live.resources import Resources, ViewKind, open_resources

_STATUS = {"interrupted": 130, "terminated": 143}  # 128 + the signal's number, as shells have it


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the command line takes for every program."""

    sources: Sequence[str]
    """The SOURCEs; empty for the default one."""
    view: ViewKind | None
    """None is a window if there can be one, else the browser."""
    record: Path | None
    """The video to record the annotated pictures to."""
    side_by_side: bool
    """Record the frames as they were beside them."""
    results: Path | None
    """The JSON Lines file; "-" is standard output."""
    latest: bool | None
    """Look at the newest frame only, or at every one; None: the newest of live sources."""
    max_frames: int | None
    """Stop after so many frames of each source."""
    max_seconds: float | None
    """Stop after so long."""
    hud: bool
    """Show rates, age and drops."""
    host: str
    """Where the browser's page is served."""
    port: int | None
    """None is any free one."""
    token: str | None
    """What the page's visitors must bring."""
    quiet: bool
    """Neither a progress bar nor a summary."""


def run_program(load: Callable[[], App[Any]], options: Options, *, title: str = "torch-opencv") -> int:
    """Run a program as the options say.

    Args:
        load: makes the program; called once everything else is known to be usable.
        options: from the command line.
        title: of the window and of the browser's page.

    Returns:
        The exit status: 0, 2 if the recording failed on the way, 130 after Ctrl-C, or 143 after SIGTERM.

    Raises:
        LiveError: a source, a file to be written or the view can't be used.

    """
    with open_resources(
        options.sources or [None],
        title=title,
        view=options.view,
        record=options.record,
        results=options.results,
        host=options.host,
        port=options.port,
        token=options.token,
    ) as resources:
        program = load()
        report = run(
            program,
            resources.sources,
            views=resources.views,
            encoder=resources.encoder,
            results=resources.results,
            latest=options.latest,
            max_frames=options.max_frames,
            max_seconds=options.max_seconds,
            progress=not options.quiet,
            hud=options.hud,
            side_by_side=options.side_by_side,
        )
    if not options.quiet:
        print(_outcome(report, resources), file=sys.stderr)
        if report.frames and (summary := program.summary()):
            print(summary, file=sys.stderr)
    return _STATUS.get(report.ended, 2 if report.recording_failed else 0)


def _outcome(report: Report, resources: Resources) -> str:
    """The run in a line."""
    frames = "1 frame" if report.frames == 1 else f"{report.frames} frames"
    rate = report.frames / report.seconds if report.seconds else 0.0
    text = f"{frames} in {report.seconds:.1f} s ({rate:.1f} frames/s)"
    parted = [f"{report.ended} after {text}" if report.ended in _STATUS else text]
    if report.latest:
        parted.append(f"{report.shown} shown")
        parted.append(f"{report.dropped} dropped")
    if skipped := sum(len(source.skipped) for source in resources.sources):
        parted.append(f"{skipped} skipped")
    if resources.encoder and resources.encoder.frames:
        parted.append(f"recorded to {resources.encoder.path}")
    if resources.results and resources.results.lines and resources.results.path:
        parted.append(f"results in {resources.results.path}")
    return ", ".join(parted)

"""What the command line does for every program: open what was named, load the model, run, and say how it went.

Everything that can be found out before the model is loaded is: sources are opened and outputs are tried first.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from threading import Event, Thread

from torch_opencv._system import signals
from torch_opencv._system.terminal import printable
from torch_opencv.cli.options import RunOptions
from torch_opencv.cli.pace import pace
from torch_opencv.errors import TorchOpencvError
from torch_opencv.live.app import App, as_app, has_fields, name_of
from torch_opencv.live.events import Command, Key
from torch_opencv.live.keys import command_of
from torch_opencv.live.loop import Report, run
from torch_opencv.live.resources import Resources, open_resources
from torch_opencv.live.result_tables import PrintedResults
from torch_opencv.live.results import Results
from torch_opencv.live.sources import Source
from torch_opencv.live.views import View, ViewEvent
from torch_opencv.runtime import compilation, resolve_device

_TICK_S = 0.05
_STOPS_WITHIN_S = 1.5  # compiling, once it is told to
_ERRORS_COME_WITHIN_S = 1.0  # what is wrong with a model's name or file is known by then


def run_program(
    load: Callable[[Sequence[Source]], object],
    options: RunOptions,
    *,
    title: str,
    device: str | None = None,
    answers: bool = False,
    outputs: Callable[[Sequence[Source]], Sequence[Results]] | None = None,
) -> int:
    """Run a program as the options say.

    Args:
        load: makes the program for the sources; called once everything else is known to be usable,
            in a thread of its own.
        options: from the command line.
        title: of the window and of the browser's page.
        device: where the model is to run; checked first.
        answers: print what the program says of single images, if nothing else is asked for.
        outputs: makes what else results are written to, of the sources.

    Returns:
        The exit status: 0, 2 if the recording failed on the way, 130 after Ctrl-C, or 143 after SIGTERM or SIGHUP.

    Raises:
        TorchOpencvError: a source, a file to be written, the view or the model can't be used.

    """
    if device is not None:
        resolve_device(device)
    if options.resume and options.overwrite:
        raise TorchOpencvError("--resume goes on with what there is, and --overwrite replaces it: give one of them")
    with open_resources(
        options.sources or [None],
        title=title,
        view=None if options.view is None else options.view.value,
        record=options.record,
        results=options.results,
        host=options.host,
        port=options.port,
        token=options.token,
        token_file=options.token_file,
        https=options.https,
        cert=options.cert,
        key=options.key,
        overwrite=options.overwrite,
        stride=options.stride,
        answers=answers,
        resume=options.resume,
        outputs=outputs,
        announce=False,
    ) as resources:
        app = _load(load, resources)
        if app is None:
            return 0
        if options.results and not has_fields(app):
            raise TorchOpencvError(
                f"{name_of(app)} says nothing of a frame that --results could write: give it a method "
                "fields(result) -> dict, or leave --results out"
            )
        to_terminal = str(options.results) == "-" and sys.stdout.isatty()  # the lines show how far it is
        report = run(
            app,
            resources.sources,
            views=resources.views,
            encoder=resources.encoder,
            results=resources.results,
            latest=options.latest,
            max_frames=options.max_frames,
            max_seconds=options.max_seconds,
            progress=not options.quiet and not to_terminal,
            hud=options.hud,
            side_by_side=options.side_by_side,
        )
    if not options.quiet and not isinstance(resources.results, PrintedResults):
        print(printable(_outcome(report, resources)), file=sys.stderr)
        if report.frames and (summary := app.summary()):
            print(printable(summary), file=sys.stderr)
    return signals.STATUS.get(report.ended, 2 if report.recording_failed else 0)


def _load(load: Callable[[Sequence[Source]], object], resources: Resources) -> App[object] | None:
    """Load the program, or None if the user quits meanwhile.

    That may take a while, as a network may have to be compiled: so it has a thread of its own, and log and views say
    how long that will take.
    """
    loaded: list[App[object]] = []
    failed: list[BaseException] = []
    compiling: list[str] = []
    done, quitting = Event(), Event()

    def work() -> None:
        try:
            with compilation(
                on_start=lambda name, seconds: compiling.append(_compiling(name, seconds)), cancelled=quitting
            ):
                loaded.append(as_app(load(resources.sources)))
        except BaseException as error:
            failed.append(error)
        done.set()

    thread = Thread(target=work, name="load", daemon=True)
    thread.start()
    try:
        if not (done.wait(_ERRORS_COME_WITHIN_S) and failed):
            resources.announce()
        while not done.wait(_TICK_S):
            if _wants_to_quit(resources.views):
                return None
            while compiling:  # said from here, as views belong to the main thread
                text = compiling.pop(0)
                for view in resources.views:
                    view.tell(text)
    finally:  # also at Ctrl-C
        quitting.set()
        thread.join(_STOPS_WITHIN_S)
    if failed:
        raise failed[0]
    return loaded[0]


def _compiling(name: str, seconds: float) -> str:
    return f"Compiling {name}, once on this machine: about {seconds:.0f} s…"


def _wants_to_quit(views: Sequence[View]) -> bool:
    return any(_is_quit(event) for view in views for event in view.events())


def _is_quit(event: ViewEvent) -> bool:
    return (command_of(event.key) if isinstance(event, Key) else event) == Command("quit")


def _outcome(report: Report, resources: Resources) -> str:
    """The run in a line."""
    text = pace(report.frames, report.seconds)
    parts = [f"{report.ended} after {text}" if report.ended in signals.STATUS else text]
    if report.latest:
        parts.append(f"{report.shown} shown")
        parts.append(f"{report.dropped} dropped")
    if skipped := sum(len(source.skipped) for source in resources.sources):
        parts.append(f"{skipped} skipped")
    if resources.encoder and resources.encoder.frames and not report.recording_failed:
        with_sound = " with its sound" if getattr(resources.encoder, "has_sound", False) else ""
        parts.append(f"recorded to {resources.encoder.path}{with_sound}")
    if resources.results and resources.results.written:
        *some, last = map(str, resources.results.written)
        parts.append(f"results in {', '.join(some)} and {last}" if some else f"results in {last}")
    return ", ".join(parts)

"""``--ray`` with cameras: a program over as many as there are, on one machine or a cluster."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from functools import partial
from typing import Any, Literal

from torch_opencv._system import signals
from torch_opencv._system.terminal import printable
from torch_opencv.cli.on_ray import check_device, check_program
from torch_opencv.cli.options import RunOptions
from torch_opencv.errors import TorchOpencvError
from torch_opencv.live.resources import open_resources
from torch_opencv.live.sources.base import Frame, Source

_REFUSED = {  # with cameras, and why
    "record": "many cameras aren't recorded",
    "side_by_side": "many cameras aren't recorded",
    "resume": "what is live can't be gone back to",
    "stride": "of each camera the newest frame is taken whenever the model is ready",
    "fps": "of each camera the newest frame is taken whenever the model is ready",
    "segment_seconds": "it is for archives",
}


class Cameras(Source):
    """What a program is told of its cameras when it is made: that they are live."""

    name, live = "cameras", True

    def __iter__(self) -> Iterator[Frame]:
        return iter(())

    def close(self) -> None:
        """There is nothing to be closed."""


def are_cameras(sources: Sequence[str]) -> bool:
    """Whether live sources are meant, and no archive: an address, a camera, or a list that begins with one.

    Args:
        sources: as the user wrote them.

    Raises:
        TorchOpencvError: Ray isn't there, or a list can't be read.
    """
    from torch_opencv.ray.cameras.named import are_cameras

    return are_cameras(sources)


def run_cameras(make: Callable[..., object], options: RunOptions, *, program: str, values: Mapping[str, Any]) -> int:
    """Run a program over cameras as the options say: what `cli.archives.run_archive` is for archives.

    Args:
        make: makes the app of the sources, the options and the program's own.
        options: from the command line.
        program: its name.
        values: its own options.

    Returns:
        The exit status: 0, 130 after Ctrl-C, or 143 after SIGTERM or SIGHUP.

    Raises:
        TorchOpencvError: a camera's address, the folder for the results, the model, the page or Ray can't be used.
    """
    import torch_opencv.ray  # noqa: F401 (says what is missing)
    from torch_opencv.ray import cameras
    from torch_opencv.ray.cluster import connected, has_gpus, notices_on_stderr

    _check(options)
    names = cameras.named(options.sources or [])
    device = check_device(values, "model service")
    # Frames of a camera always go to the same model: programs may follow what they see, as with live sources elsewhere.
    load = partial(make, [Cameras()], replace(options, ray=False), **values)
    check_program(load, writes=bool(options.results))
    view: Literal["browser", "none"] = "browser" if _wants_page(options) else "none"
    try:
        with (
            open_resources(
                [],
                title=f"torch-opencv {program}",
                view=view,
                host=options.host,
                port=options.port,
                token=options.token,
                token_file=options.token_file,
                https=options.https,
                cert=options.cert,
                key=options.key,
                announce=False,
            ) as resources,
            notices_on_stderr(),
            connected(options.ray_address),
        ):
            resources.announce()
            report = cameras.run_cameras(
                load,
                names,
                workers=options.workers,
                gpus=has_gpus() if device == "auto" else device == "cuda",
                results=options.results,
                format=options.results_format.value,
                overwrite=options.overwrite,
                views=resources.views,
                max_frames=options.max_frames,
                max_seconds=options.max_seconds,
            )
    except KeyboardInterrupt:  # before there was anything to be ended
        return signals.STATUS["interrupted"]
    except signals.Terminated:
        return signals.STATUS["terminated"]
    if not options.quiet:
        print(printable(_outcome(report, options)), file=sys.stderr)
        for summary in report.summaries if sum(report.processed) else ():
            print(printable(summary), file=sys.stderr)
    return signals.STATUS.get(report.ended, 0)


def _check(options: RunOptions) -> None:
    for field in fields(options):
        if field.name in _REFUSED and getattr(options, field.name) != field.default:
            raise TorchOpencvError(
                f"--{field.name.replace('_', '-')} can't be given with --ray and cameras: {_REFUSED[field.name]}"
            )
    if options.latest is False:
        raise TorchOpencvError("--every can't be given with --ray and cameras: only the newest frames are processed")
    if options.view is not None and options.view.value == "window":
        raise TorchOpencvError("many cameras are shown on a page: give --view browser, or none")
    if str(options.results) == "-":
        raise TorchOpencvError("each camera has a file of results of its own: give a folder, as --results out/")


def _wants_page(options: RunOptions) -> bool:
    if options.view is not None:
        return options.view.value == "browser"
    asked = (options.port, options.token, options.token_file, options.https, options.cert)
    return options.results is None or options.host != "127.0.0.1" or any(one is not None for one in asked)


def _outcome(report: Any, options: RunOptions) -> str:
    """The run in a line."""
    total, seconds = sum(report.processed), report.seconds
    rates = sorted(count / seconds for count in report.processed) if seconds else [0.0]
    text = (
        f"{total} frames of {len(report.names)} cameras in {seconds:.1f} s ({total / max(seconds, 1e-9):.1f} frames/s)"
    )
    parts = [f"{report.ended} after {text}" if report.ended in signals.STATUS else text]
    parts.append(f"of each {rates[0]:.1f} to {rates[-1]:.1f} frames/s, {statistics.median(rates):.1f} in the middle")
    if silent := [name for name, count in zip(report.names, report.processed, strict=True) if not count]:
        more = f" and {len(silent) - 3} more" if len(silent) > 3 else ""
        parts.append(f"no frame of {', '.join(silent[:3])}{more}")
    if options.results:
        parts.append(f"results in {options.results}")
    return ", ".join(parts)

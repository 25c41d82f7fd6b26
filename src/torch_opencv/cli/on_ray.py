"""``--ray``: whether an archive or cameras are meant, and what is checked of a program for both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from torch_opencv.cli.options import RunOptions, check_options
from torch_opencv.errors import TorchOpencvError

if TYPE_CHECKING:
    from torch_opencv.live.counts import Counts


def run_on_ray(
    make: Callable[..., object],
    options: RunOptions,
    *,
    program: str,
    values: Mapping[str, Any],
    further: Mapping[str, Any],
) -> int:
    """Run a program on Ray as the options say.

    Args:
        make: makes the app of the sources, the options and the program's own.
        options: from the command line.
        program: its name.
        values: its own options.
        further: the options of what else it writes, which Ray's workers don't.

    Returns:
        The exit status.

    Raises:
        TorchOpencvError: something that was named can't be used, or can't be given with --ray.
    """
    from torch_opencv.cli.cameras import are_cameras, run_cameras

    cameras = are_cameras(options.sources or [])
    if not cameras:
        check_options(options)
    if given := [name for name, value in further.items() if value is not None]:
        raise TorchOpencvError(f"--{given[0]} can't be given with --ray, which writes results only")
    if cameras:
        return run_cameras(make, options, program=program, values=values)
    from torch_opencv.cli.archives import run_archive

    return run_archive(make, options, program=program, values=values)


def check_device(values: Mapping[str, Any], whose: str) -> str:
    """The device that a program is to run on, where Ray says which GPU each process has.

    Args:
        values: the program's own options.
        whose: what has the GPU.

    Raises:
        TorchOpencvError: it is one GPU of several.
    """
    device = str(values.get("device", "auto"))
    if device not in ("auto", "cpu", "cuda"):
        raise TorchOpencvError(f"with --ray each {whose} has a GPU of its own: give auto, cpu or cuda, not {device}")
    return device


def check_program(load: Callable[[], object], *, writes: bool) -> Counts | None:
    """Make a program once, so that what is wrong with it is known before Ray is there, and its network is compiled.

    Args:
        load: makes it.
        writes: whether its results are written.

    Returns:
        Its `counts`, of nothing yet.

    Raises:
        TorchOpencvError: it can't be made, or says nothing of a frame.
    """
    from torch_opencv.live.app import as_app, has_fields, name_of
    from torch_opencv.live.counts import Counts
    from torch_opencv.ray.cluster import send_whole

    app = as_app(load())
    if writes and not has_fields(app):
        raise TorchOpencvError(f"{name_of(app)} says nothing of a frame: give it a method fields(result) -> dict")
    counts = app.counts()
    if not (counts is None or isinstance(counts, Counts)):
        raise TorchOpencvError(f"{name_of(app)}.counts must return a live.Counts or None, not {type(counts).__name__}")
    app.close()
    send_whole(type(getattr(app, "own", app)).__module__)
    return counts

"""The options that all programs share, each declared once: its name, type, default and help."""

from __future__ import annotations

import enum
import inspect
import re
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Annotated, Literal, get_type_hints

import typer

from torch_opencv.errors import TorchOpencvError

DEVICE_SYNTAX = r"auto|cpu|cuda(:[0-9]{1,3})?"


class View(str, enum.Enum):
    """Where the images are shown."""

    window = "window"
    browser = "browser"
    none = "none"


class ResultsFormat(str, enum.Enum):
    """What the results of an archive are written as."""

    parquet = "parquet"
    jsonl = "jsonl"


def check_device(device: str) -> str:
    """Refuse what is no device's name. Whether there is such a device is known once PyTorch is imported."""
    if not re.fullmatch(DEVICE_SYNTAX, device):
        raise typer.BadParameter(f"{device!r} is no device: give auto, cpu, cuda or cuda:N")
    return device


Device = Annotated[
    str,
    typer.Option(metavar="DEVICE", help="Where the model runs: auto, cpu, cuda or cuda:N.", callback=check_device),
]
Precision = Annotated[
    Literal["f32", "bf16", "auto"],
    typer.Option(
        help="What the network computes in on a CPU: f32; bf16, faster where the processor has it and the extra "
        "[fast] is installed, if pictures come out the same to the eye; or auto, which is bf16 for our own styles."
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print warnings and errors only: no progress bar, no summary.")]


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """What the command line takes for every program, with the defaults."""

    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SOURCE",
            show_default=False,
            help="A camera number; a video or an image; a folder, a quoted glob or a .txt list of either; an image "
            "sequence (f%03d.png); an rtsp:// or http(s):// stream; '-', a video on standard input; 'browser', the "
            "camera of whoever opens the page; or 'sample', a short bundled video. Several are shown side by side. "
            "Default: the first camera if there is one, else 'sample'.",
        ),
    ] = None
    view: Annotated[
        View | None,
        typer.Option(
            help="Where the images are shown. Default: a window if there can be one; else none with --record or "
            "--results, so that batch work ends by itself; else the browser."
        ),
    ] = None
    record: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Record the annotated images to an .mp4 or .mkv file; those of single images also to an image, "
            "or to a folder (out/). The sound of a video is kept.",
        ),
    ] = None
    side_by_side: Annotated[
        bool, typer.Option("--side-by-side", help="Record the original at the left of the annotated image.")
    ] = False
    results: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Write the results to a .jsonl (JSON Lines), .csv or .parquet file; '-' is standard output. With "
            "--ray, a folder.",
        ),
    ] = None
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Go on where --results FILE.jsonl left off: leave out the images of folders that it has already.",
        ),
    ] = False
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace recordings and results that exist.")] = False
    latest: Annotated[
        bool | None,
        typer.Option(
            "--latest/--every",
            help="Process the newest frame only, and play files at their own pace; or every frame. Default: the newest "
            "of live sources, every one of files.",
            show_default=False,
        ),
    ] = None
    stride: Annotated[
        int, typer.Option(metavar="N", min=1, help="Take only every N-th frame of each source.", show_default=False)
    ] = 1
    max_frames: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Stop after so many frames of each source.")
    ] = None
    max_seconds: Annotated[float | None, typer.Option(metavar="S", min=0.001, help="Stop after so many seconds.")] = (
        None
    )
    hud: Annotated[bool, typer.Option("--hud", help="Show rates, latency and drops; the key h does so, too.")] = False
    host: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS", help="Where the browser's page is served. All but this machine's own demand a token."
        ),
    ] = "127.0.0.1"
    port: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=0, max=65535, help="The page's port. Default: 8000, or any free one if it is taken."
        ),
    ] = None
    token: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Access token for the page; made and printed if needed.")
    ] = None
    token_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            dir_okay=False,
            help="A file whose only line is the token, which nobody can see in the list of processes. The variable "
            "TORCH_OPENCV_TOKEN may hold it, too.",
        ),
    ] = None
    https: Annotated[
        bool | None,
        typer.Option(
            "--https/--no-https",
            help="Encrypt the page. Default: if --cert is given, or for 'browser' as SOURCE with a --host that others "
            "can reach, as phones give their cameras to such pages only.",
            show_default=False,
        ),
    ] = None
    cert: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The page's certificate (PEM). Default: one that is made here, of which browsers warn.",
            show_default=False,
        ),
    ] = None
    key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The certificate's key (PEM), if it isn't in the same file.")
    ] = None
    quiet: Quiet = False
    ray: Annotated[
        bool,
        typer.Option(
            "--ray",
            help="Share the videos and images out among workers, on all processors of this machine or a Ray cluster. "
            "What --results DIR holds already isn't computed again.",
        ),
    ] = False
    ray_address: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Of the Ray cluster; implies --ray. Default: RAY_ADDRESS, or this machine alone."
        ),
    ] = None
    workers: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="With --ray: so many workers. Default: one for each processor core, or GPU."
        ),
    ] = None
    fps: Annotated[
        float | None,
        typer.Option(metavar="F", min=1e-6, help="With --ray: look at so many frames of each second. Default: all."),
    ] = None
    segment_seconds: Annotated[
        float | None,
        typer.Option(metavar="S", min=0.1, help="With --ray: cut videos about every so many seconds. Default: 60."),
    ] = None
    results_format: Annotated[
        ResultsFormat, typer.Option(help="With --ray: what is written to the folder of --results.")
    ] = ResultsFormat.parquet


def parameters() -> list[inspect.Parameter]:
    """The options as parameters of a function, from which typer makes a command."""
    hints = get_type_hints(RunOptions, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is MISSING else field.default,
            annotation=hints[field.name],
        )
        for field in fields(RunOptions)
    ]


_FOR_RAY = {"ray", "ray_address", "workers", "fps", "segment_seconds", "results_format"}
_ALSO_FOR_RAY = {"sources", "results", "resume", "overwrite", "quiet"}


def check_options(options: RunOptions) -> None:
    """Make sure that options fit together: some are for --ray only, and some for all but it.

    Raises:
        TorchOpencvError: they don't.
    """
    given = {one.name for one in fields(options) if getattr(options, one.name) != one.default}
    if not options.ray:
        if alone := sorted(given & _FOR_RAY):
            raise TorchOpencvError(f"{_option(alone[0])} is for --ray: add that, or leave it out")
        return
    if others := sorted(given - _FOR_RAY - _ALSO_FOR_RAY):
        raise TorchOpencvError(f"{_option(others[0])} can't be given with --ray, which writes results only")


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")

"""The command line, ``torch-opencv COMMAND [SOURCE] [options]``.

Exit status: 0 when done; 2 for wrong usage or something that can't be used, with one line on standard error that says
what it is and what to do; 130 after Ctrl-C and 143 after SIGTERM, once everything is closed properly. Only results go
to standard output.

Nothing heavy is imported until a command needs it.
"""

import enum
import errno
import inspect
import logging
import os
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from torch_opencv.errors import TorchOpencvError
from torch_opencv.weights.commands import app as _models

if TYPE_CHECKING:
    from torch_opencv.apps.classify import Classify
    from torch_opencv.apps.program import Options, Program
    from torch_opencv.apps.stylize import Stylize

_log = logging.getLogger("torch_opencv")
_USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]  # click's UsageError, which typer doesn't export

app = typer.Typer(
    help="Live vision programs on a camera, a video or pictures.", add_completion=False, pretty_exceptions_enable=False
)
# Its own help instead of an error would be printed by an exception that can't be told from a real error.
app.add_typer(_models, name="models", no_args_is_help=False)


class View(str, enum.Enum):
    """Where the pictures are shown."""

    window = "window"
    browser = "browser"
    none = "none"


def _usable_device(device: str) -> str:
    from torch_opencv.runtime import resolve_device

    resolve_device(device)
    return device


_Sources = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="SOURCE",
        show_default=False,
        help="A camera number, a video, an image, a folder or a quoted glob of images, an rtsp:// or http(s):// "
        "stream, 'browser', the camera of whoever opens the page, or 'sample', a short video that comes along. Several "
        "are shown side by side. Default: the first camera if there is one, else 'sample'.",
    ),
]
_View = Annotated[
    View | None,
    typer.Option(
        help="Where the pictures are shown. Default: a window if there can be one; else none with --record or "
        "--results, so that batch work ends by itself; else the browser."
    ),
]
_Record = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Record the annotated pictures to an .mp4 or .mkv file.")
]
_SideBySide = Annotated[
    bool, typer.Option("--side-by-side", help="Record the original at the left of the annotated picture.")
]
_Results = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the results as JSON Lines; '-' is standard output.")
]
_Latest = Annotated[
    bool | None,
    typer.Option(
        "--latest/--every",
        help="Look at the newest frame only, and play files at their own pace; or at every frame. Default: the newest "
        "of live sources, every one of files.",
        show_default=False,
    ),
]
_MaxSeconds = Annotated[float | None, typer.Option(metavar="S", min=0.001, help="Stop after so many seconds.")]
_Hud = Annotated[bool, typer.Option("--hud", help="Show rates, the frame's age and drops; the key h does so, too.")]
_Host = Annotated[
    str,
    typer.Option(
        metavar="ADDRESS", help="Where the browser's page is served. All but this machine's own demand a token."
    ),
]
_Port = Annotated[
    int | None,
    typer.Option(metavar="N", min=0, max=65535, help="The page's port. Default: 8000, or any free one if it is taken."),
]
_Token = Annotated[
    str | None, typer.Option(metavar="TEXT", help="What the page's visitors must bring; made and printed if needed.")
]
_Device = Annotated[
    str,
    typer.Option(metavar="DEVICE", help="Where the model runs: auto, cpu, cuda or cuda:N.", callback=_usable_device),
]
_MaxFrames = Annotated[int | None, typer.Option(metavar="N", min=1, help="Stop after so many frames of each source.")]
_Quiet = Annotated[bool, typer.Option("--quiet", help="Print warnings and errors only: no progress bar, no summary.")]


def _shared(
    sources: _Sources = None,
    view: _View = None,
    record: _Record = None,
    side_by_side: _SideBySide = False,
    results: _Results = None,
    latest: _Latest = None,
    max_frames: _MaxFrames = None,
    max_seconds: _MaxSeconds = None,
    hud: _Hud = False,
    host: _Host = "127.0.0.1",
    port: _Port = None,
    token: _Token = None,
    quiet: _Quiet = False,
) -> "Options":
    """What all programs take."""
    from torch_opencv.apps.program import Options

    return Options(
        sources=sources or [],
        view=None if view is None else view.value,
        record=record,
        side_by_side=side_by_side,
        results=results,
        latest=latest,
        max_frames=max_frames,
        max_seconds=max_seconds,
        hud=hud,
        host=host,
        port=port,
        token=token,
        quiet=quiet,
    )


def _program(make: Callable[..., "Program[Any]"]) -> Callable[..., "Program[Any]"]:
    """Make a command of a function that makes a program of its own options: it takes the shared ones, too."""
    shared = inspect.signature(_shared).parameters

    def command(**values: Any) -> int:
        from torch_opencv.apps.program import run_program

        options = _shared(**{name: values.pop(name) for name in shared})
        _log.setLevel(logging.WARNING if options.quiet else logging.INFO)
        return run_program(lambda: make(**values), options, title=f"torch-opencv {make.__name__}")

    own = inspect.signature(make).parameters.values()
    parameters = [shared["sources"], *own, *(one for name, one in shared.items() if name != "sources")]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # which typer reads
    app.command(make.__name__, help=make.__doc__)(command)
    return make


@_program
def classify(
    model: Annotated[str, typer.Option(metavar="NAME_OR_PATH", help="The network.")] = "efficientnet-lite0",
    device: _Device = "auto",
) -> "Classify":
    """Say what is in the picture: the five best classes of every frame."""
    from torch_opencv.apps.classify import Classify

    return Classify(model, device=device)


@_program
def stylize(
    style: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME_OR_FILE",
            help="starry-night (the default), great-wave, composition-vii, the-scream or the-shipwreck; "
            "texturenet-starry or texturenet-pollock, of the original demo; or a file: what train-style made, or a "
            "texture network's .t7. Given several times, it begins with the first; the keys 1 to 9, n and p switch.",
            show_default=False,
        ),
    ] = None,
    strength: Annotated[
        float, typer.Option(metavar="S", min=0, max=1, help="How much of the painting is laid over the frame.")
    ] = 1.0,
    keep_colors: Annotated[bool, typer.Option("--keep-colors", help="Keep the frame's own colours.")] = False,
    size: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="The longer side, in pixels, of what is painted: larger frames are shrunk for that, and the painting "
            "is enlarged again. Default: 640 on the CPU, all of the frame on a GPU.",
            show_default=False,
        ),
    ] = None,
    device: _Device = "auto",
) -> "Stylize":
    """Paint every frame in the style of a picture."""
    from torch_opencv.apps.stylize import Stylize

    return Stylize(style or "starry-night", device=device, size=size, strength=strength, keep_colors=keep_colors)


@app.command()
def train_style(
    picture: Annotated[Path, typer.Argument(metavar="PICTURE", help="The painting whose manner is learnt.")],
    content: Annotated[
        Path, typer.Option(metavar="DIR", help="A folder of photographs to paint meanwhile, some hundred at least.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The style to be made. Default: the picture's name with .safetensors, in this folder.",
            show_default=False,
        ),
    ] = None,
    iterations: Annotated[
        int, typer.Option(metavar="N", min=1, help="How long: some hundred show what it'll be.")
    ] = 2000,
    size: Annotated[int, typer.Option(metavar="N", help="Pixels of the squares that are painted.")] = 224,
    batch: Annotated[int, typer.Option(metavar="N", help="How many of them at a time.")] = 4,
    strokes: Annotated[float, typer.Option(metavar="X", help="How large the brush strokes are.")] = 1.0,
    fidelity: Annotated[float, typer.Option(metavar="X", help="How much of the scene is kept.")] = 2.0,
    start: Annotated[
        str | None,
        typer.Option(metavar="NAME_OR_FILE", help="A style to start from, which saves about half of the time."),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="What all chance depends on.")] = 0,
    device: _Device = "auto",
    resume: Annotated[bool, typer.Option("--resume", help="Go on where Ctrl-C has interrupted it.")] = False,
    preview_every: Annotated[
        int, typer.Option(metavar="N", min=0, help="Write a preview every so many iterations; 0 for none.")
    ] = 100,
    quiet: Annotated[bool, typer.Option("--quiet", help="Neither a progress bar nor a summary.")] = False,
) -> int:
    """Train a style of your own: minutes on a GPU, half an hour or more on a CPU."""
    from torch_opencv.training.style.trainer import train
    from torch_opencv.vision.stylize.styles import file_of

    out = out or Path(f"{picture.stem}.safetensors")
    try:
        train(
            picture,
            content,
            out,
            iterations=iterations,
            size=size,
            batch=batch,
            style_scale=strokes,
            content_weight=fidelity,
            seed=seed,
            start=None if start is None else file_of(start),
            device=device,
            resume=resume,
            preview_every=preview_every,
            progress=not quiet,
        )
    except KeyboardInterrupt:
        print("torch-opencv: interrupted: the same command with --resume goes on from here", file=sys.stderr)
        return 130
    if not quiet:
        print(f"wrote {out}: torch-opencv stylize --style {shlex.quote(str(out))}", file=sys.stderr)
    return 0


@app.command()
def info() -> None:
    """Show what this installation is made of: for a bug report, or to see why there is no window or no GPU."""
    from torch_opencv.apps.info import installation

    for name, value in installation().items():
        print(f"{name + ':':<16}{value}")


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        from torch_opencv import __version__

        print(f"torch-opencv {__version__}")
    elif context.invoked_subcommand is None and (text := context.get_help()):  # empty if rich has printed it itself
        print(text)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit status. ``arguments``: None stands for the process's own."""
    with _log_to_stderr():
        return _run(arguments)


def _run(arguments: list[str] | None) -> int:
    try:
        status = typer.main.get_command(app).main(arguments, prog_name="torch-opencv", standalone_mode=False)
        sys.stdout.flush()  # what can't be written would otherwise be noticed at exit, too late for a clean end
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except _USAGE_ERROR as error:
        return _fail(_usage_message(error))
    except (BrokenPipeError, SystemExit):  # whoever read the output has had enough; typer makes a SystemExit of it
        _discard_output()
        return 0
    except TorchOpencvError as error:
        return _fail(str(error))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        _discard_output()
        return _fail(f"standard output can't be written: {error.strerror}")
    return status if isinstance(status, int) else 0


class _StderrHandler(logging.Handler):
    """Log lines like errors; sys.stderr is looked up each time, as the progress bar takes its place meanwhile."""

    def emit(self, record: logging.LogRecord) -> None:
        kind = "" if record.levelno == logging.INFO else f"{record.levelname.lower()}: "
        print(f"torch-opencv: {kind}{record.getMessage()}", file=sys.stderr)


@contextmanager
def _log_to_stderr() -> Iterator[None]:
    handler, level = _StderrHandler(), _log.level
    _log.addHandler(handler)
    _log.setLevel(logging.INFO)
    try:
        yield
    finally:
        _log.removeHandler(handler)
        _log.setLevel(level)


def _usage_message(error: Exception) -> str:
    """Click's message in a line, with where to look."""
    message = " ".join(str(getattr(error, "format_message", lambda: error)()).split()).rstrip(".")
    message = message.replace("Value error, ", "")  # pydantic's words for nothing
    context = getattr(error, "ctx", None)
    return f"{message}; see {context.command_path if context else 'torch-opencv'} --help"


def _discard_output() -> None:
    """Send what is still in standard output's buffer nowhere, or Python would fail with it once more at exit."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(message: str) -> int:
    print(f"torch-opencv: error: {message}", file=sys.stderr)
    return 2

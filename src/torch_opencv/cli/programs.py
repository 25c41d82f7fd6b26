"""The programs' commands: each takes its own options and those that all share."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from typing import Annotated, Any

import typer

from torch_opencv import _style_names
from torch_opencv.cli.options import Device, RunOptions, parameters

_log = logging.getLogger("torch_opencv")


def add_programs(app: typer.Typer) -> None:
    """Add the commands of the programs."""
    for make in (classify, stylize):
        app.command(make.__name__, help=make.__doc__)(_command(make, title=f"torch-opencv {make.__name__}"))


def command_of(app: type) -> typer.Typer:
    """The command line of an app's class that is made without arguments."""
    single = _new_typer()

    def make() -> Any:
        return app()

    single.command(help=inspect.getdoc(app))(_command(make, title=app.__name__))
    return single


def _new_typer() -> typer.Typer:
    return typer.Typer(
        context_settings={"help_option_names": ["-h", "--help"]}, add_completion=False, pretty_exceptions_enable=False
    )


def _command(make: Callable[..., Any], *, title: str) -> Callable[..., int]:
    """A command of a function that makes an app of its own options: it takes the shared ones, too."""
    shared = parameters()
    names = [one.name for one in shared]

    def command(**values: Any) -> int:
        options = RunOptions(**{name: values.pop(name) for name in names})
        _log.setLevel(logging.WARNING if options.quiet else logging.INFO)
        from torch_opencv.cli.run_program import run_program

        return run_program(lambda: make(**values), options, title=title, device=values.get("device"))

    signature = inspect.signature(make, eval_str=True)
    own = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in signature.parameters.values()]
    command.__signature__ = inspect.Signature([shared[0], *own, *shared[1:]])  # type: ignore[attr-defined]  # for typer
    return command


def classify(
    model: Annotated[str, typer.Option(metavar="NAME_OR_PATH", help="The network.")] = "efficientnet-lite0",
    device: Device = "auto",
) -> Any:
    """Say what is in the picture: the five best classes of every frame."""
    from torch_opencv.apps.classify import Classify

    return Classify(model, device=device)


def stylize(
    style: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME_OR_FILE",
            help=f"{', '.join(_style_names.NAMES[:-1])} or {_style_names.NAMES[-1]} (default: "
            f"{_style_names.NAMES[0]}); {' or '.join(_style_names.TEXTURE_NETWORKS)}, of the original demo; or a file: "
            "what train-style made, or a texture network's .t7. Given several times, it begins with the first; the "
            "keys 1 to 9, n and p switch.",
            show_default=False,
            autocompletion=lambda: [*_style_names.NAMES, *_style_names.TEXTURE_NETWORKS],
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
    device: Device = "auto",
) -> Any:
    """Paint every frame in the style of a picture."""
    from torch_opencv.apps.stylize import Stylize

    return Stylize(style or _style_names.NAMES[0], device=device, size=size, strength=strength, keep_colors=keep_colors)

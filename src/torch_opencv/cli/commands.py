"""All commands of ``torch-opencv``."""

from __future__ import annotations

from typing import Annotated

import typer

from torch_opencv.cli.models import app as _models
from torch_opencv.cli.programs import add_programs
from torch_opencv.cli.train import train_caption, train_style

app = typer.Typer(
    help="Live vision programs on a camera, a video or images.",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
add_programs(app)
app.command()(train_style)
app.command()(train_caption)
# Its own help instead of an error would be printed by an exception that can't be told from a real error.
app.add_typer(_models, name="models", no_args_is_help=False)


@app.command()
def info() -> None:
    """Show what this installation is made of: for a bug report, or to see why there is no window or no GPU."""
    from torch_opencv.cli.info import installation

    for name, value in installation().items():
        print(f"{name + ': ':<16}{value}")


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

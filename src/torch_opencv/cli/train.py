"""``torch-opencv train-style`` and ``torch-opencv train-caption``."""

from __future__ import annotations

import logging
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from torch_opencv._system.terminal import printable
from torch_opencv.cli.options import Device, Quiet


def train_style(
    painting: Annotated[Path, typer.Argument(metavar="PAINTING", help="The painting whose style is learnt.")],
    content: Annotated[
        Path, typer.Option(metavar="DIR", help="A folder of photographs to paint meanwhile, some hundred at least.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The style to be made. Default: the painting's name with .safetensors, in this folder.",
            show_default=False,
        ),
    ] = None,
    iterations: Annotated[
        int, typer.Option(metavar="N", min=1, help="How long: some hundred show what it'll be.")
    ] = 2000,
    size: Annotated[int, typer.Option(metavar="N", help="Width and height of the crops that are painted.")] = 224,
    batch: Annotated[int, typer.Option(metavar="N", help="How many of them at a time.")] = 4,
    style_scale: Annotated[float, typer.Option(metavar="X", help="How large the brush strokes are.")] = 1.0,
    content_weight: Annotated[float, typer.Option(metavar="X", help="How much of the scene is kept.")] = 2.0,
    start: Annotated[
        str | None,
        typer.Option(metavar="NAME_OR_FILE", help="A style to start from, which saves about half of the time."),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Of the random numbers.")] = 0,
    device: Device = "auto",
    resume: Annotated[bool, typer.Option("--resume", help="Go on where Ctrl-C has interrupted it.")] = False,
    preview_every: Annotated[
        int, typer.Option(metavar="N", min=0, help="Write a preview every so many iterations; 0 for none.")
    ] = 100,
    quiet: Quiet = False,
) -> int:
    """Train a style of your own: minutes on a GPU, half an hour or more on a CPU."""
    from torch_opencv.training.style.trainer import train
    from torch_opencv.vision.stylize.styles import file_of

    out = out or Path(f"{painting.stem}.safetensors")
    with _resumable():
        train(
            painting,
            content,
            out,
            iterations=iterations,
            size=size,
            batch=batch,
            style_scale=style_scale,
            content_weight=content_weight,
            seed=seed,
            start=None if start is None else file_of(start),
            device=device,
            resume=resume,
            preview_every=preview_every,
            progress=not quiet,
        )
    if not quiet:
        _tell(out, "stylize --style")
    return 0


def train_caption(
    captions: Annotated[
        Path,
        typer.Argument(metavar="CAPTIONS", help="Captions of pictures: COCO's JSON, or a list of file, captions."),
    ],
    images: Annotated[Path, typer.Option(metavar="DIR", help="The folder that its file names are relative to.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The captioner to be made, NAME.safetensors.")] = Path(
        "captioner.safetensors"
    ),
    text: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="More sentences, one a line, to learn writing from.", show_default=False),
    ] = None,
    text_iterations: Annotated[int, typer.Option(metavar="N", min=0, help="How long it learns from them.")] = 2000,
    iterations: Annotated[int, typer.Option(metavar="N", min=1, help="How long it learns from pictures.")] = 1500,
    reward_iterations: Annotated[int, typer.Option(metavar="N", min=0, help="How long CIDEr rewards it.")] = 1000,
    held_out: Annotated[
        float, typer.Option(metavar="X", help="The share of the pictures that is only scored; 0: learn from all.")
    ] = 0.2,
    least: Annotated[int, typer.Option(metavar="N", min=1, help="How often a word must be there to be learnt.")] = 12,
    start: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Another captioner to go on from, with its words.", show_default=False),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Of the random numbers.")] = 0,
    device: Device = "auto",
    resume: Annotated[bool, typer.Option("--resume", help="Go on where Ctrl-C has interrupted it.")] = False,
    quiet: Quiet = False,
) -> int:
    """Train a captioner of your own on pictures with captions: a quarter of an hour for a thousand of them."""
    from torch_opencv.training.caption.trainer import train

    if quiet:
        logging.getLogger("torch_opencv").setLevel(logging.WARNING)
    with _resumable():
        scores = train(
            captions,
            images,
            out,
            text=text,
            iterations=(text_iterations, iterations, reward_iterations),
            held_out_share=held_out,
            least=least,
            start=start,
            seed=seed,
            device=device,
            resume=resume,
            progress=not quiet,
        )
    if not quiet:
        if scores is not None:
            print(f"of the pictures that were held out: {scores}", file=sys.stderr)
        _tell(out, "caption --model")
    return 0


@contextmanager
def _resumable() -> Iterator[None]:
    from torch_opencv._system import signals

    try:
        yield
    except (KeyboardInterrupt, signals.Terminated):
        print("torch-opencv: interrupted: the same command with --resume goes on from here", file=sys.stderr)
        raise


def _tell(out: Path, use: str) -> None:
    """Say what was made, and the command that uses it."""
    print(printable(f"wrote {out}: torch-opencv {use} {shlex.quote(str(out))}"), file=sys.stderr)

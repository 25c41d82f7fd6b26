"""The command of the captions, with the files that only it writes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from torch_opencv.cli.options import Device, RunOptions

if TYPE_CHECKING:
    from torch_opencv.live.results import Results
    from torch_opencv.live.sources import Source

_PER_SECOND: Final = 4  # captions of a video file
_FADE_S: Final = 0.4


def caption(
    sources: Sequence[Source],
    options: RunOptions,
    /,
    model: Annotated[
        str,
        typer.Option(
            metavar="NAME_OR_PATH",
            help="captioner-lite0; neuraltalk2, or another checkpoint of NeuralTalk2's (.t7); what train-caption made "
            "(.safetensors); or hf:NAME, a network of the Hugging Face Hub (BLIP, GIT, Florence-2, SmolVLM, ...).",
        ),
    ] = "captioner-lite0",
    beam: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            max=100,
            help="How many beginnings of sentences are kept at each word. Default: 3, for NeuralTalk2 2, for hf: as "
            "its own configuration says.",
            show_default=False,
        ),
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option(
            metavar="T",
            min=0.01,
            max=100,
            help="Draw words by chance: above 1 more freely, below more carefully. Not with --beam.",
            show_default=False,
        ),
    ] = None,
    alternatives: Annotated[
        int, typer.Option(metavar="N", min=0, max=99, help="Give so many other sentences, too, in the results.")
    ] = 0,
    prompt: Annotated[
        str,
        typer.Option(
            metavar="TEXT", help="A question or instruction, for models that take one (hf:).", show_default=False
        ),
    ] = "",
    every_nth: Annotated[
        int | None,
        typer.Option(
            "--caption-every",
            metavar="N",
            min=1,
            help="Caption only every N-th frame of a video; those between keep its sentence. Default: four a second of "
            "video files, else each.",
            show_default=False,
        ),
    ] = None,
    device: Device = "auto",
) -> Any:
    """Say in a sentence what is to be seen.

    The picture stays smooth meanwhile, and the sentence changes when another one has held. Folders are captioned in
    batches; --results with --resume goes on after an interruption.
    """
    from torch_opencv.apps.caption import Captions

    newest = any(source.live for source in sources) if options.latest is None else options.latest
    fps = max((source.fps or 25.0 for source in sources), default=25.0)
    usual = 1 if newest else max(1, round(fps / _PER_SECOND))
    return Captions(
        model,
        device=device,
        beam_size=beam,
        temperature=temperature,
        alternatives=alternatives,
        prompt=prompt,
        follow=not (options.ray or any(source.still for source in sources)),  # other workers have the frames before
        every=every_nth or usual,
        fade_frames=None if newest else math.ceil(_FADE_S * fps),
    )


def caption_outputs(
    sources: Sequence[Source],
    options: RunOptions,
    /,
    srt: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write subtitles of a video file (SubRip, .srt).", show_default=False),
    ] = None,
    vtt: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write subtitles of a video file (WebVTT, .vtt).", show_default=False),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write a page of the pictures with their captions, which can be searched, in one file.",
            show_default=False,
        ),
    ] = None,
) -> Sequence[Results]:
    """What the captions' own options name."""
    if srt is None and vtt is None and html is None:
        return []
    from torch_opencv.apps.caption_outputs import outputs

    return outputs(
        sources,
        srt=srt,
        vtt=vtt,
        html=html,
        earlier=Path(options.results) if options.results and options.resume else None,
    )

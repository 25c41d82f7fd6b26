"""Temporal consistency: how much more a painted video changes from frame to frame than the video itself does.

    python benchmarks/style_consistency.py [STYLE]... [--data FOLDER] [--frames N]

For each style, by default all of our own and the original demo's two, mean absolute differences in grey levels:

- noise: between paintings of one photograph (the astronaut of scikit-image) with the noise of a camera, fresh in every
  frame, of deviation 2 and 3; less what the frames themselves differ by. Negative: noise is painted over.
- shift: between the painting of the photograph and that of its next, one pixel to the right or down, moved back. The
  frames agree entirely then, so all that is left is the network's doing.
- clips: between paintings of consecutive frames, less what those differ by: the shared clips' first frames, and
  our own sample's. Things that move count here, too.

"photograph" is the plain frame, for comparison: in brackets, what the frames differ by. "contrast" is a painting's mean
deviation from its own blur (13 pixels), without which a style that paints little would look good here.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Iterator
from itertools import islice, pairwise
from pathlib import Path

import skimage.data
import torch
from torch import Tensor

import torch_opencv as cv
from torch_opencv import weights
from torch_opencv.live.sources import open_source
from torch_opencv.vision import Stylizer
from torch_opencv.vision.stylize import styles

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
CLIPS = ("car-detection.mp4", "bottle-detection.mp4", "asl_gestures_book.mkv")
NOISE = (2.0, 3.0)
EDGE = 16  # pixels that are left out where a shifted image ends elsewhere

Paint = Callable[[Tensor], Tensor]


def difference(one: Tensor, other: Tensor) -> float:
    return (one.int() - other.int()).abs().double().mean().item()


def change(frames: list[Tensor]) -> float:
    return statistics.mean(difference(one, other) for one, other in pairwise(frames))


def excess(paint: Paint, frames: list[Tensor]) -> float:
    return change([paint(frame) for frame in frames]) - change(frames)


def noisy(photograph: Tensor, deviation: float, count: int) -> list[Tensor]:
    generator = torch.Generator().manual_seed(0)
    noise = [deviation * torch.randn(photograph.shape, generator=generator) for _ in range(count)]
    return [(photograph + one).round().clamp(0, 255).byte() for one in noise]


def shift(paint: Paint, photograph: Tensor) -> float:
    height, width = photograph.shape[0] - 1, photograph.shape[1] - 1
    still = paint(photograph[:height, :width])
    changes = []
    for down, across in ((0, 1), (1, 0), (1, 1)):
        moved = paint(photograph[down : height + down, across : width + across])
        back = moved[EDGE - down : height - EDGE - down, EDGE - across : width - EDGE - across]
        changes.append(difference(back, still[EDGE : height - EDGE, EDGE : width - EDGE]))
    return statistics.mean(changes)


def contrast(image: Tensor) -> float:
    return difference(image, cv.GaussianBlur(image, (13, 13), 0))


def frames_of(clip: str, count: int) -> list[Tensor]:
    source = open_source(clip)
    try:
        return [frame.image for frame in islice(source, count)]
    finally:
        source.close()


def contenders(names: list[str]) -> Iterator[tuple[str, Paint]]:
    yield "photograph", lambda frame: frame
    for name in names:
        try:
            stylizer = Stylizer(name)
        except weights.WeightsError as error:
            print(f"{name} left out: {str(error).splitlines()[0]}")
            continue
        yield styles.name_of(name), lambda frame, stylizer=stylizer: stylizer(frame).image  # type: ignore[misc]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("styles", nargs="*", metavar="STYLE", help="names or files (default: all)")
    parser.add_argument("--data", type=Path, default=SHARED, help="the folder with video/ and t7/")
    parser.add_argument("--frames", type=int, default=12)
    options = parser.parse_args()

    photograph = torch.from_numpy(skimage.data.astronaut()[:385, :513, ::-1].copy())  # type: ignore[no-untyped-call]
    originals = [path for name in ("starry.t7", "pollock.t7") if (path := options.data / "t7" / name).is_file()]
    names = options.styles or [*styles.NAMES, *map(str, originals or styles.TEXTURE_NETWORKS)]
    clips = {"sample": "sample"}
    clips |= {name: str(path) for name in CLIPS if (path := options.data / "video" / name).is_file()}
    films = {name.partition(".")[0]: frames_of(clip, options.frames) for name, clip in clips.items()}

    titles = ["style", *(f"noise {deviation:g}" for deviation in NOISE), "shift", *films, "contrast"]
    print("| " + " | ".join(titles) + " |")
    print("|---" + "|---:" * (len(titles) - 1) + "|")
    for name, paint in contenders(names):
        numbers = [excess(paint, noisy(photograph, deviation, options.frames)) for deviation in NOISE]
        numbers += [shift(paint, photograph), *(excess(paint, film) for film in films.values())]
        cells = [f"{number:+.2f}" if name != "photograph" else f"{number:.2f}" for number in numbers]
        if name == "photograph":  # nothing is painted, so the frames' own changes are more telling than the noughts
            changes = [change(noisy(photograph, deviation, options.frames)) for deviation in NOISE]
            cells = [f"({number:.2f})" for number in [*changes, 0.0, *map(change, films.values())]]
        print("| " + " | ".join([name, *cells, f"{contrast(paint(photograph)):.1f}"]) + " |", flush=True)


if __name__ == "__main__":
    main()

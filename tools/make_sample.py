"""Makes src/torch_opencv/live/sources/sample.mp4, the video behind ``torch-opencv classify sample``.

A slow pan over four photographs that scikit-image ships inside its wheel (no download), all free of copyright:

- Chelsea the cat, by Stefan van der Walt (CC0)
- a cup of espresso, by Rachel Michetti, courtesy of Pikolo Espresso Bar (CC0)
- Falcon 9 with DSCOVR before its launch, by SpaceX (public domain)
- the astronaut Eileen Collins, by NASA (public domain)

Each photograph drifts from one crop to another, starting and ending gently, and fades into the next. The crops are
chosen so that the middle square, which is what a classifier looks at, shows what the photograph is of.

Run it as ``python tools/make_sample.py`` in an environment with the ``dev`` extra and either OpenCV wheel.
"""

import argparse
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import skimage.data

FPS = 25
WIDTH, HEIGHT = 640, 360
FADE_SECONDS = 0.4


@dataclass(frozen=True)
class Crop:
    """A 16:9 crop: its centre in fractions of the photograph, its width as a fraction of the widest that fits."""

    x: float
    y: float
    width: float

    def towards(self, other: "Crop", t: float) -> "Crop":
        return Crop(
            self.x + t * (other.x - self.x),
            self.y + t * (other.y - self.y),
            self.width + t * (other.width - self.width),
        )


@dataclass(frozen=True)
class Shot:
    photograph: str
    seconds: float
    start: Crop
    end: Crop
    rest: float = 0.0  # seconds that the end stands still


SHOTS = (
    Shot("chelsea", 2.52, Crop(0.42, 0.50, 1.00), Crop(0.58, 0.58, 0.80)),
    Shot("coffee", 2.4, Crop(0.46, 0.54, 0.80), Crop(0.50, 0.46, 1.00)),
    Shot("rocket", 2.5, Crop(0.53, 0.55, 1.00), Crop(0.51, 0.44, 0.88)),
    Shot("astronaut", 3.8, Crop(0.50, 0.28, 1.00), Crop(0.54, 0.63, 0.85), rest=0.8),
)


def eased(t: float) -> float:
    """Smootherstep: from 0 to 1 with no speed and no acceleration at both ends (Perlin, "Improving Noise", 2002)."""
    return t * t * t * (t * (6 * t - 15) + 10)


def cropped(photograph: np.ndarray, crop: Crop) -> np.ndarray:
    """The crop resampled to (HEIGHT, WIDTH, 3), finer than a pixel so that a slow pan doesn't stutter."""
    height, width = photograph.shape[:2]
    crop_width = crop.width * min(width, height * WIDTH / HEIGHT)
    crop_height = crop_width * HEIGHT / WIDTH
    left = min(max(crop.x * width - crop_width / 2, 0), width - crop_width)
    top = min(max(crop.y * height - crop_height / 2, 0), height - crop_height)
    step = crop_width / WIDTH
    to_source = np.array([[step, 0, left + (step - 1) / 2], [0, step, top + (step - 1) / 2]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(photograph, to_source, (WIDTH, HEIGHT), flags=flags, borderMode=cv2.BORDER_REPLICATE)


def frames() -> list[np.ndarray]:
    """The whole film, RGB."""
    film: list[np.ndarray] = []
    for shot in SHOTS:
        photograph = getattr(skimage.data, shot.photograph)()
        count = round(shot.seconds * FPS)
        overlap = round(FADE_SECONDS * FPS) if film else 0
        for i in range(count):
            t = eased(min(i / (count - 1 - shot.rest * FPS), 1.0))
            image = cropped(photograph, shot.start.towards(shot.end, t))
            if i < overlap:
                share = (i + 1) / (overlap + 1)
                before = i - overlap
                film[before] = cv2.addWeighted(image, share, film[before], 1 - share, 0)
            else:
                film.append(image)
    return film


def write(path: Path, film: list[np.ndarray]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=FPS, options={"crf": "20", "preset": "veryslow", "threads": "1"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.time_base = Fraction(1, FPS)
        for index, image in enumerate(film):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = Path(__file__).parents[1] / "src" / "torch_opencv" / "live" / "sources" / "sample.mp4"
    parser.add_argument("path", nargs="?", type=Path, default=default)
    path = parser.parse_args().path
    film = frames()
    write(path, film)
    print(f"{path}: {len(film)} frames, {len(film) / FPS:.1f} s, {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()

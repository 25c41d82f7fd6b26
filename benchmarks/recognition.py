"""Recognition: who is taken for whom, on the ORL faces, by descriptor, classifier and threshold.

    python benchmarks/recognition.py

- identification: 20 people, of whom each has 2 images enrolled and 8 tested; the share that gets its own name, when
  everybody is known (no threshold).
- strangers: the first 10 people are enrolled with 2 images each; their other 80 images and the 100 of the 10 others
  are tested, for each threshold. Missed: known people who are called unknown. Mistaken: who get another's name. Falsely
  accepted: strangers who get a name. Then the same with the halves exchanged; the table has both together.

- followed: the same at the default threshold if a face is followed and has been described four times: by single
  descriptors, by their mean, and by the middle one, as `FaceTracker` has it.
- video: how often the name of the face changes from one frame to the next on the webcam videos, with each frame by
  itself and with faces followed, found on every third (as `torch-opencv recognize` does), at thresholds that are more
  or less severe. One person is in the video, and enrolled with the first two faces in it; and so are five of the 20.

The images are grey, 92x112 pixels, and show nothing but the face, so that detectors miss many: here the whole
image is taken for the detector's box. The 2 enrolled are the first two; in all, 20 * 8 = 160 are tested.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from itertools import islice, pairwise
from pathlib import Path

import torch
from torch import Tensor

import torch_opencv as cv
from torch_opencv.vision.faces import Detections, Face, FaceAnalyzer, FaceTracker
from torch_opencv.vision.faces.gallery import Gallery, Person, Sample
from torch_opencv.vision.faces.recognizer import CLASSIFIERS, THRESHOLDS, Recognizer
from torch_opencv.vision.faces.track import middle

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "faces" / "orl"
PEOPLE, IMAGES, ENROLLED = 20, 10, 2
STEPS = [0.3, 0.35, 0.4, 0.425, 0.45, 0.475, 0.5, 0.525, 0.55, 0.575, 0.6, 0.65, 0.7]


def descriptors(folder: Path) -> Tensor:
    """float32 (20, 10, 128), of everybody's images."""
    analyzer = FaceAnalyzer(model=None, descriptors="faceapi", device="cpu")
    people = []
    for number in range(1, PEOPLE + 1):
        frames = [cv.imread(str(folder / f"s{number}" / f"{one}.png")) for one in range(1, IMAGES + 1)]
        whole = [
            Detections(torch.tensor([[0.0, 0, frame.shape[1], frame.shape[0]]]).double(), torch.ones(1).double())
            for frame in frames
        ]
        found = [face.descriptor for (face,) in analyzer.read(frames, whole)]
        people.append(torch.stack([one for one in found if one is not None]))
    return torch.stack(people)


def enrolled(people: Tensor) -> Gallery:
    """A gallery of everybody's first two."""
    blank = torch.zeros(1, 1, 3, dtype=torch.uint8)
    return Gallery(
        "faceapi",
        tuple(
            Person(str(number), tuple(Sample(blank, one) for one in faces[:ENROLLED]))
            for number, faces in enumerate(people)
        ),
    )


def identified(people: Tensor, classifier: str) -> float:
    """The share of the tested that gets its own name."""
    recognizer = Recognizer(enrolled(people), classifier=classifier, threshold=1e9)
    right = 0
    for number, faces in enumerate(people):
        right += sum(one.name == str(number) for one in recognizer.recognize(faces[ENROLLED:]))
    return right / people[:, ENROLLED:, 0].numel()


def with_strangers(
    known: Tensor, strangers: Tensor, recognizer: Recognizer, of: Callable[[Tensor], Tensor] = lambda faces: faces
) -> tuple[float, float, float]:
    """Missed, mistaken, and falsely accepted: shares. `of` makes the descriptors of a person's that are tested."""
    missed = mistaken = accepted = tested = asked = 0
    for number, faces in enumerate(known):
        names = [one.name for one in recognizer.recognize(of(faces[ENROLLED:]))]
        missed += names.count(None)
        mistaken += sum(name not in (None, str(number)) for name in names)
        tested += len(names)
    for faces in strangers:
        names = [one.name for one in recognizer.recognize(of(faces))]
        accepted += len(names) - names.count(None)
        asked += len(names)
    return missed / tested, mistaken / tested, accepted / asked


def both_halves(people: Tensor, classifier: str, threshold: float, **how: Callable[[Tensor], Tensor]) -> list[float]:
    """The same, as the mean of one half of the people as strangers, and the other."""
    half = PEOPLE // 2
    halves = people[:half], people[half:]
    shares = [
        with_strangers(known, strangers, Recognizer(enrolled(known), classifier=classifier, threshold=threshold), **how)
        for known, strangers in (halves, halves[::-1])
    ]
    return [(one + other) / 2 for one, other in zip(*shares, strict=True)]


def fours(faces: Tensor) -> list[Tensor]:
    """Every four in a row, two apart: (4, 128) each."""
    return [faces[first : first + 4] for first in range(0, len(faces) - 3, 2)]


def means(faces: Tensor) -> Tensor:
    return torch.stack([four.mean(dim=0) for four in fours(faces)])


def middles(faces: Tensor) -> Tensor:
    return torch.stack([middle(four) for four in fours(faces)])


def names_in(frames: Sequence[Tensor], call: Callable[[Tensor], list[Face]], recognizer: Recognizer) -> list[str]:
    """Of the first face in each frame that has one; "unknown" counts as a name."""
    found = [recognizer(call(frame)) for frame in frames]
    return [one[0].name or "unknown" for one in found if one]


def on_video(people: Tensor) -> None:
    analyzer = FaceAnalyzer(model=None, descriptors="faceapi", device="cpu")
    print(
        f"\n{'video':12}{'threshold':>10}{'changes, each by itself':>25}{'followed':>10}{'unknown':>10}{'followed':>10}"
    )
    for name in ("again", "bird", "book"):
        frames = video(DATA.parents[1] / "video" / f"asl_gestures_{name}.mkv")
        faces = ((frame, face) for frame in frames for face in analyzer(frame)[:1] if face.descriptor is not None)
        samples = tuple(Sample.of(face, frame) for frame, face in islice(faces, ENROLLED))
        others = enrolled(people[:5])
        gallery = Gallery("faceapi", (Person("here", samples), *others.people))
        for threshold in (0.3, 0.35, 0.4, 0.5):
            recognizer = Recognizer(gallery, threshold=threshold)
            ways = [names_in(frames, call, recognizer) for call in (analyzer, FaceTracker(analyzer, every=3))]
            changes = [sum(one != next_one for one, next_one in pairwise(names)) for names in ways]
            unknown = [names.count("unknown") / len(names) for names in ways]
            print(f"{name:12}{threshold:10.2f}{changes[0]:25}{changes[1]:10}{unknown[0]:10.0%}{unknown[1]:10.0%}")


def video(path: Path) -> list[Tensor]:
    capture = cv.VideoCapture(str(path))
    frames = []
    while True:
        ok, frame = capture.read()
        if not ok:
            return frames
        frames.append(frame)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--data", type=Path, default=DATA, help="the folder with s1 to s20 (default: %(default)s)")
    people = descriptors(parser.parse_args(argv).data)
    print(f"{'classifier':12}{'own name':>10}   (20 people, 160 images, everybody known)")
    for classifier in CLASSIFIERS:
        print(f"{classifier:12}{identified(people, classifier):10.1%}")
    for classifier in CLASSIFIERS:
        print(f"\n{classifier}, strangers\n{'threshold':>10}{'missed':>10}{'mistaken':>10}{'falsely accepted':>18}")
        for threshold in STEPS:
            missed, mistaken, accepted = both_halves(people, classifier, threshold)
            default = "  default" if threshold == THRESHOLDS["faceapi"] else ""
            print(f"{threshold:10.3f}{missed:10.1%}{mistaken:10.1%}{accepted:18.1%}{default}")
    print(f"\n{'linear, at the default':30}{'missed':>10}{'mistaken':>10}{'falsely accepted':>18}")
    for name, of in (("single", lambda faces: faces), ("mean of four", means), ("middle one of four", middles)):
        missed, mistaken, accepted = both_halves(people, "linear", THRESHOLDS["faceapi"], of=of)
        print(f"{name:30}{missed:10.1%}{mistaken:10.1%}{accepted:18.1%}")
    on_video(people)
    return 0


if __name__ == "__main__":
    sys.exit(main())

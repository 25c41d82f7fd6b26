"""Recognition: who is taken for whom, on the ORL faces, by descriptor, classifier and threshold.

    python benchmarks/recognition.py

- identification: 20 people, of whom each has 2 images enrolled and 8 tested; the share that gets its own name, when
  everybody is known (no threshold).
- strangers: the first 10 people are enrolled with 2 images each; their other 80 images and the 100 of the 10 others
  are tested, for each threshold. Missed: known people who are called unknown. Mistaken: who get another's name. Falsely
  accepted: strangers who get a name. Then the same with the halves exchanged; the table has both together.

The images are grey, 92x112 pixels, and show nothing but the face, so that detectors miss many: here the whole
image is taken for the detector's box. The 2 enrolled are the first two; in all, 20 * 8 = 160 are tested.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

import torch_opencv as cv
from torch_opencv.vision.faces import Detections, FaceAnalyzer
from torch_opencv.vision.faces.gallery import Gallery, Person, Sample
from torch_opencv.vision.faces.recognizer import CLASSIFIERS, THRESHOLDS, Recognizer

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


def with_strangers(known: Tensor, strangers: Tensor, classifier: str, threshold: float) -> tuple[float, float, float]:
    """Missed, mistaken, and falsely accepted: shares."""
    recognizer = Recognizer(enrolled(known), classifier=classifier, threshold=threshold)
    missed = mistaken = 0
    for number, faces in enumerate(known):
        names = [one.name for one in recognizer.recognize(faces[ENROLLED:])]
        missed += names.count(None)
        mistaken += sum(name not in (None, str(number)) for name in names)
    accepted = sum(one.name is not None for one in recognizer.recognize(strangers.flatten(0, 1)))
    tested = known[:, ENROLLED:, 0].numel()
    return missed / tested, mistaken / tested, accepted / strangers[..., 0].numel()


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--data", type=Path, default=DATA, help="the folder with s1 to s20 (default: %(default)s)")
    people = descriptors(parser.parse_args(argv).data)
    half = PEOPLE // 2
    print(f"{'classifier':12}{'own name':>10}   (20 people, 160 images, everybody known)")
    for classifier in CLASSIFIERS:
        print(f"{classifier:12}{identified(people, classifier):10.1%}")
    for classifier in CLASSIFIERS:
        print(f"\n{classifier}, strangers\n{'threshold':>10}{'missed':>10}{'mistaken':>10}{'falsely accepted':>18}")
        for threshold in STEPS:
            one = with_strangers(people[:half], people[half:], classifier, threshold)
            other = with_strangers(people[half:], people[:half], classifier, threshold)
            missed, mistaken, accepted = ((a + b) / 2 for a, b in zip(one, other, strict=True))
            default = "  default" if threshold == THRESHOLDS["faceapi"] else ""
            print(f"{threshold:10.3f}{missed:10.1%}{mistaken:10.1%}{accepted:18.1%}{default}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

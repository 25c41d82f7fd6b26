"""Whose face it is, as far as a gallery knows.

    analyzer = FaceAnalyzer(model=None, descriptors="faceapi")
    recognizer = Recognizer(gallery)
    for face in recognizer(analyzer(frame)):
        print(face.name, face.distance)

A support vector machine (`cv.ml.SVM`, as in the original demo) chooses among the people of the gallery. It always
chooses somebody; so a face counts as unknown if it is further than a threshold from all faces of whoever was chosen, or
nearer to one that is known to be nobody's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import torch
from torch import Tensor

import torch_opencv as cv
from torch_opencv.vision.errors import ModelError
from torch_opencv.vision.faces.face import Face
from torch_opencv.vision.faces.gallery import Gallery

ClassifierName = Literal["linear", "poly"]
CLASSIFIERS: Final[tuple[ClassifierName, ...]] = ("linear", "poly")
THRESHOLDS: Final[dict[str, float]] = {"faceapi": 0.5, "openface": 0.8}
"""The default thresholds of each kind of descriptor; docs/recognition.md says where they are from."""
_COST: Final = 1000.0  # of a face on the wrong side: so great that a single correction counts against many faces
_DEGREE: Final = 3


@dataclass(frozen=True, slots=True)
class Recognition:
    """Whose a face is.

    Attributes:
        name: None if unknown.
        distance: To the nearest face of that person, or of whoever was chosen if unknown; None without a descriptor or
            anybody to compare with.
        margin: By how much the nearest face of another person is further away; infinite if there is no other. Negative
            if the classifier has chosen somebody who isn't the nearest.
        score: The other's distance as a share of both together: 0.5 where it is a toss-up, 1 where there is no doubt.
    """

    name: str | None = None
    distance: float | None = None
    margin: float | None = None
    score: float | None = None


class Recognizer:
    """Recognises the people of a gallery. It is trained when it is made, in milliseconds, and never changes.

    Args:
        gallery: People without faces can't be recognised, of course. With only one person left it takes no classifier.
        classifier: The machine's kernel: "linear" or "poly".
        threshold: The greatest distance at which a face counts as somebody's; None is `THRESHOLDS`'s for this kind of
            descriptor.

    Raises:
        ModelError: There is no such classifier.
        ValueError: The threshold isn't positive.

    """

    def __init__(
        self, gallery: Gallery, *, classifier: ClassifierName | str = "linear", threshold: float | None = None
    ) -> None:
        if classifier not in CLASSIFIERS:
            raise ModelError(f"there is no classifier {classifier!r}: there are {', '.join(CLASSIFIERS)}")
        self.threshold = THRESHOLDS[gallery.descriptor] if threshold is None else threshold
        if not 0 < self.threshold < math.inf:
            raise ValueError(f"threshold must be greater than 0, not {threshold}")
        people = [person for person in gallery.people if person.faces]
        self._names = [person.name for person in people]
        self._faces = [torch.stack([face.descriptor for face in person.faces]) for person in people]
        self._nobody = torch.stack([face.descriptor for face in gallery.nobody]) if gallery.nobody else None
        self._machine = _machine(self._faces, classifier) if len(people) > 1 else None

    def __call__(self, faces: Sequence[Face]) -> list[Recognition]:
        """Whose faces they are. They need descriptors of the gallery's kind; one without is unknown."""
        described = [face.descriptor for face in faces if face.descriptor is not None]
        known = iter(self.recognize(torch.stack(described)) if described else ())
        return [Recognition() if face.descriptor is None else next(known) for face in faces]

    def recognize(self, descriptors: Tensor) -> list[Recognition]:
        """Whose some descriptors are.

        Args:
            descriptors: float32 (N, 128), of the gallery's kind.

        Returns:
            A recognition for each.
        """
        descriptors = descriptors.cpu().float()
        if not self._names or not len(descriptors):
            return [Recognition()] * len(descriptors)
        distances = torch.stack([_nearest(descriptors, faces) for faces in self._faces], dim=1)
        if self._machine is None:
            chosen = [0] * len(descriptors)
        else:
            chosen = self._machine.predict(descriptors.contiguous())[1].flatten().int().tolist()
        strangers = None if self._nobody is None else _nearest(descriptors, self._nobody).tolist()
        return [
            self._recognition(row, index, math.inf if strangers is None else strangers[number])
            for number, (row, index) in enumerate(zip(distances.tolist(), chosen, strict=True))
        ]

    def _recognition(self, distances: list[float], chosen: int, stranger: float) -> Recognition:
        """Of one face: its distances from each person, who was chosen, and the distance from the nearest stranger."""
        distance = distances[chosen]
        second = min((other for index, other in enumerate(distances) if index != chosen), default=math.inf)
        known = distance <= self.threshold and distance <= stranger
        both = distance + second
        score = 1.0 if math.isinf(second) else second / both if both else 0.5
        return Recognition(self._names[chosen] if known else None, distance, second - distance, score)


def _machine(faces: Sequence[Tensor], classifier: str) -> Any:
    """A support vector machine that tells the people apart, whose labels are 0, 1, ..."""
    machine: Any = cv.ml.SVM_create()
    machine.setType(cv.ml.SVM_C_SVC)
    machine.setC(_COST)
    machine.setKernel(cv.ml.SVM_POLY if classifier == "poly" else cv.ml.SVM_LINEAR)
    machine.setDegree(_DEGREE)
    machine.setGamma(1.0)
    machine.setCoef0(1.0)
    labels = torch.cat([torch.full((len(one),), number, dtype=torch.int32) for number, one in enumerate(faces)])
    machine.train(torch.cat(list(faces)), cv.ml.ROW_SAMPLE, labels)
    return machine


def _nearest(descriptors: Tensor, faces: Tensor) -> Tensor:
    """From each of (N, D) descriptors to the nearest of (M, D) faces: (N,)."""
    # Without matrix products, whose rounding would keep a face from being at distance 0 from itself.
    return torch.cdist(descriptors, faces, compute_mode="donot_use_mm_for_euclid_dist").amin(dim=1)

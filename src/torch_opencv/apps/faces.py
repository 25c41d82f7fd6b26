"""Live faces: where they are, and their gender, age and expression, which follow them from frame to frame.

This is all of the program ``torch-opencv faces``; from Python::

    from torch_opencv import live
    from torch_opencv.apps.faces import Faces

    live.run(Faces(), "clip.mp4", record="faces.mp4")
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from torch_opencv.live.app import App
from torch_opencv.live.counts import Counts
from torch_opencv.live.overlay import ACCENT, draw_boxes
from torch_opencv.vision.faces import Face, FaceAnalyzer, FaceTracker

# BGR, of the boxes of tracks: light ones that can be told apart (after Okabe and Ito 2008).
_COLORS = (ACCENT, (233, 180, 86), (115, 200, 0), (66, 228, 240), (167, 121, 204), (0, 120, 235), (235, 235, 235))
_DETECT_EVERY = 3  # frames: twice as fast as on each, and what moves in between is followed


class Faces(App[list[Face]]):
    """The program, for `torch_opencv.live.run`.

    Args:
        detector: "tiny", "ssd", "haar" or "yunet"; see `FaceAnalyzer`.
        model: "faceapi" reads age, gender and expression; "levi-hassner", the original demo's, age group and gender.
        device: "auto", "cpu", "cuda" or "cuda:N".
        track: follow faces from frame to frame. Without it each frame stands for itself, as images of a folder do.
        detect_every: with tracking, look for faces only on every so many frames; None: on every third.
        threshold: the least score of what counts as a face, 0..1; None: the detector's own.

    Raises:
        TorchOpencvError: there is no such detector, model or device, or its weights can't be had.
        ValueError: a number is out of range, or ``detect_every`` without tracking.

    """

    def __init__(
        self,
        detector: str = "tiny",
        *,
        model: str = "faceapi",
        device: str = "auto",
        track: bool = True,
        detect_every: int | None = None,
        threshold: float | None = None,
    ) -> None:
        if not track and detect_every not in (None, 1):
            raise ValueError("detect_every needs track: what isn't followed must be found on every frame")
        self._knows_groups = model == "levi-hassner"
        # Descriptors are what tells two who cross apart.
        self._analyzer = FaceAnalyzer(detector, model=model, device=device, descriptors=track, threshold=threshold)
        self._tracker = FaceTracker(self._analyzer, every=detect_every or _DETECT_EVERY) if track else None
        self._found = FoundFaces()
        self._frames_of: Counter[tuple[int, int]] = Counter()  # by source and track
        self._labels: dict[tuple[int, int], str] = {}  # the last of each

    def process(self, image: torch.Tensor, /) -> list[Face]:
        """The faces of the next frame, torch.uint8 (H, W, 3) BGR."""
        return self.process_sources([image], [0])[0]

    def process_batch(self, images: Sequence[torch.Tensor], /) -> list[list[Face]]:
        """The same for the next frame of each of the sources 0, 1, ..."""
        return self.process_sources(images, range(len(images)))

    def process_sources(self, images: Sequence[torch.Tensor], sources: Sequence[int], /) -> list[list[Face]]:
        """The same for frames of any of them: all of their faces go through each network at once."""
        answers = self._tracker.batch(images, sources) if self._tracker else self._analyzer.batch(images)
        for source, faces in zip(sources, answers, strict=True):
            self._count(source, faces)
        return answers

    def draw(self, image: torch.Tensor, result: list[Face], /) -> torch.Tensor:
        """A box around each face, "gender: age" at it, and the expression. Each track has a colour."""
        colors = [_COLORS[((face.track or 1) - 1) % len(_COLORS)] for face in result]
        labels = ["\n".join(filter(None, (label(face), face.expression))) for face in result]
        return draw_boxes(image, [face.box for face in result], labels, colors)

    def fields(self, result: list[Face], /) -> dict[str, object]:
        """The result as written to ``--results``."""
        return {"faces": [_fields(face, with_group=self._knows_groups) for face in result]}

    def summary(self) -> str:
        """Who was seen, the longest first; without tracking, how many faces there were."""
        if not self._tracker:
            return str(self._found)
        people = [f"{self._labels[key]} ({_counted(count, 'frame')})" for key, count in self._frames_of.most_common(5)]
        others = len(self._frames_of) - len(people)
        seen = f"{_counted(len(self._frames_of), 'face')} seen"
        return seen + (": " + ", ".join(people) if people else "") + (f" and {others} more" if others else "")

    def counts(self) -> FoundFaces | None:
        """No faces found yet; with tracking None, as who was seen how long can't be told from single frames."""
        return None if self._tracker else FoundFaces()

    def _count(self, source: int, faces: Sequence[Face]) -> None:
        self._found.count(len(faces))
        for face in faces:
            if face.track is not None:
                self._frames_of[source, face.track] += 1
                self._labels[source, face.track] = label(face) or "unread"


@dataclass
class FoundFaces(Counts):
    """How many faces there were in frames that stand each for itself."""

    frames: int = 0
    with_faces: int = 0
    faces: int = 0
    most: int = 0

    def count(self, faces: int) -> None:
        """Count a frame with so many faces."""
        self.frames += 1
        self.with_faces += bool(faces)
        self.faces += faces
        self.most = max(self.most, faces)

    def add(self, fields: Mapping[str, Any], /) -> None:
        """Count a frame."""
        self.count(len(fields["faces"]))

    def merge(self, other: FoundFaces, /) -> None:
        """Count what others have counted, too."""
        self.frames += other.frames
        self.with_faces += other.with_faces
        self.faces += other.faces
        self.most = max(self.most, other.most)

    def __str__(self) -> str:
        found = f"{_counted(self.faces, 'face')} found in {self.with_faces}"
        return f"{found} of {_counted(self.frames, 'frame')}, {self.most} at most at a time"


def label(face: Face) -> str:
    """What the original demo wrote at a face; as much of it as could be read.

    >>> label(Face((0, 0, 9, 9), 0.9, age=31.4, gender="female"))
    'female: 31'

    Args:
        face: any.
    """
    age = None if face.age is None else f"{face.age:.0f}"
    return ": ".join(filter(None, (face.gender, _group(face) or age)))


def _group(face: Face) -> str | None:
    return None if face.age_group is None else "{}-{}".format(*face.age_group)


def _fields(face: Face, *, with_group: bool) -> dict[str, object]:
    return {
        "box": [round(value, 2) for value in face.box],
        "score": round(face.score, 4),
        "age": _rounded(face.age, 1),
        **({"age_group": _group(face)} if with_group else {}),
        "gender": face.gender,
        "gender_score": _rounded(face.gender_score, 4),
        "expression": face.expression,
        "expression_score": _rounded(face.expression_score, 4),
        "track": face.track,
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

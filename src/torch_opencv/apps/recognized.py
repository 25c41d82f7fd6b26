"""Whose the faces in a frame are, and how that is drawn, written and counted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from torch_opencv.live.counts import NameCounts, most_frequent
from torch_opencv.live.overlay import Color
from torch_opencv.vision.faces import Face
from torch_opencv.vision.faces.recognizer import Recognition, Recognizer

_UNKNOWN: Final = (150, 150, 150)  # BGR
_NAMED: Final = (120, 220, 120)


@dataclass(frozen=True, eq=False)
class Recognized:
    """The faces in a frame, and whose they are.

    Attributes:
        recognizer: Which said so; None while labelling.
    """

    faces: list[Face]
    whose: list[Recognition]
    recognizer: Recognizer | None

    @classmethod
    def by(cls, recognizer: Recognizer | None, faces: list[Face]) -> Recognized:
        """What a recognizer says of faces; without one they are nobody's."""
        return cls(faces, recognizer(faces) if recognizer else [Recognition()] * len(faces), recognizer)


class SeenPeople(NameCounts):
    """In how many frames each person was seen."""

    def add(self, fields: Mapping[str, Any], /) -> None:
        """Count a frame's faces."""
        self.counter.update(face["name"] or "unknown" for face in fields["faces"])

    def __str__(self) -> str:
        seen = ", ".join(f"{name} ({count})" for name, count in most_frequent(self.counter, len(self.counter)))
        return f"faces: {seen}" if seen else ""


def label(one: Recognition) -> str:
    """What is written at a face: name, distance, and how much nearer than the next person."""
    if one.distance is None or one.margin is None:
        return "unknown"
    margin = f" ({one.margin:+.2f})" if math.isfinite(one.margin) else ""
    return f"{one.name or 'unknown'} {one.distance:.2f}{margin}"


def color(one: Recognition) -> Color:
    """The colour of a face's box, BGR."""
    return _NAMED if one.name else _UNKNOWN


def fields(face: Face, one: Recognition) -> dict[str, object]:
    """A face as a line of results has it."""
    return {
        "box": [round(value, 1) for value in face.box],
        "score": round(face.score, 4),
        "name": one.name,
        "distance": _rounded(one.distance),
        "margin": _rounded(one.margin),
        "name_score": _rounded(one.score),
        "track": face.track,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)

"""One face through a video: where it is expected, and what is known of it from all readings."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import torch
from torch import Tensor

from torch_opencv.nets.faceapi.expression import EXPRESSIONS
from torch_opencv.vision.faces.face import Face

SAME_PERSON: Final = 0.6  # descriptors nearer than that are taken for one person's (dlib's threshold)
_ANOTHER: Final = 0.7  # and those further apart than that for different people's, even if motion says otherwise
_NEWEST: Final = 0.5  # weight of the newest measurement in the velocity
_SLOWING: Final = 0.8  # what is left of the velocity after each frame in which the face is missing
_EXPRESSION_READINGS: Final = 3  # that are averaged: an expression may change, where age and gender don't
_DESCRIPTORS: Final = 10  # that are kept


class Track:
    """A face's track.

    Attributes:
        number: Its identity, never given twice; 0 until it is certain that there is a face.
        found: How many times it has been found.
        box: float64 (4,), left, top, width and height in the present frame, in pixels.
        score: The detector's, when it was last found.
        seen, read: The frames in which it was last found, and last read by the networks.
        readings: What they said, the newest last.
        descriptors: Some of the face's.

    """

    def __init__(self, memory: int) -> None:
        self.number = self.found = 0
        self.box = torch.zeros(4, dtype=torch.float64)
        self.score = 0.0
        self.seen = self.read = -1
        self.readings: deque[Face] = deque(maxlen=memory)
        self.descriptors: deque[Tensor] = deque(maxlen=_DESCRIPTORS)
        self._middle: Tensor | None = None  # of the descriptors
        self._velocity: Tensor | None = None  # pixels a frame; None until the face has been found twice

    def move_on(self, *, missed: bool) -> None:
        """Go to the next frame.

        Args:
            missed: Whether the last detection should have found the face, and didn't.
        """
        if self._velocity is None:
            return
        if missed:
            self._velocity = self._velocity * _SLOWING
        self.box = self.box + self._velocity
        self.box[2:].clamp_(min=1)

    def correct(self, box: Tensor, score: float, frame: int) -> None:
        """The face has been found.

        Args:
            box: float64 (4,), left, top, width and height in pixels.
            score: The detector's.
            frame: The frame's number.
        """
        if self._velocity is None:
            self._velocity = torch.zeros_like(box)
        else:
            self._velocity = self._velocity + _NEWEST * (box - self.box) / max(1, frame - self.seen)
        self.box, self.score, self.seen = box.clone(), score, frame
        self.found += 1

    def stop(self) -> None:
        """Forget how it moved: it was away."""
        self._velocity = None

    def add(self, face: Face, frame: int, *, certain: bool) -> None:
        """The face has been read.

        Args:
            face: What the networks said.
            frame: The frame's number.
            certain: Whether it is this face beyond doubt, so that its descriptor may stand for it.
        """
        self.readings.append(face)
        self.read = frame
        if face.descriptor is not None and (certain or not self.descriptors):
            self.descriptors.append(face.descriptor)
            self._middle = middle(self.descriptors)

    def distance(self, face: Face) -> float:
        """How far a face is from this track's.

        Args:
            face: with its descriptor.

        Returns:
            From that to the nearest of this track's; infinite if one side has none.
        """
        if face.descriptor is None or not self.descriptors:
            return math.inf
        return float((torch.stack(list(self.descriptors)) - face.descriptor).norm(dim=1).min())

    def is_another(self, face: Face) -> bool:
        """Whether the descriptors deny that it is the same person.

        Args:
            face: with its descriptor.
        """
        return _ANOTHER < self.distance(face) < math.inf

    def face(self) -> Face:
        """The face in the present frame, as all readings together say."""
        left, top, width, height = self.box.tolist()
        newest = self.readings[-1]
        face = replace(newest, track=self.number, box=(left, top, width, height), score=self.score)
        if newest.landmarks is not None:
            face = replace(face, landmarks=_moved(newest.landmarks, newest.box, face.box))
        face = replace(face, descriptor=self._middle)
        return self._with_expression(self._with_gender(self._with_age(face)))

    def _with_age(self, face: Face) -> Face:
        ages = [one.age for one in self.readings if one.age is not None]
        if not ages:
            return face
        age = sum(ages) / len(ages)
        groups = [one.age_group for one in self.readings if one.age_group is not None]
        if not groups:
            return replace(face, age=age)
        group = max(groups, key=groups.count)
        return replace(face, age=sum(group) / 2, age_group=group)

    def _with_gender(self, face: Face) -> Face:
        shares = [
            one.gender_score if one.gender == "male" else 1 - one.gender_score
            for one in self.readings
            if one.gender_score is not None
        ]
        if not shares:
            return face
        male = sum(shares) / len(shares)
        return replace(face, gender="male" if male >= 0.5 else "female", gender_score=max(male, 1 - male))

    def _with_expression(self, face: Face) -> Face:
        newest = [one.expressions for one in self.readings if one.expressions is not None][-_EXPRESSION_READINGS:]
        if not newest:
            return face
        shares = torch.stack(newest).mean(dim=0)
        best = int(shares.argmax())
        return replace(face, expressions=shares, expression=EXPRESSIONS[best], expression_score=float(shares[best]))


def middle(descriptors: Iterable[Tensor]) -> Tensor:
    """The one of some descriptors that is nearest to all others.

    Their mean would be nearer to everybody's faces, strangers' too, than thresholds for single ones allow for.
    """
    known = torch.stack(list(descriptors))
    return known[int(torch.cdist(known, known, compute_mode="donot_use_mm_for_euclid_dist").sum(dim=1).argmin())]


def _moved(points: Tensor, old: Sequence[float], new: Sequence[float]) -> Tensor:
    """Points that have moved, and grown, with their box."""
    start, size, new_start, new_size = (
        torch.tensor(part, dtype=torch.float64) for part in (old[:2], old[2:], new[:2], new[2:])
    )
    return (points - start) * (new_size / size.clamp(min=1)) + new_start

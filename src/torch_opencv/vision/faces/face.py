"""What is known about a face, and which of several is meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from torch_opencv.nets.faceapi.boxes import iou


@dataclass(frozen=True, eq=False)
class Face:
    """A face in a frame. What the analyzer wasn't asked for, or couldn't read, is None.

    Attributes:
        box: left, top, width and height in pixels of the frame, beyond whose edges it may go.
        score: how sure the detector is, 0..1.
        landmarks: float64 (68, 2), x and y in pixels, in the order of iBUG 300-W.
        age: in years.
        age_group: first and last year of the group, of models that know ages as groups; `age` is then its middle.
        gender, gender_score: and how sure the model is, 0.5..1.
        expression, expression_score: the likeliest of `nets.faceapi.expression.EXPRESSIONS`, and its share of 1.
        expressions: float32 (7,), the shares of all of them, in that order.
        descriptor: float32 (128,); face-api's of one person are less than about 0.6 apart.
        track: a number that the face keeps through a video, from 1 on (see `tracking`).
    """

    box: tuple[float, float, float, float]
    score: float
    landmarks: Tensor | None = None
    age: float | None = None
    age_group: tuple[int, int] | None = None
    gender: Literal["male", "female"] | None = None
    gender_score: float | None = None
    expression: str | None = None
    expression_score: float | None = None
    expressions: Tensor | None = None
    descriptor: Tensor | None = None
    track: int | None = None


def face_at(faces: Sequence[Face], x: float, y: float) -> Face | None:
    """The smallest face at a point of the frame, in pixels; None if there is none."""
    there = [
        face
        for face in faces
        if face.box[0] <= x < face.box[0] + face.box[2] and face.box[1] <= y < face.box[1] + face.box[3]
    ]
    return min(there, key=lambda face: face.box[2] * face.box[3], default=None)


def overlap(one: Face, other: Face) -> bool:
    """Whether two faces are about in the same place."""
    return float(iou(torch.tensor([one.box]), torch.tensor([other.box]))) > 0.2

"""What networks read from faces that have been found. All faces, of several frames too, go through each at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal

import torch
from torch import Tensor, nn

import torch_opencv as cv
from torch_opencv import runtime
from torch_opencv.nets import levi_hassner
from torch_opencv.nets.faceapi import AgeGender, Descriptor, Expression, Landmarks68, boxes, inputs
from torch_opencv.nets.faceapi.age_gender import GENDERS
from torch_opencv.nets.faceapi.expression import EXPRESSIONS
from torch_opencv.nets.levi_hassner import AGE_GROUPS
from torch_opencv.vision.faces import published
from torch_opencv.vision.frames import opencv_for

ModelName = Literal["faceapi", "levi-hassner"]
NAMES: Final[tuple[ModelName, ...]] = ("faceapi", "levi-hassner")
_FACE_SIZE: Final = 112
_DESCRIPTOR_SIZE: Final = 150


@dataclass
class Subject:
    """A face on its way through the networks.

    Attributes:
        frame: torch.uint8 (H, W, 3), BGR.
        box: float64 (4,), left, top, width and height.
        cut: the box's whole pixels within the frame.
        landmarks: float64 (68, 2) in pixels, once they are known.
    """

    frame: Tensor
    box: Tensor
    cut: boxes.Crop
    landmarks: Tensor | None = None

    def crop(self, box: Tensor) -> boxes.Crop | None:
        """Another box's whole pixels within the frame.

        Args:
            box: float64 (4,), left, top, width and height.

        Returns:
            None if it lies outside.
        """
        return boxes.crop(box, self.frame.shape[1], self.frame.shape[0])


class Reader(ABC):
    """Reads things from faces, with one network.

    Args:
        device: where the network runs.

    Attributes:
        weights: the names in the catalogue of those that it needs.

    Raises:
        WeightsError: they can't be had.
    """

    weights: ClassVar[tuple[str, ...]]
    _network: runtime.Accelerated

    @abstractmethod
    def __init__(self, device: torch.device) -> None: ...

    @property
    def backend(self) -> str:
        """How the network runs; see `runtime.Accelerated`."""
        return self._network.backend

    @abstractmethod
    def __call__(self, subjects: Sequence[Subject]) -> list[dict[str, Any]]:
        """For each face the fields of `Face` that it knows."""


class Landmarks(Reader):
    """68 landmarks. The subjects have them afterwards, too."""

    weights = (published.FACEAPI[Landmarks68],)

    def __init__(self, device: torch.device) -> None:
        self._network = published.accelerated(published.load(Landmarks68), _FACE_SIZE, device, "face landmarks")

    def __call__(self, subjects: Sequence[Subject]) -> list[dict[str, Any]]:  # noqa: D102 (Reader's)
        faces = _squares([(subject.frame, subject.cut) for subject in subjects], _FACE_SIZE, self._network.device)
        (found,) = runtime.to_cpu(self._network(faces))
        for subject, landmarks in zip(subjects, found, strict=True):
            subject.landmarks = boxes.landmarks_in_frame(landmarks.float(), subject.cut, subject.box)
        return [{"landmarks": subject.landmarks} for subject in subjects]


class AgeGenderExpression(Reader):
    """face-api's networks for age, gender and expression, which see the same part of the face, around its landmarks."""

    weights = (published.FACEAPI[AgeGender], published.FACEAPI[Expression])

    def __init__(self, device: torch.device) -> None:
        network = _Both(published.load(AgeGender), published.load(Expression))
        self._network = published.accelerated(network, _FACE_SIZE, device, "age, gender and expression")

    def __call__(self, subjects: Sequence[Subject]) -> list[dict[str, Any]]:  # noqa: D102 (Reader's)
        crops = [subject.crop(boxes.aligned_box(landmarks_of(subject))) for subject in subjects]
        parts = [(subject.frame, cut) for subject, cut in zip(subjects, crops, strict=True) if cut]
        if not parts:
            return [{} for _ in subjects]
        faces = _squares(parts, _FACE_SIZE, self._network.device)
        ages, genders, expressions = (output.float() for output in runtime.to_cpu(*self._network(faces)))
        read = iter(zip(ages.tolist(), genders.softmax(dim=1), expressions.softmax(dim=1), strict=True))
        return [self._fields(*next(read)) if cut else {} for cut in crops]

    @staticmethod
    def _fields(age: float, gender: Tensor, expressions: Tensor) -> dict[str, Any]:
        expression = int(expressions.argmax())
        return {
            "age": age,
            **_gender(gender),
            "expression": EXPRESSIONS[expression],
            "expression_score": float(expressions[expression]),
            "expressions": expressions,
        }


class LeviHassner(Reader):
    """Levi's and Hassner's networks for age group and gender, which see the detector's box."""

    weights = ("levi-hassner-age", "levi-hassner-gender")

    def __init__(self, device: torch.device) -> None:
        for_age, for_gender = self.weights
        age, age_mean = published.load_levi_hassner(for_age, len(AGE_GROUPS))
        gender, gender_mean = published.load_levi_hassner(for_gender, len(levi_hassner.GENDERS))
        network = _LessMean(age, age_mean, gender, gender_mean)
        self._network = published.accelerated(network, levi_hassner.SIZE, device, "Levi-Hassner")

    def __call__(self, subjects: Sequence[Subject]) -> list[dict[str, Any]]:  # noqa: D102 (Reader's)
        faces = torch.stack([self._input(subject) for subject in subjects])
        ages, genders = (output.float() for output in runtime.to_cpu(*self._network(faces)))
        return [
            {"age": (first + last) / 2, "age_group": (first, last), **_gender(gender)}
            for (first, last), gender in zip(
                (AGE_GROUPS[index] for index in ages.argmax(dim=1).tolist()), genders.softmax(dim=1), strict=True
            )
        ]

    @staticmethod
    def _input(subject: Subject) -> Tensor:
        left, top, width, height = subject.cut
        face = subject.frame[top : top + height, left : left + width]
        size = levi_hassner.MEAN_SIZE
        shrinks = width >= size and height >= size
        face = opencv_for(face).resize(face, (size, size), interpolation=cv.INTER_AREA if shrinks else cv.INTER_LINEAR)
        return levi_hassner.central(face.permute(2, 0, 1)).float()


class Descriptors(Reader):
    """128 numbers that tell people apart, from a crop that the landmarks place."""

    weights = (published.FACEAPI[Descriptor],)

    def __init__(self, device: torch.device) -> None:
        self._network = published.accelerated(published.load(Descriptor), _DESCRIPTOR_SIZE, device, "face descriptor")

    def __call__(self, subjects: Sequence[Subject]) -> list[dict[str, Any]]:  # noqa: D102 (Reader's)
        crops = [subject.crop(boxes.descriptor_box(landmarks_of(subject), subject.cut)) for subject in subjects]
        parts = [(subject.frame, cut) for subject, cut in zip(subjects, crops, strict=True) if cut]
        if not parts:
            return [{} for _ in subjects]
        (descriptors,) = runtime.to_cpu(self._network(_squares(parts, _DESCRIPTOR_SIZE, self._network.device)))
        read = iter(descriptors.float())
        return [{"descriptor": next(read)} if cut else {} for cut in crops]


class _Both(nn.Module):
    def __init__(self, age_gender: AgeGender, expression: Expression) -> None:
        super().__init__()
        self.age_gender = age_gender
        self.expression = expression

    def forward(self, faces: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        age, gender = self.age_gender(faces)
        return age, gender, self.expression(faces)


class _LessMean(nn.Module):
    """The two networks with their mean images in front."""

    age_mean: Tensor
    gender_mean: Tensor

    def __init__(self, age: nn.Module, age_mean: Tensor, gender: nn.Module, gender_mean: Tensor) -> None:
        super().__init__()
        self.age, self.gender = age, gender
        self.register_buffer("age_mean", levi_hassner.central(age_mean).contiguous())
        self.register_buffer("gender_mean", levi_hassner.central(gender_mean).contiguous())

    def forward(self, faces: Tensor) -> tuple[Tensor, Tensor]:
        faces = faces.to(self.age_mean.dtype)
        return self.age(faces - self.age_mean), self.gender(faces - self.gender_mean)


def _squares(parts: Sequence[tuple[Tensor, boxes.Crop]], size: int, device: torch.device) -> Tensor:
    return torch.stack([inputs.square(frame.to(device), cut, size, centred=True) for frame, cut in parts])


def landmarks_of(subject: Subject) -> Tensor:
    """float64 (68, 2), in pixels of the frame."""
    assert subject.landmarks is not None  # the analyzer reads them before all that needs them
    return subject.landmarks


def _gender(shares: Tensor) -> dict[str, Any]:
    index = int(shares.argmax())
    return {"gender": GENDERS[index], "gender_score": float(shares[index])}

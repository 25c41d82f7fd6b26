"""Whose faces are known: people, crops of their faces and the descriptors of these, and the one file they are kept in.

    file = GalleryFile("people.gallery")
    gallery = file.load("faceapi").with_face("Anna", sample)
    file.save(gallery)

A `Gallery` never changes: every change gives a new one, so that one thread can change it while others read.
The file (`gallery_file`) is written as a whole: what was deleted from the gallery isn't in it any more.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Set
from dataclasses import dataclass, replace
from typing import Final, Literal

import torch
from torch import Tensor

import torch_opencv as cv
from torch_opencv.errors import TorchOpencvError
from torch_opencv.nets.faceapi import boxes
from torch_opencv.vision.faces.face import Face
from torch_opencv.vision.frames import opencv_for

DescriptorName = Literal["faceapi", "openface"]
DESCRIPTORS: Final[tuple[DescriptorName, ...]] = ("faceapi", "openface")
DESCRIPTOR_LENGTH: Final = 128
IMAGE_SIZE: Final = 112
"""The longer side of a crop that is kept, in pixels, at most."""
MOST_PEOPLE: Final = 1000
MOST_FACES: Final = 10_000
LONGEST_NAME: Final = 100
_REORDERING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # would turn other text around


class GalleryError(TorchOpencvError, ValueError):
    """A gallery that can't be read, written, or changed in this way."""


@dataclass(frozen=True, eq=False, slots=True)
class Sample:
    """A face that somebody has labelled.

    Attributes:
        image: torch.uint8 (H, W, 3), BGR, its crop, of `IMAGE_SIZE` pixels at most.
        descriptor: float32 (128,).
    """

    image: Tensor
    descriptor: Tensor

    @staticmethod
    def of(face: Face, frame: Tensor) -> Sample:
        """A face's crop and descriptor.

        Args:
            face: Of the analyzer, with its descriptor.
            frame: torch.uint8 (H, W, 3), BGR, in which it was found.

        Raises:
            ValueError: It has no descriptor, or lies outside the frame.

        """
        cut = boxes.crop(torch.tensor(face.box, dtype=torch.float64), frame.shape[1], frame.shape[0])
        if face.descriptor is None or cut is None:
            raise ValueError("the face has no descriptor, or lies outside the frame")
        left, top, width, height = cut
        image = frame[top : top + height, left : left + width]
        scale = IMAGE_SIZE / max(width, height)
        if scale < 1:
            size = max(1, round(width * scale)), max(1, round(height * scale))
            image = opencv_for(image).resize(image, size, interpolation=cv.INTER_AREA)
        return Sample(image.cpu().clone(), face.descriptor.cpu().float().clone())


@dataclass(frozen=True, eq=False, slots=True)
class Person:
    """Somebody who is known.

    Attributes:
        name: As `checked_name` gives it.
        faces: The oldest first.
    """

    name: str
    faces: tuple[Sample, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Gallery:
    """People that are known.

    Args:
        descriptor: What made the descriptors, "faceapi" or "openface": they can't be compared with another's.
        people: In the order in which they were added.
        nobody: Faces of which a user said that they are none of these people's.

    """

    descriptor: str = "faceapi"
    people: tuple[Person, ...] = ()
    nobody: tuple[Sample, ...] = ()

    def __post_init__(self) -> None:
        if self.descriptor not in DESCRIPTORS:
            raise GalleryError(f"there is no descriptor {self.descriptor!r}: there are {', '.join(DESCRIPTORS)}")
        if len(self.people) > MOST_PEOPLE or len(self) > MOST_FACES:
            raise GalleryError(f"a gallery holds at most {MOST_PEOPLE} people and {MOST_FACES} faces: delete some")
        names = [person.name for person in self.people]
        if len(set(names)) < len(names):
            twice = next(name for number, name in enumerate(names) if name in names[:number])
            raise GalleryError(f"{twice!r} is in the gallery already: give another name")

    def __len__(self) -> int:
        """The number of faces."""
        return sum(len(person.faces) for person in self.people) + len(self.nobody)

    @property
    def names(self) -> tuple[str, ...]:
        """The people's."""
        return tuple(person.name for person in self.people)

    def person(self, name: str) -> Person:
        """Who has a name.

        Args:
            name: Of somebody in the gallery.

        Raises:
            GalleryError: Nobody has it.
        """
        for person in self.people:
            if person.name == name:
                return person
        raise GalleryError(f"there is no {name!r} in the gallery: there are {', '.join(self.names) or 'no people'}")

    def with_person(self, name: str) -> Gallery:
        """One more person, without faces.

        >>> Gallery().with_person("Anna").with_person("Bob").names
        ('Anna', 'Bob')

        Args:
            name: Of nobody in the gallery.

        Raises:
            GalleryError: The name can't be one, or is taken.
        """
        return replace(self, people=(*self.people, Person(checked_name(name))))

    def with_face(self, name: str | None, sample: Sample) -> Gallery:
        """One more face.

        Args:
            name: Of a person who is in the gallery; None: it is nobody's.
            sample: The face. If the very same was somebody else's before, that is taken back: it was a mistake.

        Raises:
            GalleryError: Nobody has that name, or the gallery is full.
        """
        people = [
            person if person.name == name else Person(person.name, _other_faces(person.faces, sample))
            for person in self.people
        ]
        if name is None:
            return replace(self, people=tuple(people), nobody=(*self.nobody, sample))
        person = self.person(name)
        changed = replace(self, people=tuple(people), nobody=_other_faces(self.nobody, sample))
        return changed._replaced(person, Person(name, (*person.faces, sample)))

    def without_face(self, sample: Sample) -> Gallery:
        """Without a face, whosever it was.

        Args:
            sample: One of the gallery's.
        """
        people = (Person(person.name, _less(person.faces, sample)) for person in self.people)
        return replace(self, people=tuple(people), nobody=_less(self.nobody, sample))

    def without_person(self, name: str) -> Gallery:
        """Without a person and all of their faces.

        Args:
            name: Theirs.

        Raises:
            GalleryError: Nobody has it.
        """
        gone = self.person(name)
        return replace(self, people=tuple(person for person in self.people if person is not gone))

    def without_nobody(self) -> Gallery:
        """Without the faces that are nobody's."""
        return replace(self, nobody=())

    def renamed(self, name: str, new: str) -> Gallery:
        """With another name for a person.

        Args:
            name: The present one.
            new: The other.

        Raises:
            GalleryError: Nobody has the present one, or the other can't be a name, or is taken.
        """
        person = self.person(name)
        return self._replaced(person, Person(checked_name(new), person.faces))

    def merged(self, name: str, into: str) -> Gallery:
        """Two people who are one.

        Args:
            name: Who goes.
            into: Who gets all faces.

        Raises:
            GalleryError: Nobody has one of the names.
        """
        one, other = self.person(name), self.person(into)
        if one is other:
            return self
        return self.without_person(name)._replaced(other, Person(into, (*other.faces, *one.faces)))

    def __or__(self, other: Gallery) -> Gallery:
        """Two galleries in one: people of the same name are taken for the same.

        A face that is in both stays whose it is in the first one: whoever has got another name there isn't added again.
        GalleryError if their descriptors are of different kinds.
        """
        if self.descriptor != other.descriptor:
            raise GalleryError(f"descriptors of {self.descriptor} and of {other.descriptor} can't be in one gallery")
        here = {_key(face) for person in self.people for face in person.faces} | {_key(face) for face in self.nobody}
        new = {person.name: _unknown(person.faces, here) for person in other.people}
        people = [Person(person.name, person.faces + new.pop(person.name, ())) for person in self.people]
        people += [Person(name, faces) for name, faces in new.items() if faces or not other.person(name).faces]
        return replace(self, people=tuple(people), nobody=self.nobody + _unknown(other.nobody, here))

    def _replaced(self, old: Person, new: Person) -> Gallery:
        return replace(self, people=tuple(new if person is old else person for person in self.people))


def checked_name(name: str) -> str:
    """A person's name as a gallery has it, in any script: in Unicode's composed form, with single spaces.

    >>> checked_name("  Anna   Lena ")
    'Anna Lena'

    Args:
        name: 1 to 100 characters.

    Raises:
        GalleryError: It is empty, longer, or contains control characters.
    """
    name = unicodedata.normalize("NFC", " ".join(name.split()))
    if not name or len(name) > LONGEST_NAME:
        raise GalleryError(f"a name has 1 to {LONGEST_NAME} characters, not {len(name)}")
    if any(unicodedata.category(one) in ("Cc", "Co", "Cs") or one in _REORDERING for one in name):
        raise GalleryError(f"the name {name!a} contains control characters: leave them out")
    return name


def _other_faces(faces: tuple[Sample, ...], known: Sample) -> tuple[Sample, ...]:
    return tuple(face for face in faces if not torch.equal(face.descriptor, known.descriptor))


def _unknown(faces: tuple[Sample, ...], here: Set[bytes]) -> tuple[Sample, ...]:
    return tuple(face for face in faces if _key(face) not in here)


def _key(face: Sample) -> bytes:
    """By which the very same face is known."""
    return face.descriptor.numpy().tobytes()


def _less(faces: tuple[Sample, ...], gone: Sample) -> tuple[Sample, ...]:
    return tuple(face for face in faces if face is not gone)

"""The file of a gallery: safetensors, with the names as JSON in its header. Nothing in it is ever run.

Its tensors are `descriptors`, float32 (N, 128), and `picture.0` to `picture.N-1`, uint8 (H, W, 3); its metadata has one
entry, `gallery`: `{"version": 1, "descriptor": "faceapi", "people": [["Anna", 3], ["Bob", 2]], "nobody": 1}`, by which
the first three faces are Anna's, the next two Bob's, and the last one nobody's.

A file that has another format, or is damaged, is refused as a whole, whatever it contains.
"""

from __future__ import annotations

import json
import os
from glob import escape
from pathlib import Path
from typing import Any, Final

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from torch_opencv._system.files import atomic_write
from torch_opencv.errors import first_line
from torch_opencv.vision.faces.gallery import (
    DESCRIPTOR_LENGTH,
    IMAGE_SIZE,
    Gallery,
    GalleryError,
    Person,
    Sample,
    checked_name,
)

_VERSION: Final = 1
_LARGEST: Final = 512 << 20  # bytes; as many faces as a gallery holds are less than 400 MB
_LARGEST_HEADER: Final = 16 << 20
_OURS: Final = 0o600  # faces and names are nobody else's business


class GalleryFile:
    """Where a gallery is kept.

    Every `save` replaces the file in one step, and is on the disk when it returns: whatever happens, the file holds the
    gallery of the last or of the next-to-last save. On POSIX systems only its owner can read it.

    Args:
        path: The file, which needn't be there yet.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._seen = self._state()

    def load(self, descriptor: str) -> Gallery:
        """The gallery; an empty one if there is no file yet.

        Args:
            descriptor: What descriptors are wanted, "faceapi" or "openface".

        Raises:
            GalleryError: The file can't be read, is none of a gallery, or has other descriptors.

        """
        self._seen = self._state()
        if self._seen is None:
            return Gallery(descriptor)
        return from_bytes(_content(self.path), str(self.path), descriptor=descriptor)

    def save(self, gallery: Gallery) -> None:
        """Replace what is in the file.

        Args:
            gallery: What it is to hold.

        Raises:
            GalleryError: It can't be written, or somebody else has changed it since it was read here.
        """
        if self._state() != self._seen:
            raise GalleryError(f"{self.path} was changed by another program, so nothing is saved: start again")
        target = self.path.resolve()  # a link stays a link
        try:
            with atomic_write(target) as part:
                part.chmod(_OURS)
                with part.open("wb") as file:
                    file.write(to_bytes(gallery))
                    file.flush()
                    os.fsync(file.fileno())
            _sync_folder(target.parent)
            # What a killed run has left holds faces, too, which may have been deleted since.
            for part in target.parent.glob(f".{escape(target.name)}.*.part"):
                part.unlink(missing_ok=True)
        except OSError as error:
            raise GalleryError(f"{self.path} can't be written: {error.strerror or error}") from None
        self._seen = self._state()

    def _state(self) -> tuple[int, int, int] | None:
        """By which a changed file is known; None if there is none."""
        try:
            now = self.path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise GalleryError(f"{self.path} can't be read: {error.strerror}") from None
        return now.st_ino, now.st_mtime_ns, now.st_size


def to_bytes(gallery: Gallery) -> bytes:
    """A gallery as its file has it."""
    faces = [face for person in gallery.people for face in person.faces] + list(gallery.nobody)
    descriptors = [face.descriptor for face in faces]
    tensors = {f"picture.{number}": face.image.contiguous() for number, face in enumerate(faces)}
    tensors["descriptors"] = torch.stack(descriptors) if faces else torch.zeros(0, DESCRIPTOR_LENGTH)
    described = {
        "version": _VERSION,
        "descriptor": gallery.descriptor,
        "people": [[person.name, len(person.faces)] for person in gallery.people],
        "nobody": len(gallery.nobody),
    }
    return safetensors.torch.save(tensors, {"gallery": json.dumps(described, ensure_ascii=False)})


def from_bytes(content: bytes, name: str, *, descriptor: str) -> Gallery:
    """The gallery in a file's content.

    Args:
        content: Whatever is said to be one.
        name: What it is called in errors.
        descriptor: What descriptors are wanted, "faceapi" or "openface".

    Raises:
        GalleryError: It is none of a gallery, damaged, or has other descriptors.

    """
    refusal = f"{name} is no gallery of faces, or damaged: give another file"
    try:
        header = int.from_bytes(content[:8], "little")
        if header > _LARGEST_HEADER:
            raise GalleryError(refusal)
        tensors = safetensors.torch.load(content)
        described = json.loads(json.loads(content[8 : 8 + header])["__metadata__"]["gallery"])
        gallery = _gallery(described, tensors)
    except GalleryError as error:
        raise error if str(error) == refusal else GalleryError(f"{refusal} ({error})") from None
    except (safetensors.SafetensorError, KeyError, TypeError, ValueError, RecursionError):
        raise GalleryError(refusal) from None
    if gallery.descriptor != descriptor:
        raise GalleryError(
            f"the descriptors in {name} are of {gallery.descriptor}, not of {descriptor}: "
            f"say --model {gallery.descriptor}, or take another file"
        )
    return gallery


def _content(path: Path) -> bytes:
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            raise GalleryError(f"{path} is no gallery of faces, or damaged: give another file")
        return path.read_bytes()
    except OSError as error:
        raise GalleryError(f"{path} can't be read: {error.strerror or first_line(error)}") from None


def _gallery(described: Any, tensors: dict[str, Tensor]) -> Gallery:
    """ValueError, KeyError, TypeError or GalleryError if it is none."""
    if described["version"] != _VERSION:
        raise GalleryError("it is of another version of torch-opencv")
    faces = _samples(tensors)
    counts = [(_name(name), _count(count)) for name, count in described["people"]]
    nobody = _count(described["nobody"])
    if sum(count for _, count in counts) + nobody != len(faces):
        raise ValueError("other faces than it says")
    rest = iter(faces)
    people = tuple(Person(name, tuple(next(rest) for _ in range(count))) for name, count in counts)
    return Gallery(described["descriptor"], people, tuple(rest))


def _samples(tensors: dict[str, Tensor]) -> list[Sample]:
    descriptors = tensors.pop("descriptors")
    good = descriptors.dtype == torch.float32 and descriptors.shape == (len(tensors), DESCRIPTOR_LENGTH)
    if not good or not descriptors.isfinite().all():
        raise ValueError("no descriptors")
    images = [tensors[f"picture.{number}"] for number in range(len(tensors))]
    for image in images:
        usable = image.dtype == torch.uint8 and image.ndim == 3 and image.shape[2] == 3
        if not usable or not all(1 <= side <= IMAGE_SIZE for side in image.shape[:2]):
            raise ValueError("no image")
    return [Sample(image, descriptor.clone()) for image, descriptor in zip(images, descriptors, strict=True)]


def _name(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("no name")
    return checked_name(value)


def _count(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("no count")
    return value


def _sync_folder(folder: Path) -> None:
    """Put a new name in a folder on the disk, where a folder can be opened for that."""
    if hasattr(os, "O_DIRECTORY"):
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)

"""A gallery from folders of images: DIR/NAME/*.jpg."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from torch import Tensor

import torch_opencv as cv
from torch_opencv._names.images import is_image
from torch_opencv.vision.faces.face import Face
from torch_opencv.vision.faces.gallery import Gallery, GalleryError, Sample, checked_name


def enroll(folder: str | Path, gallery: Gallery, analyzer: Callable[[Tensor], list[Face]]) -> tuple[Gallery, list[str]]:
    """Add the people in a folder to a gallery.

    Args:
        folder: Holds a folder of images of each person, called by the person's name.
        gallery: Who is in it already keeps their faces, and gets more.
        analyzer: A `FaceAnalyzer` that makes descriptors of the gallery's kind.

    Returns:
        The new gallery, and a line for each image that was left out, as it can't be read, or shows no face or
        several.

    Raises:
        GalleryError: There is no such folder, none in it, or one whose name can't be a person's.

    """
    folder = Path(folder)
    left_out: list[str] = []
    people = list(_people(folder))
    if not people:
        raise GalleryError(f"{folder} holds no folders of people: put images into {folder / 'NAME'}")
    for name, images in people:
        if name not in gallery.names:
            gallery = gallery.with_person(name)
        for path in images:
            frame = cv.imread(str(path))
            if frame is None:
                left_out.append(f"{path} is left out: it can't be read")
                continue
            faces = [face for face in analyzer(frame) if face.descriptor is not None]
            if len(faces) == 1:
                gallery = gallery.with_face(name, Sample.of(faces[0], frame))
            else:
                left_out.append(f"{path} is left out: it shows {f'{len(faces)} faces' if faces else 'no face'}")
    return gallery, left_out


def _people(folder: Path) -> Iterator[tuple[str, list[Path]]]:
    """Names, and their images, in order."""
    try:
        inside = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
        for person in inside:
            images = sorted(path for path in person.iterdir() if is_image(path) and path.is_file())
            yield checked_name(person.name), images
    except OSError as error:
        raise GalleryError(f"{folder} can't be read: {error.strerror}") from None

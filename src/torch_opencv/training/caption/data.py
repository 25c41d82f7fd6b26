"""Pictures with captions, as files describe them, and text without pictures."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch_opencv.training.caption.words import split
from torch_opencv.training.errors import TrainingError

Words = list[str]


@dataclass(frozen=True)
class Picture:
    """A picture's file, and what people said about it, as words; there is at least one caption, none is empty."""

    path: Path
    captions: tuple[Words, ...]


def read_captions(file: Path, folder: Path) -> list[Picture]:
    """The pictures of a JSON file, those without captions left out, in the order of their names.

    Args:
        file: COCO's format, `{"images": [{"id", "file_name"}], "annotations": [{"image_id", "caption"}]}`, or a list,
            `[{"file": ..., "captions": [...]}]`.
        folder: that the names are relative to.

    Raises:
        TrainingError: the file can't be read, is neither, or names a file that isn't there.
    """
    try:
        content = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise TrainingError(f"the captions {file} can't be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise TrainingError(f"{file} is no JSON file: {str(error).splitlines()[0]}") from None
    if isinstance(content, dict):
        listed = _coco(content, file)
    elif isinstance(content, list):
        listed = _simple(content, file)
    else:
        raise TrainingError(
            f'{file} must be a list of {{"file": ..., "captions": [...]}}, or an object with images and annotations'
        )
    pictures: dict[Path, tuple[Words, ...]] = {}
    for name, captions in listed:
        words = tuple(filter(None, map(split, captions)))
        path = folder / name
        if words:
            pictures[path] = pictures.get(path, ()) + words
    if not pictures:
        raise TrainingError(f"{file} has no picture with a caption")
    for path in pictures:
        if not path.is_file():
            raise TrainingError(f"{file} names {path.relative_to(folder)}, which isn't in {folder}: give its --images")
    return [Picture(path, pictures[path]) for path in sorted(pictures)]


def read_text(file: Path) -> list[Words]:
    """A text file's sentences, one a line, as words; empty lines are left out.

    Raises:
        TrainingError: it can't be read, or has none.
    """
    try:
        lines = file.read_text("utf-8").splitlines()
    except OSError as error:
        raise TrainingError(f"the text {file} can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise TrainingError(f"the text {file} isn't UTF-8: give a text file, a sentence a line") from None
    sentences = [words for words in map(split, lines) if words]
    if not sentences:
        raise TrainingError(f"the text {file} has no sentences: give one a line")
    return sentences


def held_out(pictures: Sequence[Picture], share: float, seed: int) -> tuple[list[int], list[int]]:
    """Which pictures are learnt from and which are only scored, as indices. The same for the same seed.

    Args:
        pictures: all.
        share: of the pictures, that is held out.
        seed: of the choice.

    Returns:
        Those that are learnt from, and those that aren't.
    """
    order = list(range(len(pictures)))
    random.Random(f"{seed} held out").shuffle(order)
    kept = len(pictures) - round(share * len(pictures))
    return sorted(order[:kept]), sorted(order[kept:])


def _simple(content: list[Any], file: Path) -> list[tuple[str, list[str]]]:
    listed = []
    for index, entry in enumerate(content):
        name, captions = (entry.get(key) if isinstance(entry, dict) else None for key in ("file", "captions"))
        if not isinstance(name, str) or not isinstance(captions, list):
            raise TrainingError(f"{file}: entry {index} must have a file and a list of captions")
        listed.append((name, [_caption(one, f"{file}: entry {index}") for one in captions]))
    return listed


def _coco(content: dict[str, Any], file: Path) -> list[tuple[str, list[str]]]:
    images, annotations = content.get("images"), content.get("annotations")
    if not isinstance(images, list) or not isinstance(annotations, list):
        raise TrainingError(f"{file} must have lists of images and of annotations, as COCO's caption files have")
    names: dict[int | str, str] = {}
    for index, image in enumerate(images):
        number, name = (image.get(key) if isinstance(image, dict) else None for key in ("id", "file_name"))
        if not isinstance(number, int | str) or not isinstance(name, str):
            raise TrainingError(f"{file}: image {index} must have an id and a file_name")
        names[number] = name
    captions: dict[int | str, list[str]] = {number: [] for number in names}
    for index, annotation in enumerate(annotations):
        number = annotation.get("image_id") if isinstance(annotation, dict) else None
        if not isinstance(number, int | str) or number not in captions:
            raise TrainingError(f"{file}: annotation {index} must have the image_id of one of the images")
        captions[number].append(_caption(annotation.get("caption"), f"{file}: annotation {index}"))
    return [(name, captions[number]) for number, name in names.items()]


def _caption(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise TrainingError(f"{where} must have captions that are text, not {type(value).__name__}")
    return value

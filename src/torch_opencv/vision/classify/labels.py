"""The names of a classifier's classes, where the model doesn't bring them along."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from torch_opencv.vision.errors import ModelError

_MOST_BYTES: Final = 16 << 20


def read(labels: str | Path | Sequence[str]) -> list[str]:
    """The names, in the order of the network's outputs.

    Args:
        labels: the names themselves, or the path of a UTF-8 text file with one a line.

    Raises:
        ModelError: the file can't be read, or something isn't a name.

    """
    if isinstance(labels, (str, Path)):
        return _lines(Path(labels))
    if not all(isinstance(label, str) for label in labels):
        raise ModelError("labels must be a list of the classes' names, one string for each, or a text file's path")
    return list(labels)


def _lines(path: Path) -> list[str]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ModelError(f"{path} is too large for a file of labels")
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ModelError(f"the labels {path} can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ModelError(f"the labels {path} are no text in UTF-8") from None
    while lines and not lines[-1].strip():
        lines.pop()
    return [line.strip() for line in lines]

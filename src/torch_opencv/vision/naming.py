"""How users name models and styles: by a name that is known, or by a file's path."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path


def is_path(named: str | Path) -> bool:
    """Whether a file is meant, and no name of ours.

    >>> is_path("styles/wave"), is_path("wave.safetensors"), is_path("great-wave")
    (True, True, False)

    Args:
        named: a path if a folder is in it, it has a suffix, or there is such a file.
    """
    return isinstance(named, Path) or Path(named).name != named or bool(Path(named).suffix) or Path(named).exists()


def guess(name: str, known: Sequence[str], *, cutoff: float) -> str:
    """A question that offers the nearest of the known names.

    >>> guess("grate-wave", ["great-wave", "the-scream"], cutoff=0.6)
    'did you mean great-wave? '

    Args:
        name: as the user wrote it.
        known: what there is.
        cutoff: how near it must be, 0 to 1.

    Returns:
        The question and a space; "" if none is so near.
    """
    nearest = difflib.get_close_matches(name.lower(), known, n=1, cutoff=cutoff)
    return f"did you mean {nearest[0]}? " if nearest else ""

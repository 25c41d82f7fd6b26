"""How users name models and styles: by a name that is known, or by a file's path."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path


def is_path(named: str | Path) -> bool:
    """Whether a file is meant: a folder is in it, it has a suffix, or there is such a file."""
    return isinstance(named, Path) or Path(named).name != named or bool(Path(named).suffix) or Path(named).exists()


def guess(name: str, known: Sequence[str], *, cutoff: float) -> str:
    """ "did you mean X? " for the nearest of the known names, or "" if none is as near as ``cutoff`` (0 to 1)."""
    nearest = difflib.get_close_matches(name.lower(), known, n=1, cutoff=cutoff)
    return f"did you mean {nearest[0]}? " if nearest else ""

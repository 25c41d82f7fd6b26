"""Text as a terminal may have it."""

from __future__ import annotations


def printable(text: str) -> str:
    r"""The text with control characters, which files' names may hold, as escapes: ``\x1b``. Lines and tabs stay."""
    return "".join(one if one.isprintable() or one in "\n\t" else ascii(one)[1:-1] for one in text)

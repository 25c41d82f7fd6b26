"""Text as a terminal may have it."""

from __future__ import annotations


def printable(text: str) -> str:
    r"""A text with control characters, which files' names may hold, as escapes. Lines and tabs stay.

    >>> print(printable("red \x1b[31m"))
    red \x1b[31m

    Args:
        text: any.
    """
    return "".join(one if one.isprintable() or one in "\n\t" else ascii(one)[1:-1] for one in text)

"""What was seen in many frames, as counts, which are of bounded size and can be added up over processes and runs."""

from __future__ import annotations

import heapq
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


class Counts(ABC):
    """What the fields of results come to; ``str`` of it is a line, as `App.summary` gives one.

    `live.App.counts` gives an empty one. It must be picklable.
    """

    @abstractmethod
    def add(self, fields: Mapping[str, Any], /) -> None:
        """Count a frame.

        Args:
            fields: of its result, as `App.fields` gives them, or as they are read from a file of results: None where a
                number wasn't one.
        """

    @abstractmethod
    def merge(self, other: Any, /) -> None:
        """Count what others have counted, too.

        Args:
            other: of the same class; it stays as it is.
        """

    @abstractmethod
    def __str__(self) -> str:
        """All of it in a line; "" for nothing."""


@dataclass
class NameCounts(Counts):
    """How often each of some names came; a base for those that say where in the fields these are."""

    counter: Counter[str] = field(default_factory=Counter)

    def merge(self, other: NameCounts, /) -> None:
        """Count what others have counted, too."""
        self.counter.update(other.counter)


def merged(said: Iterable[str | Counts]) -> list[str]:
    """What several have to say, in lines: counts as one of them all, everything else as it is.

    Args:
        said: counts of the same class, which may be altered, or lines; empty ones are left out.
    """
    total: Counts | None = None
    lines = []
    for one in said:
        if not isinstance(one, Counts):
            lines.append(one)
        elif total is None:
            total = one
        else:
            total.merge(one)
    return [line for line in ("" if total is None else str(total), *lines) if line]


def most_frequent(counter: Counter[str], number: int) -> list[tuple[str, int]]:
    """Names with their counts, the most frequent first; in the order of the alphabet where these are the same.

    So it doesn't matter in which order they were counted, which is another one in every run on several machines.

    >>> most_frequent(Counter("banana"), 2), most_frequent(Counter("ba"), 2)
    ([('a', 3), ('n', 2)], [('a', 1), ('b', 1)])

    Args:
        counter: of names.
        number: how many at most.
    """
    return heapq.nsmallest(number, counter.items(), key=lambda one: (-one[1], one[0]))

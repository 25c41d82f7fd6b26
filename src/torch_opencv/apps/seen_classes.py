"""Which classes were seen in many frames. PyTorch isn't needed for that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch_opencv.live.counts import NameCounts, most_frequent


class SeenClasses(NameCounts):
    """How often each class was the best one.

    >>> from collections import Counter
    >>> str(SeenClasses(Counter({"goldfish, Carassius auratus": 3, "tench": 1})))
    'classes seen: goldfish (3), tench (1)'
    """

    def add(self, fields: Mapping[str, Any], /) -> None:
        """Count a frame's best class, if it has one."""
        self.counter.update(one["label"] for one in fields["classes"][:1])

    def __str__(self) -> str:
        seen = [f"{label.partition(',')[0]} ({count})" for label, count in most_frequent(self.counter, 5)]
        others = len(self.counter) - len(seen)
        return "classes seen: " + ", ".join(seen) + (f" and {others} more" if others else "")
